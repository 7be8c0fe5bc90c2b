/**
 * Smooth random fields for clouds and terrain: sums of B-spline interpolated lattice noise.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";

/** Options of {@linkcode noiseField}. */
interface NoiseFieldOptions {
  readonly width: number;
  readonly height: number;
  /** Lattice spacing of the coarsest octave, in pixels. */
  readonly scale: number;
  /** Number of octaves; each halves the spacing, to at least two pixels. */
  readonly octaves: number;
  /** Amplitude of an octave relative to the next coarser one. Default 0.5. */
  readonly persistence?: number;
  /** Ratio of the spacings along rows and columns; above 1, streaks run along rows. Default 1. */
  readonly stretch?: number;
}

/**
 * Standard deviation of a cubic B-spline interpolation of unit white noise, averaged over cells.
 */
const SPLINE_DEVIATION = 0.479;

interface SplineAxis {
  /** First of four lattice indices, per pixel. */
  readonly index: Int32Array;
  /** Four weights, per pixel. */
  readonly weights: Float32Array;
  /** Lattice size. */
  readonly size: number;
}

/**
 * Uniform cubic B-spline weights of each pixel of an axis; `phase` in [0, 1) shifts the lattice.
 */
function splineAxis(
  length: number,
  { spacing, phase }: { readonly spacing: number; readonly phase: number },
): SplineAxis {
  const index = new Int32Array(length);
  const weights = new Float32Array(length * 4);
  for (let i = 0; i < length; i++) {
    const position = i / spacing + phase;
    const cell = Math.floor(position);
    const u = position - cell;
    index[i] = cell;
    weights[4 * i] = (1 - u) ** 3 / 6;
    weights[4 * i + 1] = (3 * u ** 3 - 6 * u * u + 4) / 6;
    weights[4 * i + 2] = (-3 * u ** 3 + 3 * u * u + 3 * u + 1) / 6;
    weights[4 * i + 3] = u ** 3 / 6;
  }
  return { index, weights, size: index[length - 1]! + 4 };
}

/** Adds `amplitude` times one octave to `field`. */
function addOctave(
  field: Float32Array,
  { columns, rows, lattice, amplitude }: {
    readonly columns: SplineAxis;
    readonly rows: SplineAxis;
    readonly lattice: Float32Array;
    readonly amplitude: number;
  },
): void {
  const { index, weights, size } = columns;
  const width = index.length;
  const narrow = new Float32Array(size);
  for (let y = 0; y < rows.index.length; y++) {
    const r0 = rows.weights[4 * y]! * amplitude;
    const r1 = rows.weights[4 * y + 1]! * amplitude;
    const r2 = rows.weights[4 * y + 2]! * amplitude;
    const r3 = rows.weights[4 * y + 3]! * amplitude;
    const first = rows.index[y]! * size;
    for (let i = 0; i < size; i++) {
      const at = first + i;
      narrow[i] = r0 * lattice[at]! + r1 * lattice[at + size]! + r2 * lattice[at + 2 * size]! +
        r3 * lattice[at + 3 * size]!;
    }
    for (let x = 0; x < width; x++) {
      const i = index[x]!;
      const w = 4 * x;
      field[y * width + x]! += weights[w]! * narrow[i]! + weights[w + 1]! * narrow[i + 1]! +
        weights[w + 2]! * narrow[i + 2]! + weights[w + 3]! * narrow[i + 3]!;
    }
  }
}

/**
 * Draws a random field of mean about 0 and standard deviation about 1, [height, width].
 *
 * A field much smaller than `scale` is nearly constant and may be far from 0.
 */
export function noiseField(
  { width, height, scale, octaves, persistence = 0.5, stretch = 1 }: NoiseFieldOptions,
  rng: Rng,
): Float32Array {
  const field = new Float32Array(width * height);
  const amplitudes: number[] = [];
  for (let octave = 0; octave < octaves && scale / 2 ** octave >= 2; octave++) {
    amplitudes.push(persistence ** octave);
  }
  const norm = SPLINE_DEVIATION * Math.hypot(...amplitudes);
  for (const [octave, amplitude] of amplitudes.entries()) {
    const stream = rng.fork(octave);
    const spacing = scale / 2 ** octave;
    const phases = stream.fork("phase").uniforms(2);
    const columns = splineAxis(width, { spacing: spacing * stretch, phase: phases[0]! });
    const rows = splineAxis(height, { spacing, phase: phases[1]! });
    const lattice = stream.fork("lattice").normals(columns.size * rows.size);
    addOctave(field, { columns, rows, lattice, amplitude: amplitude / norm });
  }
  return field;
}

/** Bilinear value of a field at a fractional position; border values continue outside. */
export function sampleField(
  field: Float32Array,
  { width, height, x, y }: {
    readonly width: number;
    readonly height: number;
    readonly x: number;
    readonly y: number;
  },
): number {
  const u = Math.min(Math.max(x, 0), width - 1);
  const v = Math.min(Math.max(y, 0), height - 1);
  const left = Math.floor(u);
  const top = Math.floor(v);
  const right = Math.min(left + 1, width - 1);
  const bottom = Math.min(top + 1, height - 1);
  const fx = u - left;
  const upper = field[top * width + left]! * (1 - fx) + field[top * width + right]! * fx;
  const lower = field[bottom * width + left]! * (1 - fx) + field[bottom * width + right]! * fx;
  return upper + (lower - upper) * (v - top);
}

/**
 * Finds the value that a fraction of a field exceeds: 30 % exceed `quantileAbove(field, 0.3)`.
 * Unlike `quantile()` it selects without sorting, and its rank counts from above.
 */
export function quantileAbove(field: Float32Array, fraction: number): number {
  const position = (1 - fraction) * field.length;
  if (position <= 0) return -Infinity;
  if (position >= field.length) return Infinity;
  return smallest(field.slice(), Math.floor(position));
}

/** The value at `index` in sorted order, by Hoare's quickselect, which reorders the values. */
function smallest(values: Float32Array, index: number): number {
  let [first, last] = [0, values.length - 1];
  while (first < last) {
    const pivot = values[(first + last) >> 1]!;
    let [left, right] = [first, last];
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const value = values[left]!;
      values[left++] = values[right]!;
      values[right--] = value;
    }
    if (index <= right) last = right;
    else if (index >= left) first = left;
    else break;
  }
  return values[index]!;
}

/** Smooth step from 0 at `low` to 1 at `high`. */
export function smoothstep(low: number, high: number, value: number): number {
  const u = Math.min(Math.max((value - low) / (high - low), 0), 1);
  return u * u * (3 - 2 * u);
}
