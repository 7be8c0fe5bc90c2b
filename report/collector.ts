/**
 * Collects restored rows: the whole area downsampled, and a window at full resolution.
 *
 * @module
 */

import type { RasterWindow } from "../rasters/mod.ts";
import { type FinishedRows, PROVENANCE, type Scene, type SceneFrame } from "../restoration/mod.ts";
import { createShrinker, type Shrinker } from "./pixels.ts";

/** Collects restored rows in the model's bands and units. */
export class Collector {
  readonly restored: Float32Array;
  readonly provenance: Uint8Array;
  readonly deviation: Float32Array | undefined;
  readonly #small: Shrinker;
  readonly #area: RasterWindow;
  readonly #kept: RasterWindow;
  readonly #frame: SceneFrame;
  readonly #output: readonly number[];

  constructor(scene: Scene, { area, kept, step, sampled }: {
    readonly area: RasterWindow;
    readonly kept: RasterWindow;
    readonly step: number;
    readonly sampled: boolean;
  }) {
    this.#area = area;
    this.#kept = kept;
    this.#frame = scene.frames[scene.reference]!;
    this.#output = scene.output;
    const depth = this.#frame.bands.length;
    this.#small = createShrinker(area, { depth, step });
    this.restored = new Float32Array(kept.width * kept.height * depth).fill(NaN);
    this.deviation = sampled ? this.restored.slice() : undefined;
    this.provenance = new Uint8Array(kept.width * kept.height).fill(PROVENANCE.noData);
  }

  add({ row, rows, data, provenance, deviation }: FinishedRows): void {
    const { gains, biases, missing } = this.#frame;
    const [area, kept] = [this.#area, this.#kept];
    const values = this.#model(
      data,
      (value, band) => missing.includes(value) ? NaN : value * gains[band]! + biases[band]!,
    );
    const ensembleStd = deviation && this.#model(deviation, (value, band) => value * gains[band]!);
    this.#small.add(values, row - area.row);
    const depth = this.#frame.bands.length;
    const first = Math.max(row, kept.row);
    const last = Math.min(row + rows, kept.row + kept.height);
    for (let y = first; y < last; y++) {
      const from = (y - row) * area.width + kept.column - area.column;
      const to = (y - kept.row) * kept.width;
      const cut = (line: Float32Array) => line.subarray(from * depth, (from + kept.width) * depth);
      this.restored.set(cut(values), to * depth);
      if (ensembleStd !== undefined) this.deviation?.set(cut(ensembleStd), to * depth);
      if (provenance !== undefined) {
        this.provenance.set(provenance.subarray(from, from + kept.width), to);
      }
    }
  }

  /** Values of the result's bands converted to the model's; NaN for bands that the result lacks. */
  #model(
    data: ArrayLike<number>,
    of: (value: number, band: number) => number,
  ): Float32Array {
    const depth = this.#frame.bands.length;
    const count = this.#output.length;
    const out = new Float32Array(data.length / count * depth).fill(NaN);
    for (let i = 0; i < data.length; i++) {
      const band = this.#output[i % count]!;
      out[Math.floor(i / count) * depth + band] = of(data[i]!, band);
    }
    return out;
  }

  small(): Float32Array {
    return this.#small.result();
  }
}
