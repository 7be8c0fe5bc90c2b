/**
 * Turns blended tiles into rows of the result: stored numbers, blended into the clear pixels of the
 * reference, nodata where the reference has none, and the provenance of each pixel.
 *
 * @module
 */

import { type DataType, type PixelArray, pixelArray } from "../../core/mod.ts";
import { BorderMeter, type BorderStep } from "./border_step.ts";
import type { FrameRows } from "./frame_rows.ts";
import { RESTORED } from "../keep_clear.ts";
import type { EnsembleStatistics } from "./ensemble.ts";
import type { MaskRows } from "./mask_rows.ts";
import type { TilePlan } from "./plan.ts";
import type { RowWindow } from "./row_window.ts";
import type { Scene } from "../scene.ts";
import { createSeamMeter, type SeamMetric } from "./seams.ts";

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
  /** Stored numbers of the reference in one of the rows [columns of the area, bands of the result]. */
  observed(row: number): Float32Array;
}

/** Number of pixels by provenance. */
export type ProvenanceCounts = { readonly [K in keyof typeof PROVENANCE]: number };

/** Measurements of the finished rows. */
export interface FinishedReport {
  /** Visibility of tile borders in the result. */
  readonly seams: Omit<SeamMetric, "disagreement">;
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
  return (given) => {
    let value = Math.min(Math.max(whole ? Math.round(given) : given, least), most);
    const step = value < most ? stepAt(value) : -stepAt(value);
    while (missing.includes(value)) value += step;
    return value;
  };
}

/** Finishes the rows of a restoration. */
export class RowFinisher {
  readonly #plan: TilePlan;
  readonly #scene: Scene;
  readonly #reference: FrameRows;
  readonly #masks: MaskRows | undefined;
  /** First column of the masks. */
  readonly #maskLeft: number;
  readonly #seams;
  readonly #border: BorderMeter;
  readonly #counts = new Float64Array(4);
  readonly #store: (value: number) => number;
  readonly #data: PixelArray;
  readonly #origins: Uint8Array;

  constructor({ plan, scene, window: { reference, masks, columns: [left] } }: {
    readonly plan: TilePlan;
    readonly scene: Scene;
    readonly window: RowWindow;
  }) {
    this.#plan = plan;
    this.#scene = scene;
    this.#reference = reference;
    this.#masks = masks;
    this.#maskLeft = left;
    this.#seams = createSeamMeter(plan, reference.frame.bands.length);
    this.#border = new BorderMeter(scene.output.length);
    const pixels = plan.tileSize * plan.area.width;
    this.#data = pixelArray(scene.grid.dtype, pixels * scene.output.length);
    this.#origins = new Uint8Array(pixels);
    this.#store = storing(scene.grid.dtype, reference.frame.missing);
  }

  /**
   * Finishes rows of the area.
   *
   * @param blended Mean and standard deviation of the blended tiles, [rows, columns of the area, bands
   *   of the model] in the model's units.
   */
  finish(
    { mean, deviation }: EnsembleStatistics,
    { row, rows }: { readonly row: number; readonly rows: number },
  ): FinishedRows {
    const { area } = this.#plan;
    const { output } = this.#scene;
    const depth = this.#reference.frame.bands.length;
    const data = this.#data.subarray(0, rows * area.width * output.length);
    const provenance = this.#masks && this.#origins.subarray(0, rows * area.width);
    const whole = new Uint8Array(area.width).fill(RESTORED);
    const deviations = deviation && new Float32Array(rows * area.width * output.length);
    for (let y = 0; y < rows; y++) {
      const mask = this.#masks?.row(row + y);
      const from = area.column - this.#maskLeft;
      const shares = mask?.shares.subarray(from, from + area.width) ?? whole;
      const seen = mask?.seen.subarray(from, from + area.width);
      const first = y * area.width;
      const line = mean.subarray(first * depth, (first + area.width) * depth);
      const out = data.subarray(first * output.length, (first + area.width) * output.length);
      const origin = this.#line(line, { row: row + y, shares, seen, out });
      provenance?.set(origin, first);
      if (deviation !== undefined) {
        const own = deviation.subarray(first * depth, (first + area.width) * depth);
        this.#deviation(own, deviations!.subarray(first * output.length), { row: row + y, shares });
      }
      this.#seams.add(line, (x) => shares[x]! > 0);
    }
    const observed = (line: number) => this.#observed(line);
    return { row, rows, data, provenance, deviation: deviations, observed };
  }

  /** Standard deviation of a line in the reference's unit; 0 for kept pixels. */
  #deviation(line: Float32Array, out: Float32Array, { row, shares }: {
    readonly row: number;
    readonly shares: Uint8Array;
  }): void {
    const { output } = this.#scene;
    const { frame } = this.#reference;
    const depth = frame.bands.length;
    const observed = this.#observed(row);
    for (let i = 0; i < observed.length; i++) {
      const [x, band] = [Math.floor(i / output.length), output[i % output.length]!];
      const share = shares[x]! / RESTORED;
      out[i] = !this.#reference.hasData(observed[i]!)
        ? NaN
        : share === 0
        ? 0
        : share * line[x * depth + band]! / Math.abs(frame.gains[band]!);
    }
  }

  #observed(row: number): Float32Array {
    const { area } = this.#plan;
    const { output } = this.#scene;
    const { read } = this.#reference;
    const stored = this.#reference.row(row)!;
    const places = output.map((band) => read.indexOf(band));
    return Float32Array.from({ length: area.width * output.length }, (_, i) => {
      const column = area.column + Math.floor(i / output.length) - stored.first;
      return stored.data[stored.at + column * read.length + places[i % output.length]!]!;
    });
  }

  #line(line: Float32Array, { row, shares, seen, out }: {
    readonly row: number;
    readonly shares: Uint8Array;
    readonly seen: Uint8Array | undefined;
    readonly out: PixelArray;
  }): Uint8Array {
    const { area } = this.#plan;
    const { output } = this.#scene;
    const { frame, read } = this.#reference;
    const stored = this.#reference.row(row)!;
    const depth = frame.bands.length;
    const places = output.map((band) => read.indexOf(band));
    const origin = new Uint8Array(area.width);
    for (let x = 0; x < area.width; x++) {
      const pixel = stored.at + (area.column + x - stored.first) * read.length;
      const share = shares[x]! / RESTORED;
      let some = false;
      for (const [b, band] of output.entries()) {
        const observed = stored.data[pixel + places[b]!]!;
        const has = this.#reference.hasData(observed);
        some ||= has;
        const value = line[x * depth + band]!;
        if (!has || share === 0 || Number.isNaN(value)) {
          out[x * output.length + b] = observed;
          continue;
        }
        const restored = (value - frame.biases[band]!) / frame.gains[band]!;
        out[x * output.length + b] = this.#store(
          share === 1 ? restored : observed + (restored - observed) * share,
        );
        if (share < 1) this.#border.add(b, (restored - observed) * frame.gains[band]!);
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
      seams: this.#seams.result(),
      border,
      pixels: this.#masks && { noData, observed, otherDate, reconstructed },
    };
  }
}
