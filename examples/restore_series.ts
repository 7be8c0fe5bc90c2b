/**
 * Restores files: writes three cloudy GeoTIFFs of a synthetic scene, restores the middle date and
 * compares the result with baselines, which need no model.
 *
 * ```sh
 * deno run --allow-read --allow-ffi --allow-write=out examples/restore_series.ts out [model.safetensors]
 * ```
 *
 * @module
 */

import {
  baselines,
  createRng,
  readRaster,
  restoreScene,
  syntheticClouds,
  syntheticScene,
  useEngine,
  writeCog,
} from "../mod.ts";
import { score as scoreImages } from "../metrics/mod.ts";
import { exampleModel } from "./example_model.ts";

const [folder, modelFile] = Deno.args;
if (folder === undefined) {
  throw new TypeError("Cannot run: an output folder must be given, got none");
}
await useEngine("auto");
const model = await exampleModel(modelFile);
await Deno.mkdir(folder, { recursive: true });

const rng = createRng(3);
const size = { width: 48, height: 64 };
const clear = syntheticScene(rng.fork("place"), size);
const dates = ["2026-06-20", "2026-07-05", "2026-07-20"];
const paths = dates.map((date) => `${folder}/cloudy_${date}.tif`);
for (const [i, path] of paths.entries()) {
  const { cloudy } = syntheticClouds(clear, rng.fork("clouds").fork(i), { cover: 0.5 });
  await writeCog(path, cloudy, { overwrite: true });
}

const { output, reference, report } = await restoreScene(model, {
  inputs: paths.map((path) => ({ path })),
  reference: "2026-07-05",
  // Pixels that the detector classifies as clear are kept unchanged.
  mask: { source: "detector" },
  write: {
    output: `${folder}/restored.tif`,
    picture: `${folder}/before_after.png`,
    overwrite: true,
  },
  onProgress: ({ done, total }) => console.log(`tile ${done} of ${total}`),
});
console.log("pixels by provenance:", report.pixels);

const frames = await Promise.all(paths.map((path) => readRaster(path)));
const restored = await readRaster(output);
const candidates = { ...await baselines(frames, { reference }), [model.card.name]: restored };
for (const [name, { data }] of Object.entries(candidates)) {
  const { psnr, sam } = scoreImages(Float32Array.from(data), Float32Array.from(clear.data), {
    ...size,
    channels: clear.bands.length,
    dataRange: 10000,
  });
  console.log(`${name.padEnd(14)} PSNR ${psnr.toFixed(2)} dB, SAM ${sam.toFixed(2)}°`);
}
