/**
 * TensorBoard event files: scalars as protocol buffers in TFRecord frames
 * (tensorflow/core/util/event.proto, tensorflow/core/lib/io/record_writer.cc).
 *
 * @module
 */

import { joinParts, Message } from "../core/mod.ts";
import { writing, writingSync } from "../files/mod.ts";

/** Event file that is open for writing. */
export interface Events extends Disposable {
  /** Writes scalars by tag. */
  write(step: number, scalars: Readonly<Record<string, number>>): void;
  /** Flushes all events to disk. */
  sync(): void;
}

/** Table of CRC-32C (Castagnoli) by byte, reflected. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : 0x82F63B78);
  return crc;
});

/** Returns the masked CRC-32C of TFRecord, rotated and offset. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xFFFFFFFF;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 255]!;
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xA282EAD8) >>> 0;
}

const LENGTH_BYTES = 8;
const CRC_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + CRC_BYTES;

/** Returns a TFRecord frame: length, its checksum, data, their checksum. */
function frame(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEAD_BYTES + data.length + CRC_BYTES);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(LENGTH_BYTES, maskedCrc(out.subarray(0, LENGTH_BYTES)), true);
  out.set(data, HEAD_BYTES);
  view.setUint32(HEAD_BYTES + data.length, maskedCrc(data), true);
  return out;
}

/** `Event { wall_time = 1; step = 2; … }`. */
function event(content: Message, step?: number): Uint8Array {
  const message = new Message().double(1, Date.now() / 1000);
  if (step !== undefined) message.int(2, step);
  return joinParts(message.append(content).parts);
}

/** `Event.file_version = 3`, the first event of a file. */
const fileVersion = () => event(new Message().text(3, "brain.Event:2"));

/** `Event.summary = 5`, `Summary.value = 1`, `Value { tag = 1; simple_value = 2; }`. */
function summary(step: number, scalars: Readonly<Record<string, number>>): Uint8Array {
  const values = new Message();
  for (const [name, value] of Object.entries(scalars)) {
    values.message(1, new Message().text(1, name).float(2, value));
  }
  return event(new Message().message(5, values), step);
}

/** First byte of field 2, a varint. */
const STEP_TAG = 2 << 3;

/** Returns the step of an event from {@linkcode summary}; 0 for the first event of a file. */
function stepOf(data: Uint8Array): number {
  // The wall time comes first, 9 bytes, then field 2 where there is one.
  if (data[9] !== STEP_TAG) return 0;
  let step = 0;
  let scale = 1;
  for (let at = 10;; at++, scale *= 128) {
    step += (data[at]! & 127) * scale;
    if ((data[at]! & 128) === 0) return step;
  }
}

/** Returns the offset after the last complete event up to a step. */
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
 * Opens an event file and removes the events after a step, and a partial event left by a killed run.
 *
 * @param path Must contain `tfevents`, by which TensorBoard finds it.
 * @param step Step from which the run continues.
 */
export async function openEvents(path: string, step: number): Promise<Events> {
  const file = await writing(path, () => Deno.open(path, { write: true, create: true }));
  const end = endOf(await Deno.readFile(path), step);
  await file.truncate(end);
  await file.seek(end, Deno.SeekMode.Start);
  const write = (data: Uint8Array) => {
    const bytes = frame(data);
    writingSync(path, () => {
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    });
  };
  if (end === 0) write(fileVersion());
  return {
    write: (step, scalars) => write(summary(step, scalars)),
    sync: () => writingSync(path, () => file.syncDataSync()),
    [Symbol.dispose]: () => file.close(),
  };
}
