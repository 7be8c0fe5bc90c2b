/**
 * TensorBoard event files: scalars as protocol buffers in TFRecord frames
 * (tensorflow/core/util/event.proto, tensorflow/core/lib/io/record_writer.cc).
 *
 * @module
 */

/** A file of events that is being written. */
export interface Events extends Disposable {
  /** Writes numbers by tag. */
  write(step: number, scalars: Readonly<Record<string, number>>): void;
  /** Waits until all events are on disk. */
  sync(): void;
}

/** CRC-32C (Castagnoli) of each byte, reflected. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : 0x82F63B78);
  return crc;
});

/** CRC-32C, rotated and shifted as TFRecord does so that a checksum of checksums is no zero. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xFFFFFFFF;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 255]!;
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xA282EAD8) >>> 0;
}

const LENGTH_BYTES = 8;
const CRC_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + CRC_BYTES;

/** Length, its checksum, the data, their checksum. */
function frame(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEAD_BYTES + data.length + CRC_BYTES);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(LENGTH_BYTES, maskedCrc(out.subarray(0, LENGTH_BYTES)), true);
  out.set(data, HEAD_BYTES);
  view.setUint32(HEAD_BYTES + data.length, maskedCrc(data), true);
  return out;
}

/** Wire types of protocol buffers. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

function varint(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push(rest % 128 + 128);
  return [...out, rest];
}

const tag = (field: number, wire: number) => varint(field * 8 + wire);

function bytesField(field: number, bytes: ArrayLike<number>): number[] {
  return [...tag(field, BYTES), ...varint(bytes.length), ...Array.from(bytes)];
}

function fixed(field: number, value: Float64Array | Float32Array): number[] {
  const wire = value instanceof Float64Array ? FIXED64 : FIXED32;
  return [...tag(field, wire), ...new Uint8Array(value.buffer)];
}

const utf8 = (text: string) => new TextEncoder().encode(text);

/** `Event { wall_time = 1; step = 2; … }`. */
function event(content: readonly number[], step?: number): Uint8Array {
  const time = fixed(1, Float64Array.of(Date.now() / 1000));
  const count = step === undefined ? [] : [...tag(2, VARINT), ...varint(step)];
  return Uint8Array.from([...time, ...count, ...content]);
}

/** `Event.file_version = 3`, the first event of a file. */
const fileVersion = () => event(bytesField(3, utf8("brain.Event:2")));

/** `Event.summary = 5`, `Summary.value = 1`, `Value { tag = 1; simple_value = 2; }`. */
function summary(step: number, scalars: Readonly<Record<string, number>>): Uint8Array {
  const values = Object.entries(scalars).flatMap(([name, value]) =>
    bytesField(1, [...bytesField(1, utf8(name)), ...fixed(2, Float32Array.of(value))])
  );
  return event(bytesField(5, values), step);
}

/** The step of an event that {@linkcode summary} wrote; 0 of the first in the file. */
function stepOf(data: Uint8Array): number {
  // The wall time comes first, 9 bytes, then field 2 where there is one.
  if (data[9] !== tag(2, VARINT)[0]) return 0;
  let step = 0;
  let scale = 1;
  for (let at = 10;; at++, scale *= 128) {
    step += (data[at]! & 127) * scale;
    if ((data[at]! & 128) === 0) return step;
  }
}

/** Where the whole events up to a step end. */
function endOf(bytes: Uint8Array, step: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = 0;
  while (end + HEAD_BYTES <= bytes.length) {
    const length = Number(view.getBigUint64(end, true));
    const next = end + HEAD_BYTES + length + CRC_BYTES;
    if (next > bytes.length) break;
    const data = bytes.subarray(end + HEAD_BYTES, next - CRC_BYTES);
    if (view.getUint32(next - CRC_BYTES, true) !== maskedCrc(data) || stepOf(data) > step) break;
    end = next;
  }
  return end;
}

/**
 * Opens a file of events and cuts off what lies after a step, and what a killed run left half
 * written.
 *
 * @param path TensorBoard looks for `tfevents` in the name.
 * @param step The step from which the run goes on.
 */
export async function openEvents(path: string, step: number): Promise<Events> {
  const file = await Deno.open(path, { write: true, create: true });
  const end = endOf(await Deno.readFile(path), step);
  await file.truncate(end);
  await file.seek(end, Deno.SeekMode.Start);
  const write = (data: Uint8Array) => {
    const bytes = frame(data);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  };
  if (end === 0) write(fileVersion());
  return {
    write: (step, scalars) => write(summary(step, scalars)),
    sync: () => file.syncDataSync(),
    [Symbol.dispose]: () => file.close(),
  };
}
