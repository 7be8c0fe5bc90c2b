/**
 * The mono-temporal network: an hourglass diffusion transformer (Sec. 3.3; docs/networks.md,
 * "Hourglass").
 *
 * @module
 */

import type { Entry } from "../core/mod.ts";
import { tf } from "../engine/mod.ts";
import { hourglass } from "./hourglass.ts";
import {
  HOURGLASS_CHECKS,
  HOURGLASS_DEFAULTS,
  type HourglassOptions,
} from "./hourglass_options.ts";
import { initWeights } from "./init_weights.ts";
import { joinInput } from "./join_input.ts";
import { conditioning } from "./layers/mapping.ts";
import { scope } from "./layers/specs.ts";
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
  return {
    tensors,
    inChannels,
    outChannels,
    temporal: false,
    checkSize,
    init: (rng) => initWeights(tensors, rng),
    apply: ({ params, buffers }, input) =>
      tf.tidy(() => {
        const length = input.x.shape[1];
        if (length !== 1) {
          throw new TypeError(
            `Cannot apply hdit: a mono-temporal network must have L = 1 frame, got ${length}`,
          );
        }
        const all = { ...params, ...buffers };
        const { cNoise, random } = input;
        const cond = conditioning(cNoise, { at: scope(all), options: mapping, random });
        const context = { params: all, cond, random };
        const { skips, middle } = glass.encode(
          joinInput(input, { inChannels, checkSize }),
          context,
        );
        return { image: glass.decode(middle, skips, context) };
      }),
  };
}

/** Catalog entry of {@linkcode hdit}. */
export const hditEntry: Entry<HditOptions, Network> = {
  summary: "hourglass diffusion transformer for one image",
  create: hdit,
  checks: HOURGLASS_CHECKS,
  defaults: HOURGLASS_DEFAULTS,
};
