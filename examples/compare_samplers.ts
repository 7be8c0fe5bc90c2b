/**
 * Compares samplers on one model: Euler, Heun and the example plugin's sampler, with the same noise and
 * increasing numbers of network evaluations, against an accurate solution of the same equation.
 *
 * ```sh
 * deno run --allow-read --allow-ffi examples/compare_samplers.ts [model.safetensors]
 * ```
 *
 * @module
 */

import {
  builtins,
  createRng,
  restoreImages,
  rmse,
  type Sampler,
  syntheticClouds,
  syntheticScene,
  useEngine,
} from "../mod.ts";
import { exampleModel } from "./example_model.ts";
import plugin from "./plugin.ts";

await useEngine("auto");
const model = await exampleModel(Deno.args[0]);
const registry = builtins.with(plugin);

const side = model.card.tileSize;
const rng = createRng(5);
const clear = syntheticScene(rng.fork("place"), { width: side, height: side });
const cloudy = Float32Array.from(syntheticClouds(clear, rng.fork("clouds")).cloudy.data);
const input = { cloudy, batch: 1, length: 1, height: side, width: side };
const restore = async (sampler: Sampler, steps: number) =>
  (await restoreImages(model, input, { sampler, steps, seed: 1 })).image;

const heun = registry.create("sampler", { type: "heun" });
const accurate = await restore(heun, 60);

// Heun evaluates the network twice per step, and once in the last step.
const cases = [6, 12, 24].flatMap((evaluations) => [
  { name: "euler", sampler: registry.create("sampler", { type: "euler" }), steps: evaluations },
  { name: "heun", sampler: heun, steps: evaluations / 2 },
  {
    name: "multistep",
    sampler: registry.create("sampler", { type: "multistep" }),
    steps: evaluations,
  },
]);
console.log("sampler    steps  RMSE against 60 steps of Heun, DN");
for (const { name, sampler, steps } of cases) {
  const size = { height: side, width: side, channels: model.card.bands.length };
  const error = rmse(await restore(sampler, steps), accurate, size);
  console.log(`${name.padEnd(10)} ${String(steps).padStart(5)}  ${error.toFixed(1)}`);
}
