/** The network of one image, from its encoder and decoder. @module */

import { type Images, type Tensor, tf } from "../engine/mod.ts";
import { initWeights } from "./init_weights.ts";
import { joinInput } from "./join_input.ts";
import type { LayerContext } from "./layers/layer.ts";
import { conditioning, type MappingOptions } from "./layers/mapping.ts";
import { scope } from "./layers/specs.ts";
import { averageMirrors, mirrorImages } from "./mirrors.ts";
import type { Network } from "./network.ts";

/** Parts of a network of one image. */
export interface MonoParts
  extends Pick<Network, "tensors" | "inChannels" | "outChannels" | "checkSize"> {
  /** Type of the network, for errors. */
  readonly type: string;
  /** Mapping of the noise level. */
  readonly mapping: Required<MappingOptions>;
  /** Mirrored copies that are averaged in inference, of {@linkcode MIRRORS}. Default 1. */
  readonly mirrors?: number;
  /** [B, H, W, in] → [B, H, W, out]. */
  readonly forward: (x: Tensor, context: LayerContext) => Images;
}

/** Makes the network. */
export function monoNetwork(
  { type, mapping, mirrors = 1, forward, ...parts }: MonoParts,
): Network {
  const { tensors, inChannels, checkSize } = parts;
  return {
    ...parts,
    temporal: false,
    init: (rng) => initWeights(tensors, rng),
    apply: ({ params, buffers }, input) =>
      tf.tidy(() => {
        const length = input.x.shape[1];
        if (length !== 1) {
          throw new TypeError(
            `Cannot apply ${type}: a mono-temporal network must have L = 1 frame, got ${length}`,
          );
        }
        const all = { ...params, ...buffers };
        const { cNoise, random } = input;
        const at = { at: scope(all), options: mapping, random };
        const x = joinInput(input, { inChannels, checkSize });
        // As dropout, mirrors differ between training and inference.
        if (mirrors === 1 || random !== undefined) {
          return { image: forward(x, { params: all, cond: conditioning(cNoise, at), random }) };
        }
        const cond = conditioning(tf.concat(Array(mirrors).fill(cNoise)), at);
        const images = forward(mirrorImages(x, mirrors), { params: all, cond, random });
        return { image: averageMirrors(images, mirrors) };
      }),
  };
}
