/**
 * Turns restored rows into rows of the result: stored numbers, blended into the clear pixels of the
 * reference, nodata where there is nothing, and the provenance of each pixel.
 *
 * @module
 */

import { type DataType, type PixelArray, pixelArray } from "../../core/mod.ts";
import { BorderMeter, type BorderStep } from "./border_step.ts";
import { agreeWith, noEvidence } from "./evidence.ts";
import type { FrameRows } from "./frame_rows.ts";
import { RESTORED } from "../keep_clear.ts";
import type { EnsembleStatistics } from "./ensemble.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import type { Scene } from "../scene.ts";

/** Provenance of a pixel: the values of the provenance raster. */
export const PROVENANCE = {
  /** The reference has no data here. */
  noData: 0,
  /** Kept from the reference, bit for bit. */
  observed: 1,
  /** Restored, and clear on another input date. */
  otherDate: 2,
  /** Restored, and clear on no date: reconstructed from its surroundings. */
  reconstructed: 3,
} as const;

/** Rows of the result. */
export interface FinishedRows {
  /** First row, in the scene. */
  readonly row: number;
  /** Number of rows. */
  readonly rows: number;
  /** [rows, columns of the area, bands of the result]; valid until the next rows. */
  readonly data: PixelArray;
  /** [rows, columns of the area] of {@linkcode PROVENANCE}, if there is a mask; valid as `data`. */
  readonly provenance?: Uint8Array;
  /**
   * [rows, columns of the area, bands of the result]: standard deviation of the ensemble in the
   * reference's unit, if there is one; 0 where the reference is kept, NaN where it has no data.
   */
  readonly deviation?: Float32Array;
  /** [rows, columns of the area]: evidence of the dates for each pixel, if a mean is made of them. */
  readonly evidence?: EvidenceRows;
  /** Stored numbers of the reference in one of the rows [columns of the area, bands of the result]. */
  observed(row: number): Float32Array;
}

/** Evidence of the pixels of a composite, or of a mean of all dates, one value per pixel. */
export interface EvidenceRows {
  /** Support in percent: 0 where no date shows the ground; 255 where there is no data. */
  readonly support: Uint8Array;
  /** Days to the nearest observation that was used; -1 where there is none. */
  readonly days: Int16Array;
}

/** Number of pixels by provenance. */
export type ProvenanceCounts = { readonly [K in keyof typeof PROVENANCE]: number };

/** Measurements of the finished rows. */
export interface FinishedReport {
  /** Radiometric step where restored and observed pixels are blended; absent if none are. */
  readonly border?: BorderStep;
  /** Present if there is a mask. */
  readonly pixels?: ProvenanceCounts;
}

const RANGES: Readonly<Record<DataType, readonly [number, number]>> = {
  uint8: [0, 255],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  uint32: [0, 4294967295],
  int32: [-2147483648, 2147483647],
  float32: [-Infinity, Infinity],
  float64: [-Infinity, Infinity],
};

/** Converts to a pixel type: rounds and clamps, and steps away from the values that mark no data. */
function storing(dtype: DataType, missing: readonly number[]): (value: number) => number {
  const [least, most] = RANGES[dtype];
  const whole = Number.isFinite(most);
  // A relative step of 2⁻²⁰ survives float32 in any unit.
  const stepAt = (value: number) => whole ? 1 : Math.max(Math.abs(value), 1e-6) * 2 ** -20;
  const [none = NaN, other = NaN] = missing;
  return (given) => {
    let value = Math.min(Math.max(whole ? Math.round(given) : given, least), most);
    const step = value < most ? stepAt(value) : -stepAt(value);
    while (value === none || value === other) value += step;
    return value;
  };
}

/** Origin of the pixels of a row of the area. */
export interface RowOrigin {
  /** Restored share of each pixel, in 255ths. */
  readonly shares: Uint8Array;
  /** 1 where another date shows the ground. */
  readonly seen: Uint8Array;
  /** Evidence of the dates, if a mean is made of them. */
  readonly evidence?: EvidenceRows;
}

/** Options of {@linkcode RowFinisher}. */
export interface RowFinisherOptions {
  readonly scene: Scene;
  /** Part of the scene that is finished. */
  readonly area: RasterWindow;
  /** Most rows that are finished at once. */
  readonly mostRows: number;
  /** Stored rows of the reference. */
  readonly reference: FrameRows;
  /** Origin of the pixels of a row of the scene. Default: every pixel is restored, without provenance. */
  readonly originOf?: (row: number) => RowOrigin;
  /** True if the result also has data where the reference has none. Default false. */
  readonly fills?: boolean;
  /** Receives each row of restored values, and whether a pixel was restored. */
  readonly onRow?: (values: Float32Array, isRestored: (pixel: number) => boolean) => void;
}

/** Finishes the rows of a restoration. */
export class RowFinisher {
  readonly #options: RowFinisherOptions;
  readonly #border: BorderMeter;
  readonly #counts = new Float64Array(4);
  readonly #store: (value: number) => number;
  readonly #data: PixelArray;
  readonly #origins: Uint8Array;
  /** Value of pixels without data. */
  readonly #none: number;

  constructor(options: RowFinisherOptions) {
    const { scene, area, mostRows, reference: { frame } } = options;
    this.#options = options;
    this.#border = new BorderMeter(scene.output.length);
    const pixels = mostRows * area.width;
    this.#data = pixelArray(scene.grid.dtype, pixels * scene.output.length);
    this.#origins = new Uint8Array(pixels);
    this.#store = storing(scene.grid.dtype, frame.missing);
    this.#none = frame.missing[0] ?? NaN;
  }

