/** Sums that samplers compute around the network. @module */

import {
  type Images,
  type Scalar,
  type Sequence,
  type Tensor,
  type Tensor1D,
  tf,
} from "../tfjs.ts";
import { fused } from "./fused.ts";

/** Name of the kernel of {@linkcode skipAndOut}: x, image, skip, out. */
export const SKIP_AND_OUT = "SkipAndOut";
/** Name of the kernel of {@linkcode stepTowards}: y, image, step. */
export const STEP_TOWARDS = "StepTowards";

const perSample = (values: Tensor) => values.reshape([values.shape[0]!, 1, 1, 1]);

/**
 * skip·(mean of x over the frames) + out·image.
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
  return fused({
    name: SKIP_AND_OUT,
    composed: (x, image, skip, out) =>
      tf.tidy(() =>
        tf.add(tf.mul(tf.mean(x!, 1), perSample(skip!)), tf.mul(image!, perSample(out!)))
      ),
  }, { x: x as Tensor, image: image as Tensor, skip, out }) as Images;
}

/**
 * y + (y − image)·step, with the same image for all frames.
 *
 * @param y [B, L, H, W, C].
 * @param image [B, H, W, C].
 * @param step [].
 */
export function stepTowards(y: Sequence, image: Images, step: Scalar): Sequence {
  return fused({
    name: STEP_TOWARDS,
    composed: (y, image, step) =>
      tf.tidy(() => tf.add(y!, tf.mul(tf.sub(y!, tf.expandDims(image!, 1)), step!))),
  }, { y: y as Tensor, image: image as Tensor, step }) as Sequence;
}
