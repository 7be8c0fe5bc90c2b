/**
 * EDM's time steps (Karras et al. 2022, Eq. 5), which the paper uses.
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import { falling, RANGE, type SigmaRange } from "./falling.ts";
import type { Timesteps } from "./timesteps.ts";

/** Options of {@linkcode karras}. */
export interface KarrasOptions extends SigmaRange {
  /** Exponent ρ > 0; large values put more steps at low σ, 1 is linear. Default 7 (EDM Eq. 5). */
  readonly rho?: number;
}

const DEFAULTS = { ...RANGE, rho: 7 } as const;

/**
 * σ_i = (σ_max^(1/ρ) + i/(N − 1)·(σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ, then 0 (EDM Eq. 5).
 *
 * @throws {RangeError} If not 0 < σ_min < σ_max.
 *
 * @example
 * ```ts
 * import { karras } from "./karras.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(karras().sigmas(2), [100, 0.001, 0]);
 * ```
 */
export function karras(
  { sigmaMin = DEFAULTS.sigmaMin, sigmaMax = DEFAULTS.sigmaMax, rho = DEFAULTS.rho }:
    KarrasOptions = {},
): Timesteps {
  const first = sigmaMax ** (1 / rho);
  const last = sigmaMin ** (1 / rho);
  return falling({ sigmaMin, sigmaMax }, (r) => (first + r * (last - first)) ** rho);
}

/** Catalog entry of {@linkcode karras}. */
export const karrasEntry: Entry<KarrasOptions, Timesteps> = {
  summary: "σ^(1/ρ) linear (EDM Eq. 5): the paper's time steps",
  create: karras,
  checks: {
    sigmaMin: number({ above: 0 }),
    sigmaMax: number({ above: 0 }),
    rho: number({ above: 0 }),
  },
  defaults: DEFAULTS,
};
