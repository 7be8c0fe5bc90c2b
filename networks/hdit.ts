/**
 * The mono-temporal network: an hourglass diffusion transformer (Sec. 3.3; docs/networks.md,
 * "Hourglass").
 *
 * @module
 */

import type { Entry } from "../core/mod.ts";
import { hourglass } from "./hourglass.ts";
import {
  HOURGLASS_CHECKS,
  HOURGLASS_DEFAULTS,
  type HourglassOptions,
} from "./hourglass_options.ts";
import { monoNetwork } from "./mono.ts";
import type { Network } from "./network.ts";

/** Options of {@linkcode hdit}. */
export type HditOptions = HourglassOptions;

/**
 * HDiT: one image in, one image out.
 *
 * @throws {RangeError} If widths, heads or kernels do not fit together.
 */
export function hdit(options: HditOptions): Network {
  const glass = hourglass(options);
  const { inChannels, outChannels } = options;
  const { tensors, mapping, checkSize } = glass;
  return monoNetwork({
    ...{ type: "hdit", tensors, inChannels, outChannels, checkSize, mapping },
    forward(x, context) {
      const { skips, middle } = glass.encode(x, context);
      return glass.decode(middle, skips, context);
    },
  });
}

/** Catalog entry of {@linkcode hdit}. */
export const hditEntry: Entry<HditOptions, Network> = {
  summary: "hourglass diffusion transformer for one image",
  create: hdit,
  checks: HOURGLASS_CHECKS,
  defaults: HOURGLASS_DEFAULTS,
};
