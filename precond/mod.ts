/**
 * Preconditioning c_in, c_skip, c_out, c_noise, Eqs. 13–17.
 *
 * @module
 */

import { edmEntry } from "./edm.ts";
import { identityEntry } from "./identity.ts";
import { meanRevertingEntry } from "./mean_reverting.ts";
import { predictionEntry } from "./prediction.ts";

export { edm, type EdmOptions } from "./edm.ts";
export { identity, type IdentityOptions } from "./identity.ts";
export { meanReverting, type MeanRevertingOptions } from "./mean_reverting.ts";
export { prediction, type PredictionOptions } from "./prediction.ts";
export type { Coefficients, Preconditioner } from "./preconditioner.ts";

/** The built-in preconditioners by type. */
export const preconds = {
  meanReverting: meanRevertingEntry,
  edm: edmEntry,
  identity: identityEntry,
  prediction: predictionEntry,
} as const;
