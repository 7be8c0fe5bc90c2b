/**
 * EDM's preconditioning (Karras et al. 2022, Tab. 1).
 *
 * @module
 */

import { type Entry, number } from "../core/mod.ts";
import { meanReverting } from "./mean_reverting.ts";
import type { Preconditioner } from "./preconditioner.ts";

/** Options of {@linkcode edm}. */
export interface EdmOptions {
  /** Standard deviation of x0, > 0. Default 0.5 (EDM Tab. 1). */
  readonly sigmaData?: number;
}

const DEFAULTS = { sigmaData: 0.5 } as const;

/**
 * {@linkcode meanReverting} with σ_mu = σ_cov = 0: c_skip = σ_data²/(σ_data² + σ²/L), and so on.
 *
 * @throws {RangeError} If `sigmaData` is not > 0.
 *
 * @example
 * ```ts
 * import { edm } from "./edm.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(edm().coefficients({ t: 0.5, sigma: 0.5, s: 1, k: 0 }, 1).cSkip, 0.5);
 * ```
 */
export function edm({ sigmaData = DEFAULTS.sigmaData }: EdmOptions = {}): Preconditioner {
  return meanReverting({ sigmaData, sigmaMu: 0, sigmaCov: 0 });
}

/** Catalog entry of {@linkcode edm}. */
export const edmEntry: Entry<EdmOptions, Preconditioner> = {
  summary: "EDM's preconditioning: no mean image",
  create: edm,
  checks: { sigmaData: number({ above: 0 }) },
  defaults: DEFAULTS,
};
