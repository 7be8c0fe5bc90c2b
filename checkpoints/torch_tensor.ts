/**
 * Tensors of `torch.save` files, for either container: storages of raw elements, and tensors as views
 * of them that are read on demand.
 *
 * @module
 */

import { CheckpointError, showShape } from "./errors.ts";
import { PickleGlobal } from "./pickle.ts";
import {
  arrayType,
  elementBytes,
  elementCount,
  isCount,
  type StoredDType,
  type StoredTensor,
  viewElements,
} from "./stored_tensor.ts";

/** Throws the error of an invalid checkpoint. */
export function fail(what: string): never {
  throw new CheckpointError(`Cannot read the checkpoint: ${what}`);
}

/** The elements of one or more tensors. */
export class TorchStorage {
  readonly dtype: StoredDType;
  readonly count: number;
  readonly #bytes: () => Uint8Array;

  /** @param bytes Reads all elements, row by row. */
  constructor(
    { dtype, count }: { readonly dtype: StoredDType; readonly count: number },
    bytes: () => Uint8Array,
  ) {
    this.dtype = dtype;
    this.count = count;
    this.#bytes = bytes;
  }

  /** Size in bytes. */
  get size(): number {
    return this.count * elementBytes(this.dtype);
  }

  read(): StoredTensor["data"] {
    return viewElements(this.#bytes(), this.dtype);
  }
}

/** A tensor of the file that is not read yet. */
export class TorchTensor {
  readonly shape: readonly number[];
  readonly #storage: TorchStorage;
  readonly #offset: number;
  readonly #stride: readonly number[];

  constructor(
    storage: TorchStorage,
    { shape, offset, stride }: {
      readonly shape: readonly number[];
      readonly offset: number;
      readonly stride: readonly number[];
    },
  ) {
    this.shape = shape;
    this.#storage = storage;
    this.#offset = offset;
    this.#stride = stride;
  }

  get dtype(): StoredDType {
    return this.#storage.dtype;
  }

  /**
   * Reads the tensor, row-major whatever its strides are.
   *
   * @throws {CheckpointError} If its storage is missing or damaged.
   */
  read(): StoredTensor {
    const { dtype, shape } = this;
    const all = this.#storage.read();
    const count = elementCount(shape);
    if (isContiguous(shape, this.#stride)) {
      return { dtype, shape, data: all.subarray(this.#offset, this.#offset + count) };
    }
    const data = new (arrayType(dtype))(count);
    const index = shape.map(() => 0);
    let from = this.#offset;
    for (let i = 0; i < count; i++) {
      data[i] = all[from]!;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        from += this.#stride[axis]!;
        if (++index[axis]! < shape[axis]!) break;
        from -= index[axis]! * this.#stride[axis]!;
        index[axis] = 0;
      }
    }
    return { dtype, shape, data };
  }
}

const STORAGES: Readonly<Record<string, StoredDType>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

/** A pickle's reference to a storage. */
export interface StorageReference {
  readonly key: string;
  readonly dtype: StoredDType;
  readonly count: number;
}

/**
 * Returns a resolver of persistent ids ("storage", torch.FloatStorage, key, device, elements, view),
 * which creates each storage once.
 *
 * @param storages Receives the storages by their keys.
 * @param make Creates the storage of a reference.
 */
export function storageReader(
  storages: Map<string, TorchStorage>,
  make: (reference: StorageReference) => TorchStorage,
): (id: unknown) => TorchStorage {
  return (id) => {
    const [kind, type, key, , count, view] = Array.isArray(id) ? id : [];
    if (
      kind !== "storage" || !(type instanceof PickleGlobal) || type.module !== "torch" ||
      typeof key !== "string" || !isCount(count)
    ) {
      return fail("a persistent id must refer to a torch storage");
    }
    if (view !== undefined && view !== null) {
      return fail(
        "a storage must not be a view of another; save the file again with a newer PyTorch",
      );
    }
    const dtype = Object.hasOwn(STORAGES, type.name) ? STORAGES[type.name] : undefined;
    if (dtype === undefined) return fail(`a storage must be of a known type, got ${type}`);
    const known = storages.get(key);
    if (known !== undefined) {
      if (known.dtype !== dtype) {
        fail(`the storage ${key} must have one type, got ${known.dtype} and ${dtype}`);
      }
      return known;
    }
    const storage = make({ key, dtype, count });
    storages.set(key, storage);
    return storage;
  };
}

/** Handlers of the calls in a pickle of tensors. */
export const TORCH_CALLS: ReadonlyMap<string, (args: readonly unknown[]) => unknown> = new Map<
  string,
  (args: readonly unknown[]) => unknown
>([
  ["torch._utils._rebuild_tensor", rebuildTensor],
  ["torch._utils._rebuild_tensor_v2", rebuildTensor],
  ["torch._utils._rebuild_parameter", ([tensor]) => tensor],
  ["torch._utils._rebuild_parameter_with_state", ([tensor]) => tensor],
  ["torch.Size", ([sides]) => sides],
]);

/** Builds a tensor from (storage, offset, shape, stride, …) and checks that its storage holds it. */
function rebuildTensor([storage, offset, shape, stride]: readonly unknown[]): TorchTensor {
  if (!(storage instanceof TorchStorage)) return fail("a tensor must have a storage");
  if (!isCount(offset)) {
    return fail(`a tensor must start in its storage, got ${String(offset)}`);
  }
  const count = Array.isArray(shape) ? elementCount(shape) : NaN;
  const steps = Array.isArray(stride) && stride.every(isCount);
  if (Number.isNaN(count) || !steps) return fail("a tensor must have shape and strides");
  const sides = shape as number[];
  const strides = stride as number[];
  const last = sides.reduce((at, side, axis) => at + (side - 1) * strides[axis]!, offset);
  if (
    sides.length !== strides.length || count > storage.count || count > 0 && last >= storage.count
  ) {
    fail(`a tensor ${showShape(sides)} must lie in its storage of ${storage.count} elements`);
  }
  return new TorchTensor(storage, { shape: sides, offset, stride: strides });
}

function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  let wanted = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== wanted) return false;
    wanted *= shape[axis]!;
  }
  return true;
}
