/**
 * Frames of sequences that lie one after the other in memory.
 *
 * @module
 */

/** Some frames of [L, …], in the order given; `size` is the numbers of one frame. */
export function pickFrames(
  data: Float32Array,
  frames: readonly number[],
  size: number,
): Float32Array {
  return joinArrays(frames.map((l) => data.subarray(l * size, (l + 1) * size)));
}

/** Arrays one after the other, as one: samples to a batch. */
export function joinArrays(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
