/**
 * Visibility of tile borders in a restored image: the jump of its gradient at borders, relative to other
 * pixels. At 1, tiles cannot be distinguished.
 *
 * The jump between pixels b and c, with a before and d after them, is |(c − b) − ((b − a) + (d − c))/2|
 * of the mean over the bands. It is compared with the same between other pixels of the same phase on
 * the lattice of tile borders, so that the network's own patches do not count as seams.
 *
 * @module
 */

import type { TilePlan } from "./plan.ts";

/** Gradient jumps across one direction. */
export interface SeamDirection {
  /** Mean jump at tile borders, in the model's units. */
  readonly border: number;
  /** Mean jump elsewhere. */
  readonly elsewhere: number;
  /** border / elsewhere. */
  readonly ratio: number;
  /** Jumps measured at borders. */
  readonly count: number;
}

/** Gradient jumps at tile borders. */
export interface SeamMetric {
  /** Across vertical borders; undefined where there is none to measure. */
  readonly columns?: SeamDirection;
  /** Across horizontal borders; undefined where there is none to measure. */
  readonly rows?: SeamDirection;
  /**
   * Root mean square distance of overlapping tiles from their blend, in the model's units. Blending
   * hides it; joint diffusion takes its cause away.
   */
  readonly disagreement: number;
}

/** Measures the seams row by row. */
export interface SeamMeter {
  /**
   * Adds the next row [columns, bands]; pixels that weren't restored don't count.
   */
  add(values: Float32Array, restored: (pixel: number) => boolean): void;
  result(): Omit<SeamMetric, "disagreement">;
}

/** Sums of the gradient jumps at borders and elsewhere. */
class Sums {
  border = 0;
  borders = 0;
  elsewhere = 0;
  others = 0;

  add(isBorder: boolean, jump: number): void {
    if (isBorder) {
      this.border += jump;
      this.borders++;
    } else {
      this.elsewhere += jump;
      this.others++;
    }
  }

  result(): SeamDirection | undefined {
    if (this.borders === 0 || this.others === 0) return undefined;
    const [border, elsewhere] = [this.border / this.borders, this.elsewhere / this.others];
    return { border, elsewhere, ratio: border / elsewhere, count: this.borders };
  }
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** For each position of an axis: 1 a tile begins or ends there, 0 same phase, 2 neither. */
function phases(starts: readonly number[], tileSize: number, [first, size]: [number, number]) {
  const borders = new Set(starts.flatMap((start) => [start, start + tileSize]));
  // The last tile is shifted inwards and keeps no phase.
  const step = starts.slice(0, -1).reduce((common, start) => gcd(common, start), tileSize);
  return Uint8Array.from({ length: size }, (_, i) => {
    if (borders.has(first + i)) return 1;
    return (first + i) % step === 0 ? 0 : 2;
  });
}

/** Creates a seam meter for the area of a plan. */
export function createSeamMeter(
  { rows, columns, tileSize, area }: TilePlan,
  bands: number,
): SeamMeter {
  const across = phases(columns, tileSize, [area.column, area.width]);
  const down = phases(rows, tileSize, [area.row, area.height]);
  const [horizontal, vertical] = [new Sums(), new Sums()];
  /** The last four rows as means over the bands, NaN where nothing was restored; newest last. */
  const window = Array.from({ length: 4 }, () => new Float32Array(area.width).fill(NaN));
  let row = 0;
  const jump = (a: number, b: number, c: number, d: number) =>
    Math.abs((c - b) - ((b - a) + (d - c)) / 2);
  return {
    add(values, restored) {
      const next = window.shift()!;
      window.push(next);
      for (let x = 0; x < area.width; x++) {
        let sum = 0;
        for (let b = 0; b < bands; b++) sum += values[x * bands + b]!;
        next[x] = restored(x) ? sum / bands : NaN;
      }
      for (let x = 2; x < area.width - 1; x++) {
        if (across[x] === 2) continue;
        const size = jump(next[x - 2]!, next[x - 1]!, next[x]!, next[x + 1]!);
        if (!Number.isNaN(size)) horizontal.add(across[x] === 1, size);
      }
      // The border before row `row − 1` has two rows on either side now.
      if (row >= 3 && down[row - 1] !== 2) {
        const [a, b, c, d] = window as [Float32Array, Float32Array, Float32Array, Float32Array];
        for (let x = 0; x < area.width; x++) {
          const size = jump(a[x]!, b[x]!, c[x]!, d[x]!);
          if (!Number.isNaN(size)) vertical.add(down[row - 1] === 1, size);
        }
      }
      row++;
    },
    result() {
      const [columns, rows] = [horizontal.result(), vertical.result()];
      return { ...(columns && { columns }), ...(rows && { rows }) };
    },
  };
}
