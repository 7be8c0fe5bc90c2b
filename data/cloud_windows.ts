/**
 * Counts and sums over square windows. They are running sums of whole numbers, hence exact, hence the
 * result at a pixel depends on its window alone and not on where the raster begins.
 *
 * @module
 */

/** Columns and rows of a plane, and how far a window reaches from its centre. */
export interface WindowShape {
  readonly width: number;
  readonly height: number;
  /** Pixels on every side: the window has 2·radius + 1 of them; cut at the borders. */
  readonly radius: number;
}

/**
 * Sums over the square window around each pixel.
 *
 * @param values Whole numbers, [height, width]; sums must stay below 2³¹.
 * @param out Where to write, to spare the memory of a new plane.
 * @returns `out`, [height, width].
 */
export function windowSums(
  values: Uint8Array | Uint16Array,
  { width, height, radius }: WindowShape,
  out: Int32Array = new Int32Array(width * height),
): Int32Array {
  const column = new Int32Array(width);
  const add = (y: number) => {
    const first = y * width;
    for (let x = 0; x < width; x++) column[x] = column[x]! + values[first + x]!;
  };
  for (let y = 0; y < Math.min(radius, height); y++) add(y);
  for (let y = 0; y < height; y++) {
    const first = y * width;
    if (y + radius < height) add(y + radius);
    if (y > radius) {
      const leaves = (y - radius - 1) * width;
      for (let x = 0; x < width; x++) column[x] = column[x]! - values[leaves + x]!;
    }
    let sum = 0;
    for (let x = 0; x < Math.min(radius, width); x++) sum += column[x]!;
    for (let x = 0; x < width; x++) {
      if (x + radius < width) sum += column[x + radius]!;
      if (x > radius) sum -= column[x - radius - 1]!;
      out[first + x] = sum;
    }
  }
  return out;
}
