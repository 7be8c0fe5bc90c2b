/**
 * A coarse estimate of the whole reference, one value per cell: its own clear ground, else the mapped
 * clear ground of the other dates, else the nearest cells that have one.
 *
 * @module
 */

import { CELL, cellMean } from "./cells.ts";
import type { CompositeSurvey } from "./survey.ts";
import type { FarGround, Source } from "./composite_plan.ts";

/** Pixels of a cell that count as a full one: with fewer, other dates and cells count too. */
const FULL = CELL * CELL / 8;

/** Makes the estimate. */
export function farGround(
  survey: CompositeSurvey,
  { reference, sources, weights }: {
    readonly reference: number | undefined;
    readonly sources: readonly Source[];
    readonly weights: readonly number[];
  },
): FarGround {
  const { bands } = survey.scene;
  const own = reference === undefined ? undefined : survey.cells[reference]!;
  const { rows, columns } = survey.cells[0]!;
  const best = Math.max(...weights, 0);
  const values = new Float64Array(rows * columns * bands);
  const trust = new Float64Array(rows * columns);
  for (let cell = 0; cell < trust.length; cell++) {
    const add = (weight: number, value: (band: number) => number) => {
      if (!(weight > 0)) return;
      trust[cell]! += weight;
      for (let b = 0; b < bands; b++) values[cell * bands + b]! += weight * value(b);
    };
    if (own !== undefined) {
      add(own.counts[cell]! / FULL, (band) => cellMean(own, { cell, band, bands }));
    }
    const left = Math.max(0, 1 - trust[cell]!);
    sources.forEach(({ frame, affine }, i) => {
      const cells = survey.cells[frame]!;
      const weight = left * weights[i]! / best * Math.min(1, cells.counts[cell]! / FULL);
      add(
        weight,
        (band) =>
          affine.gains[band]! * cellMean(cells, { cell, band, bands }) + affine.offsets[band]!,
      );
    });
    for (let b = 0; b < bands; b++) values[cell * bands + b]! /= trust[cell]! || 1;
    trust[cell] = Math.min(1, trust[cell]!);
  }
  const filled = pullPush({ values, trust, rows, columns, bands });
  const squares = reference === undefined
    ? new Float64Array(bands).fill(NaN)
    : squaredErrors(survey, reference);
  return {
    rows,
    columns,
    values: Float32Array.from(filled),
    error: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / bands),
    bandErrors: squares.map(Math.sqrt),
  };
}

interface Plane {
  readonly values: Float64Array;
  readonly trust: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly bands: number;
}

/** Blends cells of little trust with their surroundings, scale by scale. */
function pullPush(plane: Plane): Float64Array {
  const { values, trust, rows, columns, bands } = plane;
  if (trust.every((value) => value === 1)) return values;
  if (rows === 1 && columns === 1) return trust[0]! > 0 ? values : values.map(() => NaN);
  const [halfRows, halfColumns] = [Math.ceil(rows / 2), Math.ceil(columns / 2)];
  const half: Plane = {
    values: new Float64Array(halfRows * halfColumns * bands),
    trust: new Float64Array(halfRows * halfColumns),
    rows: halfRows,
    columns: halfColumns,
    bands,
  };
  for (let cell = 0; cell < trust.length; cell++) {
    const to = (Math.floor(cell / columns) >> 1) * halfColumns + (cell % columns >> 1);
    half.trust[to]! += trust[cell]!;
    for (let b = 0; b < bands; b++) {
      half.values[to * bands + b]! += trust[cell]! * values[cell * bands + b]!;
    }
  }
  for (let to = 0; to < half.trust.length; to++) {
    for (let b = 0; b < bands; b++) half.values[to * bands + b]! /= half.trust[to]! || 1;
    half.trust[to] = Math.min(1, half.trust[to]!);
  }
  const far = pullPush(half);
  const size = { rows: halfRows, columns: halfColumns, bands };
  const out = new Float64Array(values.length);
  const line = new Float64Array(bands);
  for (let cell = 0; cell < trust.length; cell++) {
    const t = trust[cell]!;
    if (t < 1) {
      const row = (Math.floor(cell / columns) + 0.5) / 2 - 0.5;
      interpolate(far, { ...size, row, column: (cell % columns + 0.5) / 2 - 0.5, out: line });
    }
    for (let b = 0, k = cell * bands; b < bands; b++, k++) {
      out[k] = t < 1 ? t * values[k]! + (1 - t) * line[b]! : values[k]!;
    }
  }
  return out;
}

/** Bilinear value at a fractional cell, clamped at the edges. */
export function interpolate(
  values: Float64Array | Float32Array,
  { rows, columns, bands, row, column, out }: {
    readonly rows: number;
    readonly columns: number;
    readonly bands: number;
    readonly row: number;
    readonly column: number;
    readonly out: Float64Array;
  },
): void {
  const y = Math.min(Math.max(row, 0), rows - 1);
  const x = Math.min(Math.max(column, 0), columns - 1);
  const [top, left] = [Math.floor(y), Math.floor(x)];
  const [bottom, right] = [Math.min(top + 1, rows - 1), Math.min(left + 1, columns - 1)];
  const [down, across] = [y - top, x - left];
  const [upper, lower] = [top * columns, bottom * columns];
  for (let b = 0; b < bands; b++) {
    const northwest = values[(upper + left) * bands + b]!;
    const southwest = values[(lower + left) * bands + b]!;
    const above = northwest + across * (values[(upper + right) * bands + b]! - northwest);
    const below = southwest + across * (values[(lower + right) * bands + b]! - southwest);
    out[b] = above + down * (below - above);
  }
}

/** Mean squared difference of the reference's sample to its cells, of each band. */
function squaredErrors(survey: CompositeSurvey, reference: number): Float64Array {
  const { bands, width } = survey.scene;
  const { keys, features } = survey.samples[reference]!;
  const cells = survey.cells[reference]!;
  const size = features.length / keys.length;
  const sums = new Float64Array(bands);
  keys.forEach((key, i) => {
    const row = Math.floor(key / width);
    const cell = Math.floor(row / CELL) * cells.columns + Math.floor((key - row * width) / CELL);
    for (let band = 0; band < bands; band++) {
      sums[band]! += (features[i * size + band]! - cellMean(cells, { cell, band, bands })) ** 2;
    }
  });
  return sums.map((sum) => sum / keys.length);
}
