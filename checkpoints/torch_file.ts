/**
 * Files of `torch.save`: a zip archive with a pickle of names and one entry of raw numbers per
 * storage. Tensors are read when they are asked for, so an optimizer's state costs nothing.
 *
 * @module
 */

import type { ByteSource } from "./byte_source.ts";
import { CheckpointError, showShape } from "./errors.ts";
import { PickleGlobal, unpickle } from "./pickle.ts";
import {
  arrayType,
  elementBytes,
  elementCount,
  isCount,
  type StoredDType,
  type StoredTensor,
  viewElements,
} from "./stored_tensor.ts";
import { openZip, type ZipArchive } from "./zip.ts";

/** A tensor of the file that was not read yet. */
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

/** Numbers of one or more tensors. */
class TorchStorage {
  readonly dtype: StoredDType;
  readonly count: number;
  readonly #entry: string;
  readonly #zip: ZipArchive;

  constructor(zip: ZipArchive, storage: { entry: string; dtype: StoredDType; count: number }) {
    const { entry, dtype, count } = storage;
    const wanted = count * elementBytes(dtype);
    if (zip.size(entry) !== wanted) {
      fail(`the storage ${entry} must have ${wanted} bytes, got ${zip.size(entry) ?? "none"}`);
    }
    this.dtype = dtype;
    this.count = count;
    this.#entry = entry;
    this.#zip = zip;
  }

  read(): StoredTensor["data"] {
    return viewElements(this.#zip.read(this.#entry), this.dtype);
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

function fail(what: string): never {
  throw new CheckpointError(`Cannot read the checkpoint: ${what}`);
}

/**
 * Reads the names of a `torch.save` file; its tensors are {@linkcode TorchTensor}s.
 *
 * @throws {CheckpointError} If the file is damaged, unsafe or of another kind.
 */
export function openTorchFile(source: ByteSource): unknown {
  const zip = openZip(source);
  const pickles = zip.names.filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    return fail(`there must be one entry <name>/data.pkl, got ${pickles.length}`);
  }
  const folder = pickle.slice(0, -"data.pkl".length);
  checkByteOrder(zip, folder);
  const storages = new Map<string, TorchStorage>();
  return unpickle(zip.read(pickle), {
    persistent: (id) => readStorage(id, { zip, folder, storages }),
    calls: new Map<string, (args: readonly unknown[]) => unknown>([
      ["torch._utils._rebuild_tensor", rebuildTensor],
      ["torch._utils._rebuild_tensor_v2", rebuildTensor],
      ["torch._utils._rebuild_parameter", ([tensor]) => tensor],
      ["torch._utils._rebuild_parameter_with_state", ([tensor]) => tensor],
      ["torch.Size", ([sides]) => sides],
    ]),
  });
}

function checkByteOrder(zip: ZipArchive, folder: string): void {
  const name = `${folder}byteorder`;
  if (zip.size(name) === undefined) return;
  const order = new TextDecoder().decode(zip.read(name));
  if (order !== "little") fail(`its numbers must be little-endian, got ${JSON.stringify(order)}`);
}

/** A persistent id: ("storage", torch.FloatStorage, key, device, elements). */
function readStorage(
  id: unknown,
  { zip, folder, storages }: {
    readonly zip: ZipArchive;
    readonly folder: string;
    readonly storages: Map<string, TorchStorage>;
  },
): TorchStorage {
  const [kind, type, key, , count] = Array.isArray(id) ? id : [];
  if (
    kind !== "storage" || !(type instanceof PickleGlobal) || type.module !== "torch" ||
    typeof key !== "string" || !Number.isSafeInteger(count) || count < 0
  ) {
    return fail("a reference to numbers must be a torch storage");
  }
  const dtype = Object.hasOwn(STORAGES, type.name) ? STORAGES[type.name] : undefined;
  if (dtype === undefined) return fail(`a ${type} cannot be read`);
  const known = storages.get(key);
  if (known !== undefined) {
    if (known.dtype !== dtype) fail(`the storage ${key} has two types`);
    return known;
  }
  const storage = new TorchStorage(zip, { entry: `${folder}data/${key}`, dtype, count });
  storages.set(key, storage);
  return storage;
}

/** (storage, offset, shape, stride, …), checked against the storage's end. */
function rebuildTensor([storage, offset, shape, stride]: readonly unknown[]): TorchTensor {
  if (!(storage instanceof TorchStorage)) return fail("a tensor must have a storage");
  if (!Number.isSafeInteger(offset) || (offset as number) < 0) {
    return fail(`a tensor must start in its storage, got ${String(offset)}`);
  }
  const count = Array.isArray(shape) ? elementCount(shape) : NaN;
  const steps = Array.isArray(stride) &&
    stride.every(isCount);
  if (Number.isNaN(count) || !steps) return fail("a tensor must have shape and strides");
  const sides = shape as number[];
  const strides = stride as number[];
  const last = sides.reduce((at, side, axis) => at + (side - 1) * strides[axis]!, offset as number);
  if (
    sides.length !== strides.length || count > storage.count || count > 0 && last >= storage.count
  ) {
    fail(`a tensor ${showShape(sides)} must lie in its storage of ${storage.count} elements`);
  }
  return new TorchTensor(storage, { shape: sides, offset: offset as number, stride: strides });
}

function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  let wanted = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== wanted) return false;
    wanted *= shape[axis]!;
  }
  return true;
}
