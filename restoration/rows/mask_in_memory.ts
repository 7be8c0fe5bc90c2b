/**
 * Masks of clouds that lie in memory.
 *
 * @module
 */

import type { SceneSky } from "./flight.ts";
import type { MaskSource } from "../scene.ts";
import type { Size } from "./tiles.ts";

/** Masks in memory. @throws {TypeError} If one is not of the size, or there is none of the reference. */
export function maskSky(
  masks: readonly (Uint8Array | undefined)[],
  { width, height, reference }: Size & { readonly reference: number },
): SceneSky {
  const wrong = masks.find((mask) => mask !== undefined && mask.length !== width * height);
  if (wrong !== undefined || masks[reference] === undefined) {
    throw new TypeError(
      `Cannot use the mask: it must have a number for each of ${width}×${height} pixels, got ` +
        (wrong === undefined ? "none of the reference" : wrong.length),
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
