/**
 * Picture of a scene before and after, from every n-th pixel of the rows.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import type { RasterWindow } from "../rasters/mod.ts";
import { type CardScaling, scalingRanges } from "../model/mod.ts";
import { writeBeforeAfter } from "./before_after.ts";
import type { FinishedRows } from "./rows/finish_rows.ts";
import type { SceneFrame } from "./scene.ts";

/** Longest side of each image. */
const MOST_PIXELS = 1024;
/** Reflectance of the brightest colour. */
const BRIGHTEST = 0.3;

/** Options of {@linkcode Preview}. */
export interface PreviewOptions {
  readonly area: RasterWindow;
  /** Names of the result's bands. */
  readonly bands: readonly string[];
  /** Indices of the result's bands among the model's. */
  readonly output: readonly number[];
  /** The reference. */
  readonly frame: SceneFrame;
  /** Reflectance scale of the scene. */
  readonly reflectanceScale: number | undefined;
  /** Range of the colours if the unit isn't reflectance. */
  readonly scaling: CardScaling | undefined;
}

/** Collects every n-th pixel of the rows. */
export class Preview {
  readonly #options: PreviewOptions;
  readonly #step: number;
  readonly #width: number;
  readonly #height: number;
  readonly #before: Float32Array;
  readonly #after: Float32Array;

  constructor(options: PreviewOptions) {
    const { area: { width, height }, bands } = options;
    this.#options = options;
    this.#step = Math.ceil(Math.max(width, height) / MOST_PIXELS);
    this.#width = Math.ceil(width / this.#step);
    this.#height = Math.ceil(height / this.#step);
    this.#before = new Float32Array(this.#width * this.#height * bands.length);
    this.#after = new Float32Array(this.#before.length);
  }

  /** Adds rows of the result. */
  add({ row, rows, data, observed }: FinishedRows): void {
    const { area, bands } = this.#options;
    for (let y = 0; y < rows; y++) {
      const below = row + y - area.row;
      if (below % this.#step !== 0) continue;
      const from = y * area.width * bands.length;
      const at = Math.floor(below / this.#step) * this.#width * bands.length;
      this.#line(this.#after, { at, line: data, from });
      this.#line(this.#before, { at, line: observed(row + y), from: 0 });
    }
  }

  /** Copies every n-th pixel of a line, in the model's units. */
  #line(out: Float32Array, { at, line, from }: {
    readonly at: number;
    readonly line: ArrayLike<number>;
    readonly from: number;
  }): void {
    const { output, frame: { gains, biases } } = this.#options;
    for (let x = 0; x < this.#width; x++) {
      for (const [b, band] of output.entries()) {
        const stored = line[from + x * this.#step * output.length + b]!;
        out[at + x * output.length + b] = stored * gains[band]! + biases[band]!;
      }
    }
  }

  /** Writes the reference and the result side by side; `text` holds PNG texts by keyword. */
  async write(
    path: string,
    { overwrite, text }: {
      readonly overwrite: boolean;
      readonly text: Readonly<Record<string, string>>;
    },
  ): Promise<void> {
    const { bands, reflectanceScale: scale, scaling } = this.#options;
    const range = scaling === undefined ? { low: 0, high: 1 } : scalingRanges(scaling, 1)[0]!;
    const raster = (data: Float32Array): Raster => ({
      width: this.#width,
      height: this.#height,
      bands,
      dtype: "float32",
      data,
    });
    await writeBeforeAfter(path, {
      before: raster(this.#before),
      after: raster(this.#after),
      overwrite,
      text,
      low: scale === undefined ? range.low : 0,
      high: scale === undefined ? range.high : scale * BRIGHTEST,
    });
  }
}
