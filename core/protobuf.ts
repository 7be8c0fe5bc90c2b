/**
 * Encoder of protocol buffers (https://protobuf.dev/programming-guides/encoding): the field types that
 * ONNX and TensorBoard use.
 *
 * @module
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Byte fields up to this length are copied; longer ones become parts of their own. */
const COPIED_BYTES = 64;

/**
 * A message that grows field by field. Large byte fields are kept, not copied, so that a file of
 * hundreds of megabytes of weights costs no second copy.
 */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #pending: number[] = [];
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length + this.#pending.length;
  }

  /** The encoded bytes, in order. */
  get parts(): readonly Uint8Array[] {
    this.#flush();
    return this.#parts;
  }

  /** Adds an integer field; negative integers take ten bytes. */
  int(field: number, value: number): this {
    this.#tag(field, VARINT);
    this.#varint(value);
    return this;
  }

  /** Adds a 32-bit float field. */
  float(field: number, value: number): this {
    this.#tag(field, FIXED32);
    this.#pending.push(...new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  /** Adds a 64-bit float field. */
  double(field: number, value: number): this {
    this.#tag(field, FIXED64);
    this.#pending.push(...new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  /** Adds a string field. */
  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** Adds a field of raw bytes, which must not change afterwards. */
  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, BYTES);
    this.#varint(value.length);
    this.#append([value]);
    return this;
  }

  /** Adds a field that is a message. */
  message(field: number, value: Message): this {
    this.#tag(field, BYTES);
    this.#varint(value.length);
    this.#append(value.parts);
    return this;
  }

  /** Adds the fields of another message as fields of this one. */
  append(fields: Message): this {
    this.#append(fields.parts);
    return this;
  }

  #append(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      if (part.length <= COPIED_BYTES) {
        this.#pending.push(...part);
        continue;
      }
      this.#flush();
      this.#parts.push(part);
      this.#length += part.length;
    }
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const part = Uint8Array.from(this.#pending);
    this.#parts.push(part);
    this.#length += part.length;
    this.#pending = [];
  }

  #tag(field: number, wire: number): void {
    this.#varint(field * 8 + wire);
  }

  #varint(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.#pending.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.#pending.push(Number(rest));
  }
}

/** Concatenates parts. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
