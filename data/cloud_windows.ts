/**
 * Counts, sums and closings over square windows whose result at a pixel depends on the window around
 * it alone: running sums of whole numbers are exact, so where a raster begins does not matter.
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
 * @returns [height, width].
 */
export function windowSums(
  values: ArrayLike<number>,
  { width, height, radius }: WindowShape,
): Int32Array {
  const rows = new Int32Array(width * height);
  for (let y = 0; y < height; y++) {
    const first = y * width;
    let sum = 0;
    for (let x = 0; x < Math.min(radius, width); x++) sum += values[first + x]!;
    for (let x = 0; x < width; x++) {
      if (x + radius < width) sum += values[first + x + radius]!;
      if (x > radius) sum -= values[first + x - radius - 1]!;
      rows[first + x] = sum;
    }
  }
  const out = new Int32Array(width * height);
  const column = new Int32Array(width);
  for (let y = 0; y < Math.min(radius, height); y++) {
    for (let x = 0; x < width; x++) column[x]! += rows[y * width + x]!;
  }
  for (let y = 0; y < height; y++) {
    const [enters, leaves] = [(y + radius) * width, (y - radius - 1) * width];
    if (y + radius < height) { for (let x = 0; x < width; x++) column[x]! += rows[enters + x]!; }
    if (y > radius) { for (let x = 0; x < width; x++) column[x]! -= rows[leaves + x]!; }
    out.set(column, y * width);
  }
  return out;
}
