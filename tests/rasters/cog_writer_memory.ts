/** Writes an image of 2048 columns × 13 bands and prints by how many bytes memory grew. */

import { createCog } from "../../rasters/mod.ts";

const [path, height] = Deno.args;
const WIDTH = 2048;
const BANDS = 13;
const ROWS = 64;

const rows = new Uint16Array(ROWS * WIDTH * BANDS);
// Noise in the low bits, which DEFLATE makes a third smaller.
const noise = new Uint8Array(2 ** 16);
for (let at = 0; at < rows.length; at += noise.length) {
  rows.set(crypto.getRandomValues(noise).subarray(0, rows.length - at), at);
}

const before = Deno.memoryUsage().rss;
let most = before;
const watch = () => most = Math.max(most, Deno.memoryUsage().rss);
const writer = await createCog(path!, {
  width: WIDTH,
  height: Number(height),
  bands: Array.from({ length: BANDS }, (_, i) => `${i + 1}`),
  dtype: "uint16",
}, { overwrite: true });
const timer = setInterval(watch, 20);
for (let row = 0; row < Number(height); row += ROWS) {
  await writer.write(rows);
  watch();
}
await writer.commit();
watch();
clearInterval(timer);
console.log(most - before);
