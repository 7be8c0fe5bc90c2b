/**
 * No preconditioning: the network is the denoiser.
 *
 * @module
 */

import type { Entry } from "../core/mod.ts";
import type { Preconditioner } from "./preconditioner.ts";

/** Options of {@linkcode identity}: there are none. */
export type IdentityOptions = Record<never, never>;

/**
 * D = F: c_in = c_out = 1, c_skip = 0; c_noise = ln(σ)/4 as in the other modules.
 *
 * @example
 * ```ts
 * import { identity } from "./identity.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(identity().coefficients({ t: 1, sigma: 1, s: 1, k: 0 }, 1).cOut, 1);
 * ```
 */
export function identity(): Preconditioner {
  return {
    coefficients: ({ sigma }) => ({ cIn: 1, cSkip: 0, cOut: 1, cNoise: Math.log(sigma) / 4 }),
  };
}

/** Catalog entry of {@linkcode identity}. */
export const identityEntry: Entry<IdentityOptions, Preconditioner> = {
  summary: "D = F: the network maps the noised image to the clean one",
  create: identity,
  checks: {},
  defaults: {},
};
