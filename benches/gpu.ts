/**
 * Speed of engine webgpu: matrix products, and forward pass, five sampling steps and training step of
 * the published configurations and a small one, with our shaders in float32 and float16 and with those
 * of TensorFlow.js. Prints one JSON object to standard output and progress to standard error.
 *
 *     deno run -A benches/gpu.ts [--side 256] [--product 4096] [--repeats 5] [--stock-limit 60]
 *       [--cases demo,sen2_mtc_new,sentinel,cuhk] [--kinds forward,sample,train] [--no-stock]
 *       [--no-float16]
 *     deno run -A benches/gpu.ts --probe             a short check of the adapter and its results
 *     deno run -A benches/gpu.ts --write FILE        compute the reference values on engine native
 *
 * Reports of each case: seconds, dispatches, bytes read and written, GFLOP/s of our products and their
 * fraction of the fastest product on the device, memory, and the largest difference from the reference
 * values relative to their largest magnitude. The bench reads no files, so it can be packed into one
 * file for a machine without Deno or a network.
 */

import { parseArgs } from "node:util";
import { type Engine, readTensor, type Tensor, tf, useEngine } from "../engine/mod.ts";
import type { GuardedWebGPUBackend } from "../engine/webgpu/backend.ts";
import { matMulShader } from "../engine/webgpu/kernels/mat_mul/shader.ts";
import { matMulShared, TILINGS } from "../engine/webgpu/kernels/mat_mul/tilings.ts";
import { quickWeights } from "../tests/networks/published.ts";
import { type Case, forward, sampling, subjectOf, SUBJECTS, training } from "./cases.ts";
import reference from "./gpu_reference.json" with { type: "json" };

const { values: args } = parseArgs({
  options: {
    side: { type: "string", default: "256" },
    product: { type: "string", default: "4096" },
    repeats: { type: "string", default: "5" },
    cases: { type: "string", default: SUBJECTS.join() },
    kinds: { type: "string", default: "forward,sample,train" },
    ["stock-limit"]: { type: "string", default: "60" },
    ["no-stock"]: { type: "boolean", default: false },
    ["no-float16"]: { type: "boolean", default: false },
    probe: { type: "boolean", default: false },
    write: { type: "string" },
  },
});
if (args.probe) Object.assign(args, { cases: "demo", kinds: "forward,train", product: "1024" });
const repeats = Number(args.repeats);
const kinds = { forward, sample: sampling, train: training };

/** Number of values of an output that are compared with the reference values. */
const COMPARED = 64;

const backend = () => tf.backend() as GuardedWebGPUBackend;
const say = (line: string) => console.error(line);
const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
const rounded = (value: number) => Number(value.toPrecision(4));

function some(values: Float32Array): number[] {
  const step = Math.max(1, Math.floor(values.length / COMPARED));
  return Array.from(
    { length: Math.min(COMPARED, values.length) },
    (_, i) => Math.fround(values[i * step]!),
  );
}

/** Returns the seconds of one call of f. */
async function timed(f: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await f();
  return (performance.now() - start) / 1000;
}

/** Returns the seconds per product of square matrices, without the readback of the result. */
async function productSeconds(run: () => Tensor): Promise<number> {
  const several = async (count: number) => {
    let last: Tensor | undefined;
    for (let i = 0; i < count; i++) {
      last?.dispose();
      last = run();
    }
    const corner = tf.slice(last!, Array<number>(last!.rank).fill(0), Array(last!.rank).fill(1));
    await readTensor(corner);
    tf.dispose([corner, last!]);
  };
  await several(1);
  const single = await timed(() => several(1));
  const many = 4;
  const all: number[] = [];
  for (let i = 0; i < repeats; i++) {
    all.push((await timed(() => several(1 + many)) - single) / many);
  }
  return Math.max(1e-9, median(all));
}

async function products(side: number) {
  const gflop = 2 * side ** 3 / 1e9;
  const rates: Record<string, number> = {};
  const a = tf.randomUniform([side, side], -1, 1);
  const b = tf.randomUniform([side, side], -1, 1);
  for (const float16 of [false, true]) {
    if (float16 && !backend().device.features.has("shader-f16")) continue;
    for (const tiling of TILINGS) {
      const spec = { batch: 1, m: side, n: side, k: side, float16 };
      if (matMulShared(tiling, spec) > backend().capabilities.sharedBytes) continue;
      const shader = matMulShader(spec, tiling);
      const run = () =>
        tf.engine().makeTensorFromTensorInfo(
          backend().runShader(shader, [a, b], [[side, side]])[0]!,
        ) as Tensor;
      const name = `${float16 ? "f16" : "f32"} ${tiling.tileM}×${tiling.tileN}`;
      say(`product ${name}`);
      rates[name] = rounded(gflop / await productSeconds(run));
    }
  }
  say("product by tf.matMul");
  rates.matMul = rounded(gflop / await productSeconds(() => tf.matMul(a, b)));
  tf.dispose([a, b]);
  return rates;
}

