/**
 * Weave: the part of an image that repeats every 2, 4 or 8 pixels, as networks that work on patches
 * leave it.
 *
 * The image is multiplied by the patterns of a period p along columns, along rows and along both, each of
 * mean square 1: ±1 for p = 2, √2·cos and √2·sin for 4 and 8. Products are averaged over blocks of 64²
 * pixels, so ground texture, whose phase changes from pixel to pixel, averages out, and a weave, whose
 * phase does not, stays. The amplitude is the root of the mean over blocks of the sum of squares over
 * the patterns: a weave drawn with root mean square A has amplitude A.
 *
 * @module
 */

/** Periods in pixels. */
export const WEAVE_PERIODS = [2, 4, 8] as const;

/** Side of a block in pixels. */
const BLOCK = 64;

/** Fewest cells of a region for an amplitude. */
const LEAST_CELLS = 16;

/** Size of a band, and the regions of each pixel. */
export interface RegionBits {
  readonly height: number;
  readonly width: number;
  /** [H, W]: bit r is set where a pixel belongs to region r. */
  readonly bits: Int32Array;
  /** Number of regions. */
  readonly regions: number;
}

/** Weights of a cell along one axis, [2p]. */
interface Axis {
  readonly steady: Float64Array;
  readonly waves: readonly Float64Array[];
}

/**
 * A cell of p pixels is read with p/2 more on either side, weighted ¼, ¾, ¾, ¼. Neighbouring cells add up
 * to 1, and neither a constant nor a gradient has a component.
 */
function axisOf(period: number): Axis {
  const steady = Float64Array.from(
    { length: 2 * period },
    (_, i) => (i < period / 2 || i >= 1.5 * period ? 0.25 : 0.75) / period,
  );
  const phase = (i: number) => 2 * Math.PI * i / period;
  const waves = period === 2
    ? [(i: number) => i % 2 === 0 ? 1 : -1]
    : [(i: number) => Math.SQRT2 * Math.cos(phase(i)), (i: number) =>
      Math.SQRT2 * Math.sin(phase(i))];
  return { steady, waves: waves.map((wave) => steady.map((weight, i) => weight * wave(i))) };
}

/** Regions that hold the whole window of each cell, [rows, columns] without the outermost cells. */
function cellBits(
  { height, width, bits }: RegionBits,
  { period, rows, columns }: {
    readonly period: number;
    readonly rows: number;
    readonly columns: number;
  },
): Int32Array {
  const across = new Int32Array(height * columns).fill(-1);
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < columns; c++) {
      const from = y * width + c * period + period / 2;
      for (let i = 0; i < 2 * period; i++) across[y * columns + c]! &= bits[from + i]!;
    }
  }
  const cells = new Int32Array(rows * columns).fill(-1);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < 2 * period; i++) {
      const row = (r * period + period / 2 + i) * columns;
      for (let c = 0; c < columns; c++) cells[r * columns + c]! &= across[row + c]!;
    }
  }
  return cells;
}

/** Weighted sums along the rows of a band: one for each cell of a row, [H, columns]. */
function project(
  band: Float32Array,
  { weights, width, columns, out }: {
    readonly weights: Float64Array;
    readonly width: number;
    readonly columns: number;
    readonly out: Float64Array;
  },
): void {
  const [length, height] = [weights.length, band.length / width];
  const [period, first] = [length / 2, length / 4];
  for (let y = 0, at = 0; y < height; y++) {
    for (let c = 0, from = y * width + first; c < columns; c++, from += period) {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += weights[i]! * band[from + i]!;
      out[at++] = sum;
    }
  }
}

/** Weighted sums of the rows of projections, one for each cell of a row. */
function gather(
  values: Float64Array,
  { weights, from, out }: {
    readonly weights: Float64Array;
    readonly from: number;
    readonly out: Float64Array;
  },
): void {
  const columns = out.length;
  out.fill(0);
  for (let i = 0, at = from; i < weights.length; i++) {
    const weight = weights[i]!;
    for (let c = 0; c < columns; c++, at++) out[c]! += weight * values[at]!;
  }
}

/** Measures the amplitudes of one period, [regions]; NaN for regions with too few cells. */
function periodMeter(size: RegionBits, period: number): (band: Float32Array) => Float64Array {
  const { height, width, regions } = size;
  const columns = Math.max(Math.floor((width - period / 2) / period) - 1, 0);
  const rows = Math.max(Math.floor((height - period / 2) / period) - 1, 0);
  const cells = cellBits(size, { period, rows, columns });
  const { steady, waves } = axisOf(period);
  const across = [steady, ...waves];
  const kinds = across.length;
  const patterns = kinds * kinds - 1;
  const blocksAcross = Math.ceil(width / BLOCK);
  const blocks = blocksAcross * Math.ceil(height / BLOCK);
  const blockOf = (r: number, c: number) =>
    Math.floor((r + 1) * period / BLOCK) * blocksAcross + Math.floor((c + 1) * period / BLOCK);
  const counts = new Float64Array(regions * blocks);
  for (let cell = 0; cell < cells.length; cell++) {
    const block = blockOf(Math.floor(cell / columns), cell % columns);
    for (let g = 0; g < regions; g++) if (cells[cell]! >> g & 1) counts[g * blocks + block]!++;
  }
  const projected = across.map(() => new Float64Array(height * columns));
  const found = Array.from({ length: patterns }, () => new Float64Array(columns));
  return (band) => {
    across.forEach((weights, k) => project(band, { weights, width, columns, out: projected[k]! }));
    const sums = new Float64Array(regions * blocks * patterns);
    for (let r = 0; r < rows; r++) {
      found.forEach((out, pattern) => {
        const weights = across[Math.floor((pattern + 1) / kinds)]!;
        const from = (r * period + period / 2) * columns;
        gather(projected[(pattern + 1) % kinds]!, { weights, from, out });
      });
      for (let c = 0; c < columns; c++) {
        const inside = cells[r * columns + c]!;
        if (inside === 0) continue;
        const block = blockOf(r, c);
        for (let g = 0; g < regions; g++) {
          if ((inside >> g & 1) === 0) continue;
          const to = (g * blocks + block) * patterns;
          for (let pattern = 0; pattern < patterns; pattern++) {
            sums[to + pattern]! += found[pattern]![c]!;
          }
        }
      }
    }
    return Float64Array.from({ length: regions }, (_, g) => {
      let [energy, total] = [0, 0];
      for (let block = g * blocks; block < (g + 1) * blocks; block++) {
        const count = counts[block]!;
        if (count === 0) continue;
        total += count;
        for (let i = block * patterns; i < (block + 1) * patterns; i++) {
          energy += sums[i]! ** 2 / count;
        }
      }
      return total < LEAST_CELLS ? NaN : Math.sqrt(energy / total);
    });
  };
}

/**
 * Creates a function that measures the weave of a band [H, W]: for each of {@linkcode WEAVE_PERIODS} the
 * amplitude in each region, in the band's unit; NaN where fewer than 16 cells lie inside a region.
 */
export function weaveMeter(size: RegionBits): (band: Float32Array) => readonly Float64Array[] {
  const meters = WEAVE_PERIODS.map((period) => periodMeter(size, period));
  return (band) => meters.map((measure) => measure(band));
}
