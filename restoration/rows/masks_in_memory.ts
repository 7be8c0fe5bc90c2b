/**
 * Cloud masks in memory.
 *
 * @module
 */

import type { SceneMasks } from "./scene_masks.ts";
import type { MaskSource } from "../scene.ts";
import type { Size } from "./tiles.ts";

/**
 * Wraps arrays as the masks of a scene.
 *
 * @throws {TypeError} If a mask has another size than the scene, or the reference has none.
 */
export function masksInMemory(
  masks: readonly (Uint8Array | undefined)[],
  { width, height, reference }: Size & { readonly reference: number },
): SceneMasks {
  const wrong = masks.find((mask) => mask !== undefined && mask.length !== width * height);
  if (wrong !== undefined || masks[reference] === undefined) {
    throw new TypeError(
      `Cannot use the mask: it must have a value for each of ${width}×${height} pixels, got ` +
        (wrong === undefined ? "no mask of the reference" : wrong.length),
    );
  }
  const sources = masks.map((mask): MaskSource | undefined =>
    mask && {
      read: (window) =>
        Promise.resolve(
          Uint8Array.from({ length: window.width * window.height }, (_, i) => {
            const x = window.column + i % window.width;
            const y = window.row + Math.floor(i / window.width);
            return mask[y * width + x]!;
          }),
        ),
    }
  );
  return { margin: 0, open: () => sources };
}
