/**
 * `emrdm bench`: times one evaluation of a network on each engine.
 *
 * @module
 */

import { createRng } from "../core/mod.ts";
import {
  compile,
  type Engine,
  type EngineName,
  readTensor,
  type Sequence,
  type Tensor1D,
  tf,
  useEngine,
  type Weights,
} from "../engine/mod.ts";
import { conditionChannels, createModel, type Model, type ModelConfig } from "../model/mod.ts";
import { command, operandsOf } from "./command.ts";
import { freeModel, openModel } from "./model.ts";
import { count, text, UsageError, words } from "./flags.ts";
import { table } from "./table.ts";

/** A small temporal network of the published kind: patches of 4, a neighborhood and a global level. */
const SMALL: ModelConfig = {
  name: "small",
  bands: ["B04", "B03", "B02"].map((name) => ({ name, unit: "DN" })),
  scaling: { low: 0, high: 10000, clip: true },
  tileSize: 128,
  length: 3,
  network: {
    type: "temporalHdit",
    patchSize: [4, 4],
    levels: [
      { width: 32, depth: 1, dFf: 64, attention: "neighborhood", dHead: 32 },
      { width: 64, depth: 1, dFf: 128, attention: "global", dHead: 32 },
    ],
    mapping: { depth: 1, width: 64, dFf: 128 },
    temporal: { heads: 4, dK: 16, dFf: 128 },
  },
};

const ENGINES = ["webgpu", "native", "wasm", "cpu"] as const;

/** Times of one engine in milliseconds. */
interface Timing {
  readonly engine: EngineName;
  readonly device: string;
  /** First evaluation, which compiles kernels and uploads weights. */
  readonly first: number;
  /** Fastest of the others. */
  readonly best: number;
  readonly median: number;
}

interface BenchOptions {
  readonly side: number;
  readonly frames: number;
  readonly runs: number;
}

/** F_θ of a model, compiled for the engine. */
function compiledNetwork({ modules: { network } }: Model) {
  interface Input {
    readonly weights: Weights;
    readonly x: Sequence;
    readonly condition: Sequence | undefined;
    readonly cNoise: Tensor1D;
  }
  return compile(
    ({ weights, x, condition, cNoise }: Input) => ({
      image: network.apply(weights, { x, condition, cNoise }).image,
    }),
    { constants: ["weights"], slow: ["cNoise"] },
  );
}

/** Milliseconds of one evaluation of F_θ on seeded noise, until the result is read. */
async function evaluateOnce(
  forward: ReturnType<typeof compiledNetwork>,
  { weights, card }: Model,
  { side, frames }: BenchOptions,
): Promise<number> {
  const channels = { x: card.bands.length, condition: conditionChannels(card) };
  const noise = (count: number, purpose: string) =>
    tf.tensor(
      createRng(0).fork(purpose).normals(frames * side * side * count),
      [1, frames, side, side, count],
    ) as Sequence;
  const x = noise(channels.x, "x");
  const condition = channels.condition > 0 ? noise(channels.condition, "condition") : undefined;
  const cNoise = tf.tensor1d([0]);
  const start = performance.now();
  const { image } = await forward({ weights, x, condition, cNoise });
  await readTensor(image);
  const time = performance.now() - start;
  tf.dispose([image, x, cNoise, ...(condition ? [condition] : [])]);
  return time;
}

async function timeEngine(engine: Engine, model: Model, options: BenchOptions): Promise<Timing> {
  const times: number[] = [];
  const forward = compiledNetwork(model);
  for (let run = 0; run <= options.runs; run++) {
    times.push(await evaluateOnce(forward, model, options));
  }
  await forward.dispose();
  const [first, ...others] = times;
  const sorted = others.toSorted((a, b) => a - b);
  return {
    engine: engine.name,
    device: engine.device,
    first: first!,
    best: sorted[0]!,
    median: sorted[sorted.length >> 1]!,
  };
}

function enginesOf(given: readonly string[] | undefined): readonly EngineName[] {
  return (given ?? ENGINES).map((name) => {
    const engine = ENGINES.find((known) => known === name);
    if (engine !== undefined) return engine;
    throw new UsageError(`--engines must be among ${ENGINES.join(", ")}, got ${name}`);
  });
}

/** `emrdm bench`. */
export const bench = command({
  operands: "",
  details:
    "Times one evaluation of a model, or of a small network for three dates, on each engine, and prints " +
    "the first, the fastest and the median time in milliseconds. An engine that this machine lacks is " +
    "reported; with --engines it is an error.",
  flags: {
    engines: words("Engines to time. Default: all.", ENGINES.join(",")),
    model: text("Model to time: file or URL. Default: the small network.", "FILE"),
    size: count("Side of the images in pixels. Default: the model's tile size.", { min: 8 }),
    frames: count("Dates. Default: as many as the model was trained with.", { min: 1 }),
    runs: count("Evaluations after the first. Default: 3.", { min: 1 }),
  },
  examples: ["bench", "bench --engines webgpu --model weights/s2-temporal.safetensors --runs 10"],
  async run({ engines, model: path, size, frames, runs = 3 }, context) {
    operandsOf(context, { min: 0, what: "no operands" });
    const timings: Timing[] = [];
    const missing: { engine: EngineName; reason: string }[] = [];
    using bar = context.progress("bench");
    for (const name of enginesOf(engines)) {
      bar.wait(`timing engine ${name}`);
      let engine: Engine;
      try {
        engine = await useEngine(name, { float16: context.float16, log: context.log });
      } catch (error) {
        if (engines !== undefined) throw error;
        missing.push({ engine: name, reason: error instanceof Error ? error.message : `${error}` });
        continue;
      }
      const model = path === undefined ? createModel(SMALL) : await openModel(path, context);
      const { card: { tileSize, length } } = model;
      const options = { side: size ?? tileSize, frames: frames ?? length, runs };
      timings.push(await timeEngine(engine, model, options));
      freeModel(model);
    }
    const ms = (value: number) => `${value.toFixed(1)} ms`;
    const rows = timings.map(({ engine, device, first, best, median }) => [
      `${engine} (${device})`,
      ms(first),
      ms(best),
      ms(median),
    ]);
    const lines = [
      table([["engine", "first", "best", "median"], ...rows]),
      ...missing.map(({ engine, reason }) => `${engine}: not available (${reason})`),
    ];
    return { text: lines.join("\n"), json: { timings, missing } };
  },
});
