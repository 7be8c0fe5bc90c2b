/** Constants of a graph: filled arrays, and their comparison by content. @module */

import type { ConstantData, ElementType, Value } from "./graph.ts";

/** An array of one repeated value. */
export function filled(type: ElementType, size: number, value: number): ConstantData {
  switch (type) {
    case "float32":
      return new Float32Array(size).fill(value);
    case "int32":
      return new Int32Array(size).fill(value);
    case "int64":
      return new BigInt64Array(size).fill(BigInt(value));
    case "bool":
      return new Uint8Array(size).fill(value);
  }
}

/** Hash of a constant's words: FNV-1a and a polynomial. */
export function contentHash(data: ConstantData): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const words = data.byteLength % 4 === 0 && data.byteOffset % 4 === 0
    ? new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4)
    : bytes;
  let [a, b] = [0x811c9dc5, 0];
  for (let i = 0; i < words.length; i++) {
    a = Math.imul(a ^ words[i]!, 0x01000193);
    b = (Math.imul(b, 31) + words[i]!) | 0;
  }
  return `${a} ${b}`;
}

/** True if a value is a constant with these elements. */
export function sameData({ source }: Value, data: ConstantData): boolean {
  if (source.kind !== "constant" || source.data.length !== data.length) return false;
  const known = source.data;
  for (let i = 0; i < data.length; i++) if (!Object.is(known[i], data[i])) return false;
  return true;
}
