/**
 * Sums and means over square windows. Running sums of integers are exact, so the result at a pixel
 * depends only on its window and not on the origin of the raster.
 *
 * @module
 */

/** Size of a plane and radius of its windows. */
interface WindowShape {
  readonly width: number;
  readonly height: number;
  /** Radius in pixels: windows have 2·radius + 1 rows and columns, fewer at the borders. */
  readonly radius: number;
}

/**
 * Calls `row` for every row, after `enter` and `leave` for the rows that enter and leave its
 * window.
 */
function eachRow(
  { width, height, radius }: WindowShape,
  { enter, leave, row }: {
    readonly enter: (y: number) => void;
    readonly leave: (y: number) => void;
    readonly row: (first: number) => void;
  },
): void {
  for (let y = 0; y < Math.min(radius, height); y++) enter(y * width);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) enter((y + radius) * width);
    if (y > radius) leave((y - radius - 1) * width);
    row(y * width);
  }
}

/**
 * Sums over the square window around each pixel.
 *
 * @param values Integers, [height, width]; sums must stay below 2³¹.
 * @param out Buffer for the result, [height, width]. Default: a new one.
 */
export function windowSums(
  values: Uint8Array | Int32Array,
  shape: WindowShape,
  out: Int32Array = new Int32Array(values.length),
): Int32Array {
  const { width, radius } = shape;
  // Zeros around the columns avoid comparisons with the borders.
  const columns = new Int32Array(width + 2 * radius + 1);
  eachRow(shape, {
    enter: (first) => {
      for (let x = 0; x < width; x++) columns[radius + 1 + x]! += values[first + x]!;
    },
    leave: (first) => {
      for (let x = 0; x < width; x++) columns[radius + 1 + x]! -= values[first + x]!;
    },
    row: (first) => {
      let sum = 0;
      for (let x = 1; x <= 2 * radius; x++) sum += columns[x]!;
      for (let x = 0; x < width; x++) {
        sum += columns[x + 2 * radius + 1]! - columns[x]!;
        out[first + x] = sum;
      }
    },
  });
  return out;
}

/**
 * Means over the square window around each pixel, of the pixels that are known.
 *
 * @param values Integers, [height, width]; 0 where not known.
 * @param known 1 for known pixels, else 0; undefined: all are.
 * @param unit Factor of the means.
 */
export function windowAverages(
  values: Int32Array,
  { known, unit, ...shape }: WindowShape & {
    readonly known: Uint8Array | undefined;
    readonly unit: number;
  },
): Float32Array {
  const { width, height, radius } = shape;
  const sums = windowSums(values, shape);
  const out = new Float32Array(values.length);
  const counts = known && windowSums(known, shape);
  for (let y = 0, i = 0; y < height; y++) {
    const rows = Math.min(y + radius, height - 1) - Math.max(y - radius, 0) + 1;
    for (let x = 0; x < width; x++, i++) {
      const count = counts === undefined
        ? rows * (Math.min(x + radius, width - 1) - Math.max(x - radius, 0) + 1)
        : counts[i]!;
      out[i] = count === 0 ? 0 : sums[i]! / count * unit;
    }
  }
  return out;
}

/**
 * Means of the positive values in the square window around each pixel; 0 where fewer than `least`
 * pixels are positive.
 *
 * @param values Integers, [height, width]; zeros do not count.
 * @param out Buffer for the result, [height, width]. Default: a new one.
 */
export function windowMeans(
  values: Uint16Array,
  { least, ...shape }: WindowShape & { readonly least: number },
  out: Float32Array = new Float32Array(values.length),
): Float32Array {
  const { width, radius } = shape;
  const columns = new Int32Array(width + 2 * radius + 1);
  const counts = new Int32Array(width + 2 * radius + 1);
  eachRow(shape, {
    enter: (first) => {
      for (let x = 0; x < width; x++) {
        const value = values[first + x]!;
        columns[radius + 1 + x]! += value;
        counts[radius + 1 + x]! += value > 0 ? 1 : 0;
      }
    },
    leave: (first) => {
      for (let x = 0; x < width; x++) {
        const value = values[first + x]!;
        columns[radius + 1 + x]! -= value;
        counts[radius + 1 + x]! -= value > 0 ? 1 : 0;
      }
    },
    row: (first) => {
      let sum = 0;
      let count = 0;
      for (let x = 1; x <= 2 * radius; x++) {
        sum += columns[x]!;
        count += counts[x]!;
      }
      for (let x = 0; x < width; x++) {
        sum += columns[x + 2 * radius + 1]! - columns[x]!;
        count += counts[x + 2 * radius + 1]! - counts[x]!;
        out[first + x] = count >= least ? sum / count : 0;
      }
    },
  });
  return out;
}
