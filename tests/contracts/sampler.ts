/**
 * What every sampler must do, for built-ins and plugins alike.
 *
 * @module
 */

import { createRng } from "../../core/mod.ts";
import {
  execute,
  type Images,
  readTensor,
  type Sequence,
  tf,
  useEngine,
} from "../../engine/mod.ts";
import type { Sampler, SamplingProblem } from "../../samplers/mod.ts";
import { type NoiseLevel, rational } from "../../schedules/mod.ts";
import { assert, assertEquals } from "../std_assert.ts";

/** What a sampler declares. */
export interface SamplerContract {
  /** Order of convergence in the step size. Left out: it draws noise, and has none. */
  readonly order?: number;
  /** Engine to run on. Default "wasm". */
  readonly engine?: "cpu" | "wasm" | "webgpu";
}

/** x0 ~ N(MEAN, VARIANCE) in every pixel and band. */
const MEAN = 0.4;
const VARIANCE = 0.25;

/** Where sampling of the closed form starts. */
const SIGMA_MAX = 2;

/** How far a measured order may lie from the declared one, with the finest step of 1/64. */
const ORDER_ERROR = 0.25;

/** Float32 of values of magnitude 1 over some ten steps. */
const ROUNDING = 1e-5;

const [BATCH, HEIGHT, WIDTH, CHANNELS] = [2, 2, 3, 1];

/** `steps` equal steps in σ from `sigmaMax` to 0. */
function evenSigmas(steps: number, sigmaMax: number): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => sigmaMax * (1 - i / steps));
}

/** Starts of another size in every pixel, sample and frame. */
function startValues(length: number, sigma: number, batch = BATCH): Float32Array {
  return createRng(8).normals(batch * length * HEIGHT * WIDTH * CHANNELS)
    .map((value) => value * sigma);
}

/** The posterior mean E[x0 | y] of a normal x0, which all frames share: the exact denoiser. */
function posteriorMean(y: Sequence, levels: readonly NoiseLevel[]): Promise<Images> {
  const variance = levels.map(({ sigma }) => sigma ** 2 / y.shape[1]);
  const weight = variance.map((value) => VARIANCE / (VARIANCE + value));
  return execute(() => {
    const w = tf.tensor4d(weight, [weight.length, 1, 1, 1]);
    const mean = tf.mean(y as never, 1);
    return tf.add(tf.mul(w, mean), tf.mul(tf.sub(tf.scalar(1), w), tf.scalar(MEAN))) as Images;
  });
}

/**
 * Registers the tests of a sampler.
 *
 * @param name How it is called in the tests' names.
 * @param make Makes the sampler.
 * @param contract What it declares.
 */
