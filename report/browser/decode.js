/** Decodes the planes that `payload.ts` packs. Runs in the browser. */

/** Bytes of zlib data in base64. */
export async function inflate(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Turns differences along the rows of a plane into codes, in place. */
export function undoDifferences(plane, width) {
  for (let i = 1; i < plane.length; i++) {
    if (i % width !== 0) plane[i] += plane[i - 1];
  }
  return plane;
}

/** The value of a code; NaN for 0. */
export function decode(code, { low, high, power }) {
  return code === 0 ? NaN : low + (high - low) * ((code - 1) / 254) ** power;
}
