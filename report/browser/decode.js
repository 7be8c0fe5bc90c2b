/** The planes of the page: undoes what `payload.ts` does. Runs in the browser. */

/** Bytes of base64 of zlib. */
export async function inflate(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Turns differences along the rows of a plane into codes, once. */
export function undoDifferences(plane, width) {
  for (let i = 1; i < plane.length; i++) {
    if (i % width !== 0) plane[i] += plane[i - 1];
  }
  return plane;
}

/** The number that a code stands for; NaN of 0. */
export function decode(code, { low, high, power }) {
  return code === 0 ? NaN : low + (high - low) * ((code - 1) / 254) ** power;
}
