/**
 * Files of `torch.save` before PyTorch 1.6, which torchvision still publishes: pickles of a magic
 * number, a version, the machine, the names and the keys of the storages, then each storage as its
 * number of elements and the raw elements.
 *
 * @module
 */

import type { LocalSource } from "./local_source.ts";
import { type PickleOptions, unpickleFirst } from "./pickle.ts";
import { fail, storageReader, TORCH_CALLS, TorchStorage } from "./torch_tensor.ts";

/** The pickle of 0x1950a86a20f9469cfc6c after its opcode for the protocol. */
const MAGIC = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E];
const MAGIC_AT = 2;
const VERSION = 1001;

/** Bytes from the start that must hold all names; storages are read one by one. */
const MOST_HEAD = 16 * 2 ** 20;
const COUNT_BYTES = 8;

/** Returns true if the bytes start like a file of PyTorch before 1.6. */
export function isLegacyTorchFile(source: LocalSource): boolean {
  if (source.size < MAGIC_AT + MAGIC.length) return false;
  const bytes = source.read(0, MAGIC_AT + MAGIC.length);
  return bytes[0] === 0x80 && MAGIC.every((byte, i) => bytes[MAGIC_AT + i] === byte);
}

/**
 * Opens a file of PyTorch before 1.6; its tensors are not read yet.
 *
 * @throws {CheckpointError} If the file is damaged or unsafe.
 */
export function openLegacyTorchFile(source: LocalSource): unknown {
  const head = source.read(0, Math.min(source.size, MOST_HEAD));
  let at = MAGIC_AT + MAGIC.length;
  const next = (options: PickleOptions = {}) => {
    const { value, length } = unpickleFirst(head.subarray(at), options);
    at += length;
    return value;
  };
  const version = next();
  if (version !== VERSION) fail(`its version must be ${VERSION}, got ${String(version)}`);
  const machine = next();
  if (!(machine instanceof Map) || machine.get("little_endian") !== true) {
    fail("its numbers must be little-endian");
  }
  const storages = new Map<string, TorchStorage>();
  const starts = new Map<string, number>();
  const persistent = storageReader(storages, (reference) => {
    const storage: TorchStorage = new TorchStorage(reference, () => {
      const start = starts.get(reference.key)!;
      return source.read(start, start + storage.size);
    });
    return storage;
  });
  const root = next({ persistent, calls: TORCH_CALLS });
  locateStorages(source, { keys: next(), storages, starts, at });
  return root;
}

/** Finds the offsets of the storages; each must occur once, inside the file. */
function locateStorages(
  source: LocalSource,
  { keys, storages, starts, at: first }: {
    readonly keys: unknown;
    readonly storages: ReadonlyMap<string, TorchStorage>;
    readonly starts: Map<string, number>;
    readonly at: number;
  },
): void {
  if (!Array.isArray(keys)) return fail("its storages must be listed");
  let at = first;
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (storage === undefined || starts.has(key)) {
      return fail(`its list of storages must name each once, got ${String(key)}`);
    }
    const end = at + COUNT_BYTES + storage.size;
    if (end > source.size) {
      fail(`the storage ${key} must end by byte ${source.size}, got ${end}: it is truncated`);
    }
    const bytes = source.read(at, at + COUNT_BYTES);
    const count = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    if (count !== BigInt(storage.count)) {
      fail(`the storage ${key} must have ${storage.count} elements, got ${count}`);
    }
    starts.set(key, at + COUNT_BYTES);
    at = end;
  }
  const missing = [...storages.keys()].find((key) => !starts.has(key));
  if (missing !== undefined) fail(`the storage ${missing} must be in the file, got none`);
}
