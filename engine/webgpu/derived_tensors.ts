/** Tensors computed from another tensor and kept until that one is disposed. @module */

import type { TensorInfo } from "../tfjs.ts";

/** Derived tensors by the data of their source; holds one reference to each. */
export class DerivedTensors {
  readonly #derived = new Map<object, Map<string, readonly TensorInfo[]>>();

  /** The tensors derived from a source under a key, computed at the first call. */
  get(
    { dataId }: TensorInfo,
    key: string,
    make: () => readonly TensorInfo[],
  ): readonly TensorInfo[] {
    let known = this.#derived.get(dataId);
    if (known === undefined) {
      known = new Map();
      this.#derived.set(dataId, known);
    }
    let infos = known.get(key);
    if (infos === undefined) {
      infos = make();
      known.set(key, infos);
    }
    return infos;
  }

  /** Removes and returns the tensors derived from a source that is gone. */
  take(dataId: object): readonly TensorInfo[] {
    const known = this.#derived.get(dataId);
    if (known === undefined) return [];
    this.#derived.delete(dataId);
    return [...known.values()].flat();
  }
}
