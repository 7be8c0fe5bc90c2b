/**
 * Selection and concatenation of the frames of a sequence [L, …].
 *
 * @module
 */

/** Picks frames of [L, …], in the order given; `size` is the number of values of one frame. */
export function pickFrames(
  data: Float32Array,
  frames: readonly number[],
  size: number,
): Float32Array {
  return joinArrays(frames.map((l) => data.subarray(l * size, (l + 1) * size)));
}

/** Concatenates arrays, as samples to a batch. */
export function joinArrays(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
