/**
 * Soft Min-SNR weighting (Crowson et al. 2024, HDiT, Sec. 4.5; Hang et al. 2023).
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import type { LossWeighting } from "./loss_weighting.ts";

/** Options of {@linkcode softMinSnr}. */
export interface SoftMinSnrOptions {
  /** Upper bound γ > 0 of the weight, approached as σ → 0. Default 5 (Hang et al. 2023). */
  readonly gamma?: number;
}

const DEFAULTS = { gamma: 5 } as const;

/**
 * λ = 1/(σ² + 1/γ): the signal-to-noise ratio 1/σ² of images with unit variance, smoothly bounded.
 *
 * @example
 * ```ts
 * import { softMinSnr } from "./soft_min_snr.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const level = { t: 1, sigma: 1, s: 1, k: 0 };
 * const coefficients = { cIn: 1, cSkip: 0, cOut: 1, cNoise: 0 };
 * assertEquals(softMinSnr({ gamma: 1 }).weight(level, coefficients), 0.5);
 * ```
 */
export function softMinSnr({ gamma = DEFAULTS.gamma }: SoftMinSnrOptions = {}): LossWeighting {
  return { weight: ({ sigma }) => 1 / (sigma ** 2 + 1 / gamma) };
}

/** Catalog entry of {@linkcode softMinSnr}. */
export const softMinSnrEntry: Entry<SoftMinSnrOptions, LossWeighting> = {
  summary: "λ = 1/(σ² + 1/γ): the signal-to-noise ratio, bounded by γ",
  create: softMinSnr,
  checks: { gamma: number({ above: 0 }) },
  defaults: DEFAULTS,
};
