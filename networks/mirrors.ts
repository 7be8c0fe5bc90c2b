/** Mirrored copies of an image, whose outputs a network averages (docs/networks.md, "Mirrors"). @module */

import { type Images, takeAxis, type Tensor, tf } from "../engine/mod.ts";

/** Axes of [B, H, W, C] along which each copy is mirrored; a network takes the first 1, 2 or 4. */
const COPIES = [[], [1], [2], [1, 2]] as const;

/** Numbers of copies. */
export const MIRRORS = [1, 2, 4] as const;

function mirror(x: Tensor, axes: readonly number[]): Tensor {
  return axes.reduce((image, axis) => {
    const last = image.shape[axis]! - 1;
    return takeAxis(image, Array.from({ length: last + 1 }, (_, i) => last - i), axis);
  }, x);
}

/** Returns `count` copies of images [B, H, W, C], one after the other: [count·B, H, W, C]. */
export function mirrorImages(x: Tensor, count: number): Tensor {
  return tf.tidy(() => tf.concat(COPIES.slice(0, count).map((axes) => mirror(x, axes))));
}

/** Turns the copies [count·B, H, W, C] back and averages them to [B, H, W, C]. */
export function averageMirrors(x: Tensor, count: number): Images {
  return tf.tidy(() => {
    const back = tf.split(x, count).map((copy, i) => mirror(copy, COPIES[i]!));
    return tf.div(tf.addN(back), tf.scalar(count)) as Images;
  });
}
