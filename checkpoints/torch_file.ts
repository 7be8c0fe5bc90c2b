/**
 * Files of `torch.save`: a zip archive with a pickle of names and one entry of raw elements per
 * storage, or the stream of PyTorch before 1.6. Tensors are read on demand, so that an optimizer's
 * state costs nothing.
 *
 * @module
 */

import type { LocalSource } from "./local_source.ts";
import { unpickle } from "./pickle.ts";
import { isLegacyTorchFile, openLegacyTorchFile } from "./torch_legacy.ts";
import { fail, storageReader, TORCH_CALLS, TorchStorage, TorchTensor } from "./torch_tensor.ts";
import { openZip, type ZipArchive } from "./zip.ts";

export { TorchTensor };

/** Returns true if the bytes start like a file of `torch.save`: a zip archive or the older stream. */
export function isTorchFile(source: LocalSource): boolean {
  const [first, second] = source.size >= 2 ? source.read(0, 2) : [];
  return first === 0x50 && second === 0x4B || isLegacyTorchFile(source);
}

/**
 * Opens a `torch.save` file; its tensors are {@linkcode TorchTensor}s, not read yet.
 *
 * @throws {CheckpointError} If the file is damaged, unsafe or of another kind.
 */
export function openTorchFile(source: LocalSource): unknown {
  if (isLegacyTorchFile(source)) return openLegacyTorchFile(source);
  const zip = openZip(source);
  const pickles = zip.names.filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    return fail(`there must be one entry <name>/data.pkl, got ${pickles.length}`);
  }
  const folder = pickle.slice(0, -"data.pkl".length);
  checkByteOrder(zip, folder);
  const persistent = storageReader(new Map(), (reference) => {
    const entry = `${folder}data/${reference.key}`;
    const storage = new TorchStorage(reference, () => zip.read(entry));
    if (zip.size(entry) !== storage.size) {
      fail(
        `the storage ${entry} must have ${storage.size} bytes, got ${zip.size(entry) ?? "none"}`,
      );
    }
    return storage;
  });
  return unpickle(zip.read(pickle), { persistent, calls: TORCH_CALLS });
}

function checkByteOrder(zip: ZipArchive, folder: string): void {
  const name = `${folder}byteorder`;
  if (zip.size(name) === undefined) return;
  const order = new TextDecoder().decode(zip.read(name));
  if (order !== "little") fail(`its numbers must be little-endian, got ${JSON.stringify(order)}`);
}
