/** Scalars of elementwise chains, packed into one small tensor and kept on the GPU. @module */

import type { TensorInfo } from "../tfjs.ts";

/** Sets of scalars kept at most. */
const KEPT = 256;

/** A backend that makes and frees tensors. */
interface Store {
  makeTensorInfo(shape: number[], dtype: "float32", values: Float32Array): TensorInfo;
  disposeData(dataId: object): boolean;
}

/** Packed scalars by their values: all parameters of a training step share one set. */
export class PackedScalars {
  readonly #store: Store;
  readonly #kept = new Map<string, TensorInfo>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The tensor of a set of scalars. */
  get(values: readonly number[]): TensorInfo {
    const key = values.join();
    let info = this.#kept.get(key);
    if (info === undefined) {
      if (this.#kept.size >= KEPT) {
        for (const { dataId } of this.#kept.values()) this.#store.disposeData(dataId);
        this.#kept.clear();
      }
      info = this.#store.makeTensorInfo([values.length], "float32", new Float32Array(values));
      this.#kept.set(key, info);
    }
    return info;
  }
}
