/**
 * Sliding window means for structural similarity.
 *
 * @module
 */

/** Symmetric window and its edge handling. */
export interface SsimWindow {
  /** Weights from the centre outwards, the same along both axes. */
  readonly half: readonly number[];
  /** `inside`: only where the window fits; `zeros`: everywhere, with zero padding. */
  readonly edge: "inside" | "zeros";
  /** Uses the sample variance, n/(n − 1) times the population variance, for n pixels in the window. */
  readonly sample: boolean;
}

function gaussian(radius: number, sigma: number): readonly number[] {
  const weights = Array.from({ length: radius + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
  const sum = 2 * weights.reduce((a, b) => a + b, 0) - weights[0]!;
  return weights.map((weight) => weight / sum);
}

/** 11×11, σ = 1.5, where it fits: Wang et al. (IEEE TIP 2004). */
export const GAUSSIAN: SsimWindow = { half: gaussian(5, 1.5), edge: "inside", sample: false };

/** {@linkcode GAUSSIAN} with zero padding, as in EMRDM's tables. */
export const GAUSSIAN_OVER_ZEROS: SsimWindow = { ...GAUSSIAN, edge: "zeros" };

/** 7×7, all weights equal, where it fits: the default of scikit-image. */
export const UNIFORM: SsimWindow = {
  half: Array<number>(4).fill(1 / 7),
  edge: "inside",
  sample: true,
};

/** Radius of a window in pixels. */
export function radiusOf({ half }: SsimWindow): number {
  return half.length - 1;
}

/** Window means along rows: out[x] = Σ w·(row[x − k] + row[x + k]), with zero padding. */
function alongRow(
  row: Float64Array,
  { half, out, width }: {
    readonly half: readonly number[];
    readonly out: Float64Array;
    readonly width: number;
  },
): void {
  // The row is padded with zeros on both sides.
  const radius = half.length - 1;
  const centre = half[0]!;
  for (let x = 0; x < width; x++) out[x] = centre * row[x + radius]!;
  for (let k = 1; k <= radius; k++) {
    const weight = half[k]!;
    const [before, after] = [radius - k, radius + k];
    for (let x = 0; x < width; x++) out[x]! += weight * (row[x + before]! + row[x + after]!);
  }
}

/** Sums rows symmetrically around a row. */
function acrossRows(
  rows: readonly Float64Array[],
  { half, out }: { readonly half: readonly number[]; readonly out: Float64Array },
): void {
  const radius = half.length - 1;
  const middle = rows[radius]!;
  const centre = half[0]!;
  for (let x = 0; x < out.length; x++) out[x] = centre * middle[x]!;
  for (let k = 1; k <= radius; k++) {
    const [above, below] = [rows[radius - k]!, rows[radius + k]!];
    const weight = half[k]!;
    for (let x = 0; x < out.length; x++) out[x]! += weight * (above[x]! + below[x]!);
  }
}

/** Rows of window means of a, b, a² + b² and a·b. */
export type MomentRows = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

/**
 * Calls f with the window means of every row. Only a few rows are in memory at a time, so they stay in the
 * cache; the arrays are reused for the next row.
 *
 * @param planes One band of both images, [H, W] each.
 */
export function eachMomentRow(
  { a, b }: { readonly a: ArrayLike<number>; readonly b: ArrayLike<number> },
  { height, width, window }: {
    readonly height: number;
    readonly width: number;
    readonly window: SsimWindow;
  },
  f: (y: number, rows: MomentRows) => void,
): void {
  const { half, edge } = window;
  const radius = radiusOf(window);
  const size = 2 * radius + 1;
  const make = (length: number) => new Float64Array(length);
  const padded = Array.from({ length: 4 }, () => make(width + 2 * radius));
  const zeros = make(width);
  // Rows y − radius … y + radius of each moment, row r in place r mod size.
  const rings = Array.from({ length: 4 }, () => Array.from({ length: size }, () => make(width)));
  const means: MomentRows = [make(width), make(width), make(width), make(width)];
  const enter = (y: number) => {
    const [pa, pb, ps, pp] = padded as unknown as MomentRows;
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const [va, vb] = [a[i]!, b[i]!];
      pa[radius + x] = va;
      pb[radius + x] = vb;
      ps[radius + x] = va * va + vb * vb;
      pp[radius + x] = va * vb;
    }
    padded.forEach((row, m) => alongRow(row, { half, out: rings[m]![y % size]!, width }));
  };
  const first = edge === "inside" ? radius : 0;
  const end = edge === "inside" ? height - radius : height;
  for (let y = 0; y < Math.min(first + radius, height); y++) enter(y);
  for (let y = first; y < end; y++) {
    if (y + radius < height) enter(y + radius);
    rings.forEach((ring, m) => {
      const rows = Array.from({ length: size }, (_, k) => {
        const row = y - radius + k;
        return row < 0 || row >= height ? zeros : ring[row % size]!;
      });
      acrossRows(rows, { half, out: means[m]! });
    });
    f(y, means);
  }
}
