/** What samplers compute beside the network, in one piece where the engine can. @module */

import {
  type Images,
  type Scalar,
  type Sequence,
  type Tensor,
  type Tensor1D,
  tf,
} from "../tfjs.ts";
import { recordsGradient } from "./tape.ts";

/** Name of the kernel of {@linkcode skipAndOut}: x, image, skip, out. */
export const SKIP_AND_OUT = "SkipAndOut";
/** Name of the kernel of {@linkcode stepTowards}: y, image, step. */
export const STEP_TOWARDS = "StepTowards";

/** Whether the engine has a kernel, which has no gradient, and none is recorded. */
function runs(name: string): boolean {
  return !recordsGradient() && tf.getKernel(name, tf.getBackend()) !== undefined;
}

const perSample = (values: Tensor1D) => values.reshape([values.shape[0], 1, 1, 1]);

/**
 * skip·mean over the frames of x + out·image.
 *
 * @param x [B, L, H, W, C].
 * @param image [B, H, W, C].
 * @param factors.skip [B].
 * @param factors.out [B].
 * @returns [B, H, W, C].
 */
export function skipAndOut(
  x: Sequence,
  image: Images,
  { skip, out }: { readonly skip: Tensor1D; readonly out: Tensor1D },
): Images {
  if (runs(SKIP_AND_OUT)) {
    return tf.engine().runKernel(SKIP_AND_OUT, { x, image, skip, out }) as Tensor as Images;
  }
  return tf.tidy(() =>
    tf.add(
      tf.mul(tf.mean(x as Tensor, 1), perSample(skip)),
      tf.mul(image, perSample(out)),
    ) as Images
  );
}

/**
 * y + (y − image)·step, the image for all frames.
 *
 * @param y [B, L, H, W, C].
 * @param image [B, H, W, C].
 * @param step [].
 */
export function stepTowards(y: Sequence, image: Images, step: Scalar): Sequence {
  if (runs(STEP_TOWARDS)) {
    return tf.engine().runKernel(STEP_TOWARDS, { y, image, step }) as Tensor as Sequence;
  }
  return tf.tidy(() => tf.add(y, tf.mul(tf.sub(y, tf.expandDims(image, 1)), step)) as Sequence);
}
