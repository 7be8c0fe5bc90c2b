/** Small networks for tests of behavior. */

import type { HditOptions, TemporalHditOptions } from "../../networks/mod.ts";

/** Two levels, 8 × 8 tokens at 16² pixels; 5 channels in, 3 out. */
export const SMALL: HditOptions = {
  inChannels: 5,
  outChannels: 3,
  patchSize: [2, 2],
  levels: [
    { width: 16, depth: 1, dFf: 24, attention: "neighborhood", dHead: 8 },
    { width: 32, depth: 1, dFf: 40, attention: "global", dHead: 16 },
  ],
  mapping: { depth: 1, width: 16, dFf: 24, dropout: 0.1 },
};

/** The same with TFSA. */
export const SMALL_TEMPORAL: TemporalHditOptions = {
  ...SMALL,
  temporal: { heads: 4, dK: 6, dFf: 24 },
};
