/**
 * Plain prediction from the state x = s·x̃, as processes between x0 and μ are trained in their papers:
 * the network sees x, and its output is x0 or the way from x to x0.
 *
 * @module
 */

import { type Entry, oneOf } from "../core/mod.ts";
import type { Preconditioner } from "./preconditioner.ts";

/** Options of {@linkcode prediction}. */
export interface PredictionOptions {
  /**
   * The network's output F. "clean": F = x0 (ResShift, InDI). "velocity": F = (x0 − x)/(1 − s), the
   * way from μ to x0 (rectified flow, OAR-Flow; RDDM's residual without its noise). "noise":
   * F = (x0 − x)/(s·σ), in units of the noise (I2SB). Signs are such that c_out > 0.
   */
  readonly target: "clean" | "velocity" | "noise";
}

/**
 * c_in = s, c_noise = t. With target "clean", c_skip = 0 and c_out = 1; else c_skip = s, and c_out is
 * 1 − s or s·σ: D = x + c_out·F. All are finite up to the end of a process, where s → 0.
 *
 * The noise prediction of IR-SDE and GOUB, D = x̃ − k·μ − σ·F, is not of the form of Eq. 13 in the
 * images. It is in the residual (`residual` of a model card), where μ = 0: there it is c_skip = 1,
 * c_out = σ, up to the sign of F.
 *
 * @example
 * ```ts
 * import { prediction } from "./prediction.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const level = { t: 0.75, sigma: 3, s: 0.25, k: 3 };
 * const { cSkip, cOut } = prediction({ target: "velocity" }).coefficients(level, 1);
 * assertEquals([cSkip, cOut], [0.25, 0.75]);
 * ```
 */
export function prediction({ target }: PredictionOptions): Preconditioner {
  return {
    coefficients: ({ t, s, sigma }) => ({
      cIn: s,
      cSkip: target === "clean" ? 0 : s,
      cOut: target === "clean" ? 1 : target === "velocity" ? 1 - s : s * sigma,
      cNoise: t,
    }),
  };
}

/** Catalog entry of {@linkcode prediction}. */
export const predictionEntry: Entry<PredictionOptions, Preconditioner> = {
  summary: "the network predicts x0, velocity or noise from the state x, without scaling",
  create: prediction,
  checks: { target: oneOf("clean", "velocity", "noise") },
  defaults: {},
};
