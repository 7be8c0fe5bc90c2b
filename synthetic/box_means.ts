/**
 * Weighted means over square windows.
 *
 * @module
 */

/** Size of a plane and radius of its windows. */
export interface BoxShape {
  readonly width: number;
  readonly height: number;
  /** Radius in pixels: windows have 2·radius + 1 rows and columns, fewer at borders. */
  readonly radius: number;
}

/** Sums over windows, one axis after the other. */
function boxSums(values: Float64Array, { width, height, radius }: BoxShape): Float64Array {
  const along = (
    from: Float64Array,
    { count, stride, lines, step }: Readonly<Record<"count" | "stride" | "lines" | "step", number>>,
  ) => {
    const out = new Float64Array(from.length);
    const sums = new Float64Array(count + 1);
    for (let line = 0; line < lines; line++) {
      const first = line * step;
      for (let i = 0; i < count; i++) sums[i + 1] = sums[i]! + from[first + i * stride]!;
      for (let i = 0; i < count; i++) {
        out[first + i * stride] = sums[Math.min(count, i + radius + 1)]! -
          sums[Math.max(0, i - radius)]!;
      }
    }
    return out;
  };
  const rows = along(values, { count: width, stride: 1, lines: height, step: width });
  return along(rows, { count: height, stride: width, lines: width, step: 1 });
}

/**
 * Means of the values in the window around each pixel.
 *
 * @param weights Weight of each value, 0 or 1. Default 1.
 * @returns NaN where all weights are 0.
 */
export function boxMeans(
  values: ArrayLike<number>,
  shape: BoxShape,
  weights?: Uint8Array,
): Float32Array {
  const weighted = new Float64Array(values.length);
  const ones = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    ones[i] = weights === undefined ? 1 : weights[i]!;
    weighted[i] = values[i]! * ones[i]!;
  }
  const sums = boxSums(weighted, shape);
  const counts = boxSums(ones, shape);
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = counts[i]! > 0.5 ? sums[i]! / counts[i]! : NaN;
  return out;
}