  /**
   * Finishes rows of the area.
   *
   * @param blended Restored values and their standard deviation, [rows, columns of the area, bands of
   *   the scene] in the scene's units; NaN where there are none.
   */
  finish(
    { mean, deviation }: EnsembleStatistics,
    { row, rows }: { readonly row: number; readonly rows: number },
  ): FinishedRows {
    const { area, scene: { output }, reference, originOf, onRow } = this.#options;
    const depth = reference.frame.bands.length;
    const data = this.#data.subarray(0, rows * area.width * output.length);
    const provenance = originOf && this.#origins.subarray(0, rows * area.width);
    const whole = new Uint8Array(area.width).fill(RESTORED);
    const deviations = deviation && new Float32Array(rows * area.width * output.length);
    let known: EvidenceRows | undefined;
    for (let y = 0; y < rows; y++) {
      const { shares, seen, evidence } = originOf?.(row + y) ?? { shares: whole };
      const first = y * area.width;
      const line = mean.subarray(first * depth, (first + area.width) * depth);
      const out = data.subarray(first * output.length, (first + area.width) * output.length);
      const observed = this.#observed(row + y);
      const origin = this.#line(line, { observed, shares, seen, out });
      provenance?.set(origin, first);
      if (evidence !== undefined) {
        known ??= noEvidence(rows * area.width);
        known.support.set(evidence.support, first);
        known.days.set(evidence.days, first);
      }
      if (deviation !== undefined) {
        const own = deviation.subarray(first * depth, (first + area.width) * depth);
        this.#deviation(own, deviations!.subarray(first * output.length), { observed, shares });
      }
      onRow?.(line, (x) => shares[x]! > 0);
    }
    const observed = (line: number) => Float32Array.from(this.#observed(line));
    if (known !== undefined) agreeWith(provenance!, known);
    return { row, rows, data, provenance, deviation: deviations, evidence: known, observed };
  }

  /** Standard deviation of a line in the reference's unit; 0 for kept pixels. */
  #deviation(line: Float32Array, out: Float32Array, { observed, shares }: {
    readonly observed: PixelArray;
    readonly shares: Uint8Array;
  }): void {
    const { scene: { output }, reference: { frame }, fills = false } = this.#options;
    const [none = NaN, other = NaN] = frame.missing;
    const depth = frame.bands.length;
    const units = output.map((band) => Math.abs(frame.gains[band]!));
    for (let x = 0, i = 0; i < observed.length; x++) {
      const share = shares[x]! / RESTORED;
      for (let b = 0; b < output.length; b++, i++) {
        const stored = observed[i]!;
        const isMissing = stored === none || stored === other || Number.isNaN(stored);
        out[i] = isMissing && !fills
          ? NaN
          : share === 0
          ? 0
          : share * line[x * depth + output[b]!]! / units[b]!;
      }
    }
  }

  /** Stored numbers of the reference in a row [columns of the area, bands of the result]. */
  #observed(row: number): PixelArray {
    const { area, scene: { output, grid }, reference } = this.#options;
    const { read } = reference;
    const places = output.map((band) => read.indexOf(band));
    const stored = reference.row(row);
    const depth = output.length;
    const out = pixelArray(grid.dtype, area.width * depth);
    if (stored === undefined) return out.fill(this.#none);
    // The grid may reach beyond the file of a date.
    const left = Math.min(Math.max(0, stored.first - area.column), area.width);
    const right = Math.max(left, Math.min(area.width, stored.first + stored.columns - area.column));
    out.fill(this.#none, 0, left * depth);
    out.fill(this.#none, right * depth);
    let at = stored.at + (area.column + left - stored.first) * read.length;
    const { data } = stored;
    for (let to = left * depth; to < right * depth; at += read.length) {
      for (let b = 0; b < depth; b++) out[to++] = data[at + places[b]!]!;
    }
    return out;
  }

  #line(line: Float32Array, { observed, shares, seen, out }: {
    readonly observed: PixelArray;
    readonly shares: Uint8Array;
    readonly seen: Uint8Array | undefined;
    readonly out: PixelArray;
  }): Uint8Array {
    const { area, scene: { output }, reference: { frame }, fills = false } = this.#options;
    const [none = NaN, other = NaN] = frame.missing;
    const depth = frame.bands.length;
    const origin = new Uint8Array(area.width);
    for (let x = 0, i = 0; x < area.width; x++) {
      const share = shares[x]! / RESTORED;
      let some = false;
      for (let b = 0; b < output.length; b++, i++) {
        const band = output[b]!;
        const stored = observed[i]!;
        const has = stored !== none && stored !== other && !Number.isNaN(stored);
        const value = line[x * depth + band]!;
        const isEmpty = !has && (!fills || Number.isNaN(value));
        some ||= !isEmpty;
        if (isEmpty || share === 0 || Number.isNaN(value)) {
          out[i] = stored;
          continue;
        }
        const restored = (value - frame.biases[band]!) / frame.gains[band]!;
        out[i] = this.#store(share === 1 ? restored : stored + (restored - stored) * share);
        if (share < 1) this.#border.add(b, (restored - stored) * frame.gains[band]!);
      }
      const from = !some
        ? PROVENANCE.noData
        : share === 0
        ? PROVENANCE.observed
        : seen?.[x] === 1
        ? PROVENANCE.otherDate
        : PROVENANCE.reconstructed;
      origin[x] = from;
      this.#counts[from]!++;
    }
    return origin;
  }

  /** Measurements of all rows finished so far. */
  report(): FinishedReport {
    const border = this.#border.result();
    const [noData = 0, observed = 0, otherDate = 0, reconstructed = 0] = this.#counts;
    return {
      border,
      pixels: this.#options.originOf && { noData, observed, otherDate, reconstructed },
    };
  }
}
