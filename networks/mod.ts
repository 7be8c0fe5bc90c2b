/**
 * Networks F_θ (Sec. 3.3).
 *
 * @module
 */

import { convolutionalEntry } from "./convolutional.ts";
import { hditEntry } from "./hdit.ts";
import { temporalHditEntry } from "./temporal_hdit.ts";

export {
  convolutional,
  type ConvolutionalLevel,
  type ConvolutionalOptions,
} from "./convolutional.ts";
export { hdit, type HditOptions } from "./hdit.ts";
export type { HourglassOptions, LevelOptions } from "./hourglass_options.ts";
export type { MappingOptions } from "./layers/mapping.ts";
export type { Network, NetworkInput, NetworkOutput, TensorSpec } from "./network.ts";
export { temporalHdit, type TemporalHditOptions, type TemporalOptions } from "./temporal_hdit.ts";

/** The built-in networks by type. */
export const networks = {
  hdit: hditEntry,
  temporalHdit: temporalHditEntry,
  convolutional: convolutionalEntry,
} as const;
