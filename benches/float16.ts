/**
 * Quality cost of float16 matrix products on engine webgpu: PSNR of the same crops restored in float32
 * and in float16, against the truth and against each other. Prints JSON.
 *
 *     deno run -A benches/float16.ts [--model weights/s2-temporal.safetensors] [--limit 4] [--size 64]
 *         [--steps 1,5]
 */

import { parseArgs } from "node:util";
import {
  createRng,
  detectClouds,
  type Engine,
  loadModel,
  type Raster,
  restoreSeries,
  useEngine,
} from "../mod.ts";
import { openDataset } from "../datasets/mod.ts";

const { values: args } = parseArgs({
  options: {
    model: { type: "string", default: "weights/s2-temporal.safetensors" },
    limit: { type: "string", default: "4" },
    size: { type: "string", default: "64" },
    steps: { type: "string", default: "1,5" },
  },
});
const DATA = "../shared/data";
const REFLECTANCE_SCALE = 10000;
const size = Number(args.size);

const psnr = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i]! - b[i]!) / REFLECTANCE_SCALE) ** 2;
  return -10 * Math.log10(sum / a.length);
};

/** Restores all crops with each number of steps. */
async function restored(float16: boolean): Promise<{ engine: Engine; images: Float32Array[][] }> {
  const engine = await useEngine("webgpu", { float16, log: () => {} });
  const model = await loadModel(args.model);
  const bands = model.card.bands.map(({ name }) => name);
  const dataset = await openDataset({
    type: "synthetic",
    root: `${DATA}/oscd`,
    masks: `${DATA}/masks`,
    places: ["bordeaux", "hongkong", "lasvegas"],
    variety: 1,
  }, { tileSize: size, length: model.card.length, bands });
  const images: Float32Array[][] = [];
  for (let i = 0; i < Number(args.limit); i++) {
    const { cloudy, target, reference } = await dataset.sample(i, createRng(2025));
    truths[i] = target;
    const frames = Array.from({ length: model.card.length }, (_, l): Raster => ({
      width: size,
      height: size,
      bands,
      dtype: "float32",
      data: cloudy.slice(l * target.length, (l + 1) * target.length),
    }));
    const masks = frames.map((frame) => detectClouds(frame));
    const own: Float32Array[] = [];
    for (const steps of args.steps.split(",").map(Number)) {
      console.error(`${float16 ? "float16" : "float32"}, crop ${i}, ${steps} steps`);
      const { data } = await restoreSeries(model, frames, { reference, steps, masks });
      own.push(Float32Array.from(data));
    }
    images.push(own);
  }
  return { engine, images };
}

const truths: Float32Array[] = [];
const single = await restored(false);
const half = await restored(true);
const mean = (values: number[]) =>
  Number((values.reduce((a, b) => a + b, 0) / values.length).toFixed(4));
console.log(JSON.stringify({
  device: single.engine.device,
  arguments: args,
  steps: Object.fromEntries(
    args.steps.split(",").map((steps, s) => {
      const of = (images: Float32Array[][]) => images.map((own, i) => psnr(own[s]!, truths[i]!));
      const [a, b] = [of(single.images), of(half.images)];
      return [steps, {
        float32: mean(a),
        float16: mean(b),
        largestChange: Number(Math.max(...a.map((x, i) => Math.abs(x - b[i]!))).toFixed(4)),
        between: mean(single.images.map((own, i) => psnr(own[s]!, half.images[i]![s]!))),
      }];
    }),
  ),
}));
Deno.exit(0);
