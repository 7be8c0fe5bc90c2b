/**
 * Restores an array: three cloudy dates of a synthetic scene, of which the last one is restored.
 *
 * ```sh
 * deno run --allow-read --allow-ffi examples/restore_array.ts [model.safetensors]
 * ```
 *
 * @module
 */

import { createRng, restoreImages, syntheticClouds, syntheticScene, useEngine } from "../mod.ts";
import { score as scoreImages } from "../metrics/mod.ts";
import { exampleModel } from "./example_model.ts";

await useEngine("auto");
const model = await exampleModel(Deno.args[0]);

// Frames [L, H, W, C] with the bands in the order of the card, here as Sentinel-2 DN.
const side = model.card.tileSize;
const channels = model.card.bands.length;
const length = 3;
const rng = createRng(7);
const clear = syntheticScene(rng.fork("place"), { width: side, height: side });
const cloudy = new Float32Array(length * clear.data.length);
for (let l = 0; l < length; l++) {
  const { cloudy: frame } = syntheticClouds(clear, rng.fork("clouds").fork(l), { cover: 0.4 });
  cloudy.set(frame.data, l * clear.data.length);
}

const { image } = await restoreImages(
  model,
  { cloudy, batch: 1, length, height: side, width: side, reference: 2 },
  { seed: 1 },
);

const target = Float32Array.from(clear.data);
const size = { height: side, width: side, channels, dataRange: 10000 };
const input = scoreImages(cloudy.subarray(2 * image.length), target, size);
const restored = scoreImages(image, target, size);
console.log(`restored ${side}×${side} pixels in ${channels} bands with ${model.card.name}`);
console.log(`PSNR of the cloudy input ${input.psnr.toFixed(2)} dB`);
console.log(`PSNR of the result       ${restored.psnr.toFixed(2)} dB`);
