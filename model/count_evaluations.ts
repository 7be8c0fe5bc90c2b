/**
 * Cost of a sampler in evaluations of the denoiser.
 *
 * @module
 */

import { type Images, type Sequence, tf } from "../engine/mod.ts";
import type { Modules } from "./modules.ts";
import type { SampleInput } from "./sample.ts";

/**
 * Counts a sampler's evaluations of the denoiser by running it on an image of one pixel. Samplers,
 * a plugin's among them, do not state the number.
 */
export async function countEvaluations(
  { modules: { schedule } }: { readonly modules: Pick<Modules, "schedule"> },
  { sampler, sigmas }: Pick<SampleInput, "sampler" | "sigmas">,
): Promise<number> {
  let count = 0;
  const pixel = () => tf.zeros([1, 1, 1, 1, 1]) as Sequence;
  const start = pixel();
  const end = await sampler.sample({
    schedule,
    sigmas,
    denoise: () => {
      count++;
      return Promise.resolve(tf.zeros([1, 1, 1, 1]) as Images);
    },
    start,
    noise: pixel,
  });
  tf.dispose([start, end]);
  return count;
}