/** Times a case and compares its result with that of engine native. */
async function timeCase(name: string, kind: keyof typeof kinds, limit = Infinity) {
  const subject = subjectOf(name, Number(args.side));
  const weights = quickWeights(subject.network);
  const { run, end } = kinds[kind](subject, weights) satisfies Case;
  let values = new Float32Array();
  const first = await timed(async () => values = await run() as Float32Array<ArrayBuffer>);
  const { dispatches, bytes, flops } = backend();
  const seconds: number[] = [];
  for (let i = 0; i < repeats && (i === 0 || seconds[0]! * repeats < limit); i++) {
    seconds.push(await timed(run));
  }
  const memory = tf.memory() as { numBytesAllocatedInGPU?: number };
  const each = (total: number, before: number) => (total - before) / seconds.length;
  const counted = {
    dispatches: each(backend().dispatches, dispatches),
    bytes: each(backend().bytes, bytes),
    flops: each(backend().flops, flops),
  };
  await end();
  tf.dispose([weights.params, weights.buffers]);
  const known = (reference as Record<string, number[]>)[keyOf(name, kind)];
  return {
    first: rounded(first),
    seconds: rounded(median(seconds)),
    least: rounded(Math.min(...seconds)),
    ...counted,
    // TensorFlow.js does not count its own products.
    gflops: counted.flops === 0 ? null : rounded(counted.flops / median(seconds) / 1e9),
    allocatedBytes: memory.numBytesAllocatedInGPU,
    parity: known === undefined ? null : parityOf(some(values), known),
  };
}

const keyOf = (name: string, kind: string) => `${kind} ${name} ${args.side}`;

/** Returns the largest difference relative to the largest magnitude. */
function parityOf(values: number[], known: number[]): number {
  const scale = Math.max(...known.map(Math.abs));
  return rounded(Math.max(...values.map((value, i) => Math.abs(value - known[i]!))) / scale);
}

async function writeReference(path: string): Promise<void> {
  await useEngine("native");
  const all: Record<string, number[]> = { ...reference };
  for (const name of args.cases.split(",")) {
    for (const kind of args.kinds.split(",") as (keyof typeof kinds)[]) {
      say(`${kind} ${name}`);
      const subject = subjectOf(name, Number(args.side));
      const weights = quickWeights(subject.network);
      const { run, end } = kinds[kind](subject, weights);
      all[keyOf(name, kind)] = some(await run());
      await end();
      tf.dispose([weights.params, weights.buffers]);
    }
  }
  await Deno.writeTextFile(path, JSON.stringify(all) + "\n");
}

async function start(shaders: boolean, float16 = false): Promise<Engine> {
  const engine = await useEngine("webgpu", { shaders, float16 });
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  return engine;
}

async function measure() {
  const engine = await start(true);
  const { device, tilings } = backend();
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  const info = adapter!.info;
  const limits = Object.fromEntries(
    Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(device.limits)))
      .filter((name) => name.startsWith("max"))
      .map((name) => [name, device.limits[name as "maxBufferSize"]]),
  );
  const product = await products(Number(args.product));
  const best = (precision: string) =>
    Math.max(
      ...Object.entries(product).filter(([name]) => name.startsWith(precision)).map(([, x]) => x),
    );
  const withShare = (result: Awaited<ReturnType<typeof attempt>>, precision: string) => {
    const { gflops } = result as { gflops?: number | null };
    return gflops ? { ...result, share: rounded(gflops / best(precision)) } : result;
  };
  const cases: Record<string, unknown> = {};
  for (const name of args.cases.split(",")) {
    for (const kind of args.kinds.split(",") as (keyof typeof kinds)[]) {
      await start(true);
      say(`${kind} ${name}, ours`);
      const result: Record<string, unknown> = {};
      result.ours = withShare(await attempt(() => timeCase(name, kind)), "f32");
      // Training always uses float32.
      if (!args["no-float16"] && device.features.has("shader-f16") && kind !== "train") {
        await start(true, true);
        say(`${kind} ${name}, ours in float16`);
        result.float16 = withShare(await attempt(() => timeCase(name, kind)), "f16");
      }
      if (!args["no-stock"]) {
        await start(false);
        say(`${kind} ${name}, TensorFlow.js`);
        const limit = Number(args["stock-limit"]);
        result.stock = await attempt(() => timeCase(name, kind, limit));
      }
      cases[`${kind} ${name}`] = result;
    }
  }
  let stockProduct: number | undefined;
  if (!args["no-stock"]) {
    await start(false);
    const side = Number(args.product);
    const [a, b] = [tf.randomUniform([side, side]), tf.randomUniform([side, side])];
    say("product, TensorFlow.js");
    stockProduct = rounded(2 * side ** 3 / 1e9 / await productSeconds(() => tf.matMul(a!, b!)));
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    deno: Deno.version.deno,
    adapter: {
      name: engine.device,
      software: engine.software,
      vendor: info.vendor,
      architecture: info.architecture,
      device: info.device,
      description: info.description,
      subgroups: {
        least: (info as { subgroupMinSize?: number }).subgroupMinSize,
        most: (info as { subgroupMaxSize?: number }).subgroupMaxSize,
      },
      tilings,
      features: [...adapter!.features].sort(),
      limits,
    },
    settings: { side: Number(args.side), product: Number(args.product), repeats },
    gflops: { ...product, stock: stockProduct },
    cases,
  };
}

/** Returns the result of a case, or the message of its error. */
async function attempt<T extends object>(f: () => Promise<T>): Promise<T | { error: string }> {
  try {
    return await f();
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

if (args.write !== undefined) await writeReference(args.write);
else console.log(JSON.stringify(await measure(), null, 1));
Deno.exit(0);
