import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { readTensor, type Sequence, type Tensor, tf } from "../../engine/mod.ts";
import type { Network } from "../../networks/mod.ts";
import { meanReverting } from "../../precond/mod.ts";
import { noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import { lossAndGradients, objectiveVectors, sampleLosses } from "../../training/mod.ts";
import { inverseOutput } from "../../weighting/mod.ts";

await tf.setBackend("cpu");

const [B, L, H, W, C] = [2, 3, 2, 3, 2] as const;
const SIGMAS = [0.3, 2] as const;
const AXES = {
  schedule: rational({ alpha: 3 }),
  precond: meanReverting(),
  weighting: inverseOutput(),
};

/** F = a·mean_l(x) + b, so that everything has a closed form. */
const network: Network = {
  tensors: [],
  inChannels: C,
  outChannels: C,
  temporal: true,
  init: () => ({ params: { a: tf.scalar(0.7), b: tf.scalar(-0.2) }, buffers: {} }),
  apply: ({ params }, { x }) => ({
    image: tf.add(tf.mul(tf.mean(x as Tensor, 1), params["a"]!), params["b"]!) as never,
  }),
  checkSize() {},
};

function values(name: string, length: number): Float32Array {
  return createRng(3).fork(name).normals(length);
}

const PIXELS = H * W * C;
const arrays = {
  clean: values("clean", B * PIXELS),
  mu: values("mu", B * L * PIXELS),
  noise: values("noise", B * L * PIXELS),
};

/** Loss, and its derivatives by a and b, of one sample in float64. */
function expected(b: number, [a, offset]: readonly [number, number]) {
  const level = noiseLevelAtSigma(AXES.schedule, SIGMAS[b]!);
  const coefficients = AXES.precond.coefficients(level, L);
  const { cIn, cSkip, cOut } = coefficients;
  const weight = AXES.weighting.weight(level, coefficients);
  const sums = { loss: 0, a: 0, b: 0 };
  for (let i = 0; i < PIXELS; i++) {
    const x0 = arrays.clean[b * PIXELS + i]!;
    let mean = 0;
    for (let l = 0; l < L; l++) {
      const at = (b * L + l) * PIXELS + i;
      // k = 3σ, not σ: α ≠ 1 with L > 1.
      mean += (x0 + 3 * SIGMAS[b]! * arrays.mu[at]! + SIGMAS[b]! * arrays.noise[at]!) / L;
    }
    const error = cSkip * mean + cOut * (a * cIn * mean + offset) - x0;
    sums.loss += weight * error ** 2 / PIXELS;
    sums.a += 2 * weight * error * cOut * cIn * mean / PIXELS;
    sums.b += 2 * weight * error * cOut / PIXELS;
  }
  return sums;
}

function input() {
  const vectors = objectiveVectors(AXES, SIGMAS, L);
  const batch = {
    clean: tf.tensor4d(arrays.clean, [B, H, W, C]),
    mu: tf.tensor5d(arrays.mu, [B, L, H, W, C]) as Sequence,
    noise: tf.tensor5d(arrays.noise, [B, L, H, W, C]) as Sequence,
  };
  return { vectors, batch };
}

/** Relative error of float32 sums over a few dozen numbers. */
const FLOAT_ERROR = 1e-5;

Deno.test("sampleLosses() is Alg. 1 for α = 3, L = 3 and a σ of its own for each sample", async () => {
  const before = tf.memory().numTensors;
  const weights = network.init(createRng(0));
  const given = input();
  const losses = sampleLosses(network, weights, given);
  const found = await readTensor(losses);
  for (let b = 0; b < B; b++) {
    assertAlmostEquals(found[b]! / expected(b, [0.7, -0.2]).loss, 1, FLOAT_ERROR);
  }
  tf.dispose([losses, { ...weights.params }, { ...given.vectors }, { ...given.batch }]);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("lossAndGradients() gives the mean loss and its derivatives", async () => {
  const before = tf.memory().numTensors;
  const weights = network.init(createRng(0));
  const given = input();
  const { loss, losses, grads } = lossAndGradients(network, weights, given);
  const each = [0, 1].map((b) => expected(b, [0.7, -0.2]));
  const mean = (key: "loss" | "a" | "b") => (each[0]![key] + each[1]![key]) / 2;
  assertAlmostEquals((await readTensor(loss))[0]! / mean("loss"), 1, FLOAT_ERROR);
  assertAlmostEquals((await readTensor(grads["a"]!))[0]! / mean("a"), 1, FLOAT_ERROR);
  assertAlmostEquals((await readTensor(grads["b"]!))[0]! / mean("b"), 1, FLOAT_ERROR);
  assertAlmostEquals((await readTensor(losses))[1]! / each[1]!.loss, 1, FLOAT_ERROR);
  tf.dispose([loss, losses, { ...grads }, { ...weights.params }]);
  tf.dispose([{ ...given.vectors }, { ...given.batch }]);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("objectiveVectors() holds the numbers of each sample", async () => {
  const vectors = objectiveVectors(AXES, SIGMAS, L);
  const k = await readTensor(vectors.k);
  SIGMAS.forEach((sigma, b) => assertAlmostEquals(k[b]!, 3 * sigma, 1e-6));
  const [weight, cOut] = [await readTensor(vectors.weight), await readTensor(vectors.cOut)];
  SIGMAS.forEach((_, b) => assertAlmostEquals(weight[b]! * cOut[b]! ** 2, 1, FLOAT_ERROR));
});
