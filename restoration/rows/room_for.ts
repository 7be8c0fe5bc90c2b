/** Memory for `length` values: the start of `into`, or new memory if that is too small. */
export function roomFor(length: number, into: Float32Array | undefined): Float32Array {
  return into !== undefined && into.length >= length
    ? into.subarray(0, length)
    : new Float32Array(length);
}
