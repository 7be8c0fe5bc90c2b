/**
 * One 256×256 forward pass of a published configuration with random weights: seconds and peak memory.
 * Each configuration needs its own process, which isolates its peak memory.
 *
 *     deno run --allow-read --allow-env --allow-ffi benches/real_sizes.ts CONFIG [ENGINE] [SIDE] [RUNS]
 */

import { published, type PublishedName } from "../checkpoints/mod.ts";
import { builtins } from "../builtins.ts";
import { createRng } from "../core/mod.ts";
import {
  compile,
  type EngineName,
  readTensor,
  type Sequence,
  type Tensor1D,
  tf,
  useEngine,
  type Weights,
} from "../engine/mod.ts";
import type { Network } from "../networks/mod.ts";

const [name = "sen2_mtc_new", engineName = "auto", side = "256", repeat = "1"] = Deno.args;
const runs = Number(repeat);
const engine = await useEngine(engineName as EngineName | "auto");
const card = published[name as PublishedName];
const network: Network = builtins.create("network", card.modules.network as never);
const weights = randomWeights(network);
const length = card.length;
const size = Number(side);
const shape: Sequence["shape"] = [1, length, size, size, network.inChannels];
const count = shape.reduce((a, b) => a * b, 1);
const rng = createRng(2);
const data = rng.normals(count);
const seconds: number[] = [];
const forward = compile(
  ({ weights, x, cNoise }: { weights: Weights; x: Sequence; cNoise: Tensor1D }) => ({
    image: network.apply(weights, { x, cNoise }).image,
  }),
  { constants: ["weights"], slow: ["cNoise"] },
);
const x = tf.tensor5d(data, shape);
const cNoise = tf.tensor1d([-0.3]);
for (let run = 0; run < runs; run++) {
  const start = performance.now();
  const { image } = await forward({ weights, x, cNoise });
  const values = await readTensor(image);
  image.dispose();
  seconds.push((performance.now() - start) / 1000);
  if (!values.every(Number.isFinite)) {
    throw new Error(`Cannot time ${name}: its output must be finite, got NaN or infinity`);
  }
}
console.log(JSON.stringify({
  name,
  engine: engine.name,
  device: engine.device,
  size,
  length,
  parameters: Object.values(weights.params).reduce((sum, { size }) => sum + size, 0),
  seconds: seconds.map((value) => Number(value.toFixed(2))),
  peakGiB: Number((peakBytes() / 2 ** 30).toFixed(2)),
}));

/** Returns random weights; tensors that are initialized to zero get small random values instead. */
function randomWeights({ tensors }: Network): Weights {
  const rng = createRng(1);
  const make = (role: "param" | "buffer") =>
    Object.fromEntries(
      tensors.filter((spec) => spec.role === role).map(({ name, shape, init }) => {
        const values = init(rng.fork(name));
        const zero = values.every((value) => value === 0);
        const filled = zero ? rng.fork(name).normals(values.length).map((v) => v * 0.02) : values;
        return [name, tf.tensor(filled, shape as number[])];
      }),
    );
  return { params: make("param"), buffers: make("buffer") };
}

/** Returns the peak resident memory of this process on Linux, elsewhere the current one. */
function peakBytes(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(status.match(/VmHWM:\s+(\d+) kB/)![1]) * 1024;
  } catch {
    return Deno.memoryUsage().rss;
  }
}
