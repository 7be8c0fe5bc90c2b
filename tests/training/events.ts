/**
 * Reads TensorBoard event files, by the formats' own documents and without the writer's code:
 * TFRecord frames, checksums one bit at a time, protocol buffers field by field.
 */

import { assert, assertEquals } from "@std/assert";

/** One event. */
export interface DecodedEvent {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step: number;
  readonly version?: string;
  readonly scalars: Readonly<Record<string, number>>;
}

/** A field: its number, and bytes or an integer. */
type Field = readonly [number: number, value: Uint8Array | number];

function crc32c(bytes: Uint8Array): number {
  let crc = 0xFFFFFFFF;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0x82F63B78 & -(crc & 1));
  }
  return ~crc >>> 0;
}

/** Checks a checksum as TFRecord stores it: ((crc >> 15) | (crc << 17)) + 0xa282ead8. */
function assertMasked(stored: number, bytes: Uint8Array): void {
  const unmasked = (stored - 0xA282EAD8) >>> 0;
  assertEquals(((unmasked << 15) | (unmasked >>> 17)) >>> 0, crc32c(bytes));
}

function fields(bytes: Uint8Array): readonly Field[] {
  const out: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1;; shift *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const take = (count: number) => bytes.slice(at, at += count);
  while (at < bytes.length) {
    const key = varint();
    const [number, wire] = [key >> 3, key & 7];
    if (wire === 0) out.push([number, varint()]);
    else if (wire === 1) out.push([number, take(8)]);
    else if (wire === 2) out.push([number, take(varint())]);
    else if (wire === 5) out.push([number, take(4)]);
    else throw new Error(`wire type ${wire}`);
  }
  assertEquals(at, bytes.length);
  return out;
}

const find = (all: readonly Field[], number: number) => all.find(([n]) => n === number)?.[1];
const text = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);
const view = (bytes: unknown) => new DataView((bytes as Uint8Array).buffer);

function decodeEvent(data: Uint8Array): DecodedEvent {
  const all = fields(data);
  const version = find(all, 3);
  const summary = find(all, 5);
  const values = summary === undefined ? [] : fields(summary as Uint8Array);
  const scalars = values.map(([number, value]) => {
    assertEquals(number, 1);
    const parts = fields(value as Uint8Array);
    return [text(find(parts, 1)), view(find(parts, 2)).getFloat32(0, true)] as const;
  });
  return {
    time: view(find(all, 1)).getFloat64(0, true),
    step: (find(all, 2) ?? 0) as number,
    ...(version !== undefined && { version: text(version) }),
    scalars: Object.fromEntries(scalars),
  };
}

/** All events of a file; fails where a frame or checksum is wrong. */
export function decodeEvents(bytes: Uint8Array): readonly DecodedEvent[] {
  const out: DecodedEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = bytes.slice(at, at + 12);
    assertMasked(view(head).getUint32(8, true), head.slice(0, 8));
    const length = Number(view(head).getBigUint64(0, true));
    const data = bytes.slice(at + 12, at + 12 + length);
    const tail = bytes.slice(at + 12 + length, at + 16 + length);
    assert(tail.length === 4, "the last frame must be whole");
    assertMasked(view(tail).getUint32(0, true), data);
    out.push(decodeEvent(data));
    at += 16 + length;
  }
  return out;
}
