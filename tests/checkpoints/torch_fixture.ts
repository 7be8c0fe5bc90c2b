/**
 * Makes files as `torch.save` writes them, sound and unsound, byte by byte.
 *
 * @module
 */

import { crc32 } from "node:zlib";

/** Pieces of a pickle: texts and numbers are opcodes as they are. */
export function bytesOf(...pieces: readonly (string | number | Uint8Array)[]): Uint8Array {
  const parts = pieces.map((piece) =>
    typeof piece === "string"
      ? new TextEncoder().encode(piece)
      : typeof piece === "number"
      ? Uint8Array.of(piece)
      : piece
  );
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A pickle that starts with protocol 2 and ends with STOP. */
export function pickle(...body: readonly (string | number | Uint8Array)[]): Uint8Array {
  return bytesOf(0x80, 2, ...body, ".");
}

/** BINUNICODE. */
export function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  return bytesOf("X", int32(bytes.length), bytes);
}

/** BININT. */
export function integer(value: number): Uint8Array {
  return bytesOf("J", int32(value));
}

function int32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** A tensor in the storage `key`, as `torch._utils._rebuild_tensor_v2` writes it. */
export function tensor(
  key: string,
  { shape, stride, count, offset = 0, storage = "FloatStorage" }: {
    readonly shape: readonly number[];
    readonly stride: readonly number[];
    readonly count: number;
    readonly offset?: number;
    readonly storage?: string;
  },
): Uint8Array {
  const tuple = (values: readonly number[]) => bytesOf("(", ...values.map(integer), "t");
  const reference = bytesOf("(", text("storage"), `ctorch\n${storage}\n`, text(key), text("cpu"));
  return bytesOf(
    "ctorch._utils\n_rebuild_tensor_v2\n(",
    bytesOf(reference, integer(count), "tQ"),
    integer(offset),
    tuple(shape),
    tuple(stride),
    0x89,
    "ccollections\nOrderedDict\n)R",
    "tR",
  );
}

/** One entry of {@linkcode zip}. */
export interface FixtureEntry {
  readonly name: string;
  readonly data: Uint8Array;
  /** Fields to lie about. */
  readonly method?: number;
  readonly size?: number;
  readonly packed?: number;
  readonly crc?: number;
  readonly headerAt?: number;
}

/** A stored zip archive. */
export function zip(entries: readonly FixtureEntry[]): Uint8Array {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, ...lie } of entries) {
    const label = new TextEncoder().encode(name);
    const { method = 0, size = data.length, packed = data.length, crc = crc32(data) } = lie;
    const common = new DataView(new ArrayBuffer(26));
    common.setUint16(4, method, true);
    common.setUint32(10, crc, true);
    common.setUint32(14, packed, true);
    common.setUint32(18, size, true);
    common.setUint16(22, label.length, true);
    const fields = new Uint8Array(common.buffer);
    local.push(bytesOf("PK\x03\x04", fields, label, data));
    const tail = new DataView(new ArrayBuffer(14));
    tail.setUint32(10, lie.headerAt ?? at, true);
    central.push(
      bytesOf("PK\x01\x02", 20, 0, fields, new Uint8Array(tail.buffer), label),
    );
    at += local.at(-1)!.length;
  }
  const directory = bytesOf(...central);
  const end = new DataView(new ArrayBuffer(18));
  end.setUint16(4, entries.length, true);
  end.setUint16(6, entries.length, true);
  end.setUint32(8, directory.length, true);
  end.setUint32(12, at, true);
  return bytesOf(...local, directory, "PK\x05\x06", new Uint8Array(end.buffer));
}

/** A `torch.save` file with a pickle and its storages. */
export function torchFile(
  body: Uint8Array,
  storages: Readonly<Record<string, ArrayBufferView>> | readonly ArrayBufferView[] = [],
): Uint8Array {
  return zip([
    { name: "archive/data.pkl", data: body },
    { name: "archive/byteorder", data: new TextEncoder().encode("little") },
    ...Object.entries(storages).map(([key, { buffer, byteOffset, byteLength }]) => ({
      name: `archive/data/${key}`,
      data: new Uint8Array(buffer, byteOffset, byteLength),
    })),
  ]);
}

/** LONG1 of the number that files of PyTorch before 1.6 start with. */
const LEGACY_MAGIC = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];

/** A `torch.save` file of PyTorch before 1.6; fields can lie. */
export function legacyTorchFile(
  body: Uint8Array,
  storages: Readonly<Record<string, ArrayBufferView & { readonly length: number }>>,
  { version = 1001, littleEndian = true, keys = Object.keys(storages), counts = {} }: {
    readonly version?: number;
    readonly littleEndian?: boolean;
    readonly keys?: readonly string[];
    readonly counts?: Readonly<Record<string, number>>;
  } = {},
): Uint8Array {
  const machine = bytesOf("}", text("little_endian"), littleEndian ? 0x88 : 0x89, "s");
  return bytesOf(
    pickle(Uint8Array.from(LEGACY_MAGIC)),
    pickle(integer(version)),
    pickle(machine),
    body,
    pickle("](", ...keys.map(text), "e"),
    ...Object.entries(storages).flatMap(([key, { buffer, byteOffset, byteLength, length }]) => [
      new Uint8Array(BigInt64Array.of(BigInt(counts[key] ?? length)).buffer),
      new Uint8Array(buffer, byteOffset, byteLength),
    ]),
  );
}

/** A state_dict of one-dimensional float32 tensors, as a file. */
export function stateFile(state: Readonly<Record<string, Float32Array>>): Uint8Array {
  const items = Object.entries(state).map(([name, { length }], key) =>
    bytesOf(text(name), tensor(`${key}`, { shape: [length], stride: [1], count: length }))
  );
  return torchFile(pickle("}(", ...items, "u"), Object.values(state));
}
