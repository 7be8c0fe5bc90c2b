/**
 * Ownership of the tensors of one sampling run.
 *
 * @module
 */

import type { Tensor } from "../engine/mod.ts";

/** Tensors with one owner: `own` adds one, `release` disposes all but the given ones. */
export function tensorScope() {
  const owned = new Set<Tensor>();
  return {
    own<T extends Tensor>(tensor: T): T {
      owned.add(tensor);
      return tensor;
    },
    release(kept: readonly Tensor[]): void {
      for (const tensor of owned) {
        if (kept.includes(tensor)) continue;
        owned.delete(tensor);
        tensor.dispose();
      }
    },
  };
}
