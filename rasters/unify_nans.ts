/** Bits of NaN in files. @module */

/**
 * Gives every NaN of floating-point numbers the same bits, in place: those that a program computes
 * depend on how it was compiled. Integers stay as they are.
 */
export function unifyNaNs(values: ArrayBufferView): void {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return;
  const words = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const step = values.BYTES_PER_ELEMENT / 4;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) continue;
    words[i * step] = 0;
    words[(i + 1) * step - 1] = step === 1 ? 0x7fc00000 : 0x7ff80000;
  }
}