export function testSampler(
  name: string,
  make: () => Sampler,
  { order, engine = "wasm" }: SamplerContract = {},
): void {
  function test(what: string, fn: () => Promise<void>): void {
    Deno.test({
      name: `${name} ${what}`,
      sanitizeOps: engine !== "webgpu",
      sanitizeResources: engine !== "webgpu",
      fn: async () => {
        await useEngine(engine);
        const before = tf.memory().numTensors;
        await fn();
        assertEquals(tf.memory().numTensors, before, "tensors must not leak");
      },
    });
  }

  /** Samples from given values; the draws and steps are recorded. */
  async function run(values: Float32Array, {
    length = 1,
    batch = BATCH,
    sigmas,
    denoise = posteriorMean,
  }: {
    readonly length?: number;
    readonly batch?: number;
    readonly sigmas: readonly number[];
    readonly denoise?: SamplingProblem["denoise"];
  }) {
    const shape = [batch, length, HEIGHT, WIDTH, CHANNELS] as Sequence["shape"];
    const start = tf.tensor5d(values, shape);
    const draws: number[] = [];
    const steps: number[] = [];
    const result = await make().sample({
      schedule: rational({ alpha: 1 }),
      sigmas,
      denoise: (y, levels) => {
        assertEquals(y.shape, shape);
        assertEquals(levels.length, batch, "one level per sample");
        for (const { sigma } of levels) assert(sigma > 0, "no network call at σ = 0");
        return denoise(y, levels);
      },
      start,
      noise: (draw) => {
        draws.push(draw);
        // The noise of a pixel does not depend on the batch that it is in.
        const each = values.length / batch;
        const one = createRng(9).fork(draw).normals(each);
        return tf.tensor5d(
          Float32Array.from({ length: values.length }, (_, i) => one[i % each]!),
          shape,
        );
      },
      onStep: async ({ index, steps: count, level, next, denoised, y }) => {
        await Promise.resolve();
        assertEquals([count, next.sigma], [sigmas.length - 1, sigmas[index + 1]]);
        assert(level.sigma >= sigmas[index]!, "churn only adds noise");
        assertEquals(denoised.shape, [batch, HEIGHT, WIDTH, CHANNELS]);
        assertEquals(y.shape, shape);
        steps.push(index);
      },
    });
    assertEquals(result.shape, shape);
    assert(!start.isDisposed, "the start is the caller's");
    assertEquals(await readTensor(start), values, "the start must not change");
    assertEquals(steps, Array.from({ length: sigmas.length - 1 }, (_, i) => i));
    assertEquals(draws, draws.map((_, i) => i), "draws are numbered 0, 1, 2, …");
    const out = await readTensor(result);
    assert(out.every(Number.isFinite));
    tf.dispose([start, result]);
    return { out, draws };
  }

  test("gives the image on which every level agrees", async () => {
    const image = createRng(4).normals(BATCH * HEIGHT * WIDTH * CHANNELS);
    const length = 2;
    const { out } = await run(startValues(length, 80), {
      length,
      sigmas: evenSigmas(5, 80),
      denoise: () => execute(() => tf.tensor4d(image, [BATCH, HEIGHT, WIDTH, CHANNELS])),
    });
    const each = HEIGHT * WIDTH * CHANNELS;
    // The state starts at 80 and float32 keeps what 1e-7 of that leaves.
    out.forEach((value, i) => {
      const wanted = image[Math.floor(i / each / length) * each + i % each]!;
      assert(Math.abs(value - wanted) < 1e-4, `${value} for ${wanted}`);
    });
  });

  test("treats each sample of a batch by itself", async () => {
    const all = startValues(3, SIGMA_MAX);
    const sigmas = evenSigmas(6, SIGMA_MAX);
    const { out } = await run(all, { length: 3, sigmas });
    const each = all.length / BATCH;
    for (let b = 0; b < BATCH; b++) {
      const values = all.slice(b * each, (b + 1) * each);
      const alone = await run(values, { length: 3, batch: 1, sigmas });
      alone.out.forEach((value, i) => assert(Math.abs(value - out[b * each + i]!) < ROUNDING));
    }
  });

  test("gives the same twice", async () => {
    const sigmas = evenSigmas(4, SIGMA_MAX);
    const first = await run(startValues(2, SIGMA_MAX), { length: 2, sigmas });
    assertEquals(await run(startValues(2, SIGMA_MAX), { length: 2, sigmas }), first);
  });

  if (order === undefined) return;

  test("draws no noise", async () => {
    const { draws } = await run(startValues(1, SIGMA_MAX), { sigmas: evenSigmas(4, SIGMA_MAX) });
    assertEquals(draws, []);
  });

  test(`converges with order ${order} to the closed form of a normal x0`, async () => {
    // dy/dσ = σ(y − m)/(v + σ²), so y − m goes as √(v + σ²).
    const values = startValues(1, SIGMA_MAX);
    const shrink = Math.sqrt(VARIANCE / (VARIANCE + SIGMA_MAX ** 2));
    const errors: number[] = [];
    for (const steps of [8, 16, 32]) {
      const { out } = await run(values, { sigmas: evenSigmas(steps, SIGMA_MAX) });
      errors.push(
        Math.max(...out.map((value, i) => Math.abs(value - MEAN - (values[i]! - MEAN) * shrink))),
      );
    }
    const slope = Math.log2(errors[1]! / errors[2]!);
    assert(errors[2]! > 10 * ROUNDING, `float32 must resolve the error ${errors[2]}`);
    assert(Math.abs(slope - order) < ORDER_ERROR, `measured order ${slope} from ${errors}`);
  });
}
