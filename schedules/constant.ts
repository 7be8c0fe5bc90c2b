/**
 * No mean reversion: s(t) = 1, σ(t) = t, the process of EDM (Karras et al. 2022, Tab. 1).
 *
 * @module
 */

import type { Entry } from "../core/mod.ts";
import type { Schedule } from "./schedule.ts";

/** Options of {@linkcode constant}: there are none. */
export type ConstantOptions = Record<never, never>;

/**
 * s(t) = 1 with σ(t) = t: k = 0, so μ plays no part in the process.
 *
 * @example
 * ```ts
 * import { constant } from "./constant.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(constant().s(100), 1);
 * ```
 */
export function constant(): Schedule {
  return {
    sigma: (t) => t,
    sigmaDot: () => 1,
    sigmaInverse: (sigma) => sigma,
    s: () => 1,
    sDot: () => 0,
  };
}

/** Catalog entry of {@linkcode constant}. */
export const constantEntry: Entry<ConstantOptions, Schedule> = {
  summary: "s = 1, σ = t: no mean reversion, EDM's process",
  create: constant,
  checks: {},
  defaults: {},
};
