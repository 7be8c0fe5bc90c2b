/** Random changes of bytes that know nothing of the format. */

import type { Draws } from "./draws.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** Integers at which readers change their mind. */
export const INTEGERS: readonly number[] = [
  ...[0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 63, 64, 65, 100, 127, 128, 255],
  ...[256, 257, 1000, 4095, 4096, 32767, 32768, 65535, 65536, 2 ** 20, 2 ** 24, 2 ** 31 - 1],
  ...[2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 64 - 1],
];

/** Joins arrays of bytes. */
export function joined(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Writes an interesting integer of 1, 2, 4 or 8 bytes. */
function withInteger(bytes: Bytes, draws: Draws): Bytes {
  const out = bytes.slice();
  const size = draws.pick([1, 2, 4, 8]);
  if (out.length < size) return out;
  const view = new DataView(out.buffer);
  const at = draws.below(out.length - size + 1);
  const value = BigInt(draws.pick(INTEGERS));
  const little = draws.chance(0.5);
  if (size === 8) view.setBigUint64(at, value & 0xffffffffffffffffn, little);
  else if (size === 4) view.setUint32(at, Number(value & 0xffffffffn), little);
  else if (size === 2) view.setUint16(at, Number(value & 0xffffn), little);
  else view.setUint8(at, Number(value & 0xffn));
  return out;
}

type Change = (bytes: Bytes, draws: Draws) => Bytes;

const CHANGES: readonly Change[] = [
  // One bit.
  (bytes, draws) => {
    const out = bytes.slice();
    out[draws.below(out.length)]! ^= 1 << draws.below(8);
    return out;
  },
  // One byte.
  (bytes, draws) => {
    const out = bytes.slice();
    out[draws.below(out.length)] = draws.below(256);
    return out;
  },
  withInteger,
  withInteger,
  // A part is lost.
  (bytes, draws) => {
    const from = draws.below(bytes.length);
    const length = 1 + draws.below(Math.min(64, bytes.length - from));
    return joined(bytes.subarray(0, from), bytes.subarray(from + length));
  },
  // A part is repeated.
  (bytes, draws) => {
    const from = draws.below(bytes.length);
    const part = bytes.subarray(from, from + 1 + draws.below(64));
    const at = draws.below(bytes.length + 1);
    return joined(bytes.subarray(0, at), part, bytes.subarray(at));
  },
  // A part is overwritten by another.
  (bytes, draws) => {
    const out = bytes.slice();
    const from = draws.below(out.length);
    const length = 1 + draws.below(Math.min(64, out.length - from));
    out.copyWithin(draws.below(out.length), from, from + length);
    return out;
  },
  // Foreign bytes.
  (bytes, draws) => {
    const at = draws.below(bytes.length + 1);
    return joined(bytes.subarray(0, at), draws.bytes(1 + draws.below(16)), bytes.subarray(at));
  },
  // The end is lost.
  (bytes, draws) => bytes.slice(0, draws.below(bytes.length)),
];

/** Changes bytes in one to four ways. */
export function mutateBytes(bytes: Uint8Array, draws: Draws): Bytes {
  let out: Bytes = Uint8Array.from(bytes);
  for (let left = 1 + draws.below(4); left > 0; left--) {
    if (out.length === 0) return draws.bytes(draws.below(32));
    out = draws.pick(CHANGES)(out, draws);
  }
  return out;
}
