/**
 * Accumulates the runs of a self-check.
 *
 * @module
 */

import type { Raster } from "../../core/mod.ts";
import { CheckSums } from "./check_scores.ts";
import type { CheckWindow } from "./check_windows.ts";
import type { OriginScore, SelfCheck } from "./self_check_result.ts";

/** One run; images are [height, width, bands] as reflectance. */
export interface CheckRun {
  readonly part: CheckWindow;
  /** Seed of the clouds. */
  readonly seed: number;
  /** [height, width]: 1 where pixels are scored. */
  readonly mask: Uint8Array;
  readonly truth: ArrayLike<number>;
  readonly restored: Float32Array;
  readonly deviation?: Float32Array;
  /** Baselines by name. */
  readonly baselines: Readonly<Record<string, Raster>>;
}

/** Sums of the errors of some pixels. */
class Errors {
  pixels = 0;
  absolute = 0;
  squares = 0;

  add(errors: readonly number[]): void {
    this.pixels++;
    for (const error of errors) {
      this.absolute += Math.abs(error);
      this.squares += error * error;
    }
  }

  result(channels: number): { readonly mae: number; readonly rmse: number } {
    const count = this.pixels * channels;
    return { mae: this.absolute / count, rmse: Math.sqrt(this.squares / count) };
  }
}

/** Replaces missing values by 0: metrics take finite numbers only. */
function finite(values: ArrayLike<number>): Float32Array {
  return Float32Array.from(values, (value) => Number.isFinite(value) ? value : 0);
}

/** Sums over the runs of a self-check. */
export class CheckTotals {
  readonly #bands: readonly string[];
  readonly #sums = new Map<string, CheckSums>();
  readonly #origins = { otherDate: new Errors(), reconstructed: new Errors() };
  readonly #runs: SelfCheck["runs"][number][] = [];
  #variance: number | undefined;

  /** @param bands Names of the result's bands. */
  constructor(bands: readonly string[]) {
    this.#bands = bands;
  }

  /** Number of scored pixels. */
  get pixels(): number {
    return this.#sums.get("restored")?.pixels ?? 0;
  }

  /** Adds a run that has at least one scored pixel. */
  add(
    { part: { window, seen }, seed, mask, truth, restored, deviation, baselines }: CheckRun,
  ): void {
    const { width, height } = window;
    const images = Object.entries(baselines).map(([method, { data }]) => [method, data] as const);
    for (const [method, prediction] of [["restored", restored] as const, ...images]) {
      const sums = this.#sums.get(method) ?? new CheckSums(this.#bands);
      this.#sums.set(method, sums);
      sums.add({ prediction: finite(prediction), truth: finite(truth), mask, width, height });
    }
    const depth = this.#bands.length;
    const all = new Errors();
    for (const [pixel, flag] of mask.entries()) {
      if (flag === 0) continue;
      const at = pixel * depth;
      const errors = this.#bands.map((_, b) => restored[at + b]! - truth[at + b]!);
      all.add(errors);
      this.#origins[seen[pixel] === 1 ? "otherDate" : "reconstructed"].add(errors);
      if (deviation === undefined) continue;
      for (let b = 0; b < depth; b++) {
        this.#variance = (this.#variance ?? 0) + deviation[at + b]! ** 2;
      }
    }
    this.#runs.push({ window, seed, pixels: all.pixels, ...all.result(depth) });
  }

  /** @param ownSeen Share of the scene's clouded pixels that are clear on another date. */
  result(ownSeen: number | undefined): Omit<SelfCheck, "cover" | "clear" | "clouded"> {
    const depth = this.#bands.length;
    const origin = (errors: Errors, own: number | undefined): OriginScore => ({
      pixels: errors.pixels,
      ...(errors.pixels > 0 && errors.result(depth)),
      ...(own !== undefined && { own }),
    });
    const { otherDate, reconstructed } = this.#origins;
    const scores = Object.fromEntries(
      [...this.#sums].map(([method, sums]) => [method, sums.result()]),
    );
    const observed = scores.restored!.rmse;
    const composite = scores.composite?.rmse;
    const predicted = this.#variance === undefined
      ? undefined
      : Math.sqrt(this.#variance / (this.pixels * depth));
    return {
      scores,
      ...(composite !== undefined && {
        better: composite < observed ? "composite" as const : "restored" as const,
      }),
      unit: "reflectance",
      pixels: this.pixels,
      origins: {
        otherDate: origin(otherDate, ownSeen),
        reconstructed: origin(reconstructed, ownSeen === undefined ? undefined : 1 - ownSeen),
      },
      // A standard deviation of 0 has no ratio.
      ...(predicted && { deviation: { predicted, observed, ratio: observed / predicted } }),
      runs: this.#runs,
    };
  }
}
