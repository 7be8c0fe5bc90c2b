/**
 * Tensors as files hold them: a dtype, a shape and a plain array.
 *
 * @module
 */

/** Element types of safetensors files and of checkpoints. */
export type StoredDType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U8"
  | "BOOL";

/** Elements of a {@linkcode StoredDType}; F16 and BF16 as their 16 bits. */
export type StoredArray =
  | Float64Array
  | Float32Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** One tensor of a file. */
export interface StoredTensor {
  readonly dtype: StoredDType;
  /** Row-major; [] is a scalar. */
  readonly shape: readonly number[];
  /** Exactly the elements of the shape; may be a view into the file's bytes. */
  readonly data: StoredArray;
}

/** Tensors by name; has no prototype when it comes from a file, so every name is safe. */
export type StoredTensors = Readonly<Record<string, StoredTensor>>;

const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

/** Whether a text names a {@linkcode StoredDType}. */
export function isStoredDType(name: unknown): name is StoredDType {
  return typeof name === "string" && Object.hasOwn(ARRAYS, name);
}

/** Bytes of one element. */
export function elementBytes(dtype: StoredDType): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT;
}

/** The array type of a dtype. */
export function arrayType(dtype: StoredDType): (typeof ARRAYS)[StoredDType] {
  return ARRAYS[dtype];
}

/** Whether something is a number of elements or bytes. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Elements of a shape; NaN where the shape is not a list of counts that can be held. */
export function elementCount(shape: readonly unknown[]): number {
  let count = 1;
  for (const side of shape) {
    if (!isCount(side)) return NaN;
    count *= side;
  }
  return Number.isSafeInteger(count) ? count : NaN;
}

/** Bytes as elements: a view where the alignment allows, else a copy. Little-endian. */
export function viewElements(bytes: Uint8Array, dtype: StoredDType): StoredArray {
  const size = elementBytes(dtype);
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new ARRAYS[dtype](
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / size,
  );
}

/** float32 with the 16 bits of a half. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1F;
  const fraction = bits & 0x3FF;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1F) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Largest finite half. */
const LARGEST_HALF = 65504;

/**
 * A tensor in half the bytes: F32 rounded to the nearest F16, everything else as it is.
 *
 * @throws {RangeError} If a number is too large for a half.
 */
export function toHalf(tensor: StoredTensor): StoredTensor {
  const { data } = tensor;
  if (!(data instanceof Float32Array)) return tensor;
  const large = data.find((value) => Math.abs(value) > LARGEST_HALF);
  if (large !== undefined) {
    throw new RangeError(
      `Cannot store weights as float16: they must not exceed ${LARGEST_HALF}, got ${large}`,
    );
  }
  return { ...tensor, dtype: "F16", data: new Uint16Array(Float16Array.from(data).buffer) };
}

/**
 * The elements as float32: F32 as it is (no copy), everything else converted.
 *
 * I64 above 2²⁴ and F64 are rounded to the nearest float32.
 */
export function toFloat32({ dtype, data }: StoredTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number);
  if (dtype === "F16") return Float32Array.from(data, halfToFloat);
  if (dtype === "BF16") {
    const words = Uint32Array.from(data, (bits) => bits << 16);
    return new Float32Array(words.buffer);
  }
  return Float32Array.from(data);
}
