/**
 * Tensors of files: a dtype, a shape and a plain array.
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
  /** Type of an element in the file. */
  readonly dtype: StoredDType;
  /** Row-major; [] is a scalar. */
  readonly shape: readonly number[];
  /** Exactly the elements of the shape; may be a view into the file's bytes. */
  readonly data: StoredArray;
}

/** Tensors by name. Those of a file have no prototype, so that every name is safe. */
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

/** Returns true for the name of a {@linkcode StoredDType}. */
export function isStoredDType(name: unknown): name is StoredDType {
  return typeof name === "string" && Object.hasOwn(ARRAYS, name);
}

/** Returns the bytes of one element. */
export function elementBytes(dtype: StoredDType): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT;
}

/** Returns the array type of a dtype. */
export function arrayType(dtype: StoredDType): (typeof ARRAYS)[StoredDType] {
  return ARRAYS[dtype];
}

/** Returns true for a number of elements or bytes. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Returns the number of elements of a shape; NaN if a side is no count or the product is too large. */
export function elementCount(shape: readonly unknown[]): number {
  let count = 1;
  for (const side of shape) {
    if (!isCount(side)) return NaN;
    count *= side;
  }
  return Number.isSafeInteger(count) ? count : NaN;
}

/** Returns little-endian bytes as elements: a view where alignment allows, else a copy. */
export function viewElements(bytes: Uint8Array, dtype: StoredDType): StoredArray {
  const size = elementBytes(dtype);
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new ARRAYS[dtype](
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / size,
  );
}

/** Converts the 16 bits of a half to a number. */
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
 * Rounds an F32 tensor to the nearest F16; returns any other unchanged.
 *
 * @throws {RangeError} If a value is too large for a half.
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
 * Returns the elements as float32: F32 unchanged and uncopied, any other dtype converted.
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
