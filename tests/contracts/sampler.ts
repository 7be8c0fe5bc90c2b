/**
 * Contract of a sampler, for built-ins and plugins alike.
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
import type { Timesteps } from "../../timesteps/mod.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";

/** Properties that a sampler declares. */
export interface SamplerContract {
  /**
   * Order of convergence in the step size, measured to ±0.25. Float32 resolves orders up to 3. Leave
   * it out for a sampler that draws noise.
   */
  readonly order?: number;
  /**
   * σ grid on which the order is measured, with 4 to 32 steps. A method of order p in σ converges on
   * the default, equal steps in σ from 2 to 0; one of order p in ln σ, such as DPM-Solver++(2M),
   * needs a geometric grid: `exponential({ sigmaMin: 0.005, sigmaMax: 2 })`.
   */
  readonly timesteps?: Timesteps;
  /** Engine to run on. Default "wasm". */
  readonly engine?: "cpu" | "wasm" | "webgpu";
}

/**
 * x0 is N(MEAN ± HALF, VARIANCE) with equal odds, in every pixel and band. A single normal x0 would
 * not do: D is linear in y there, and the midpoint method converges with order 3 instead of 2.
 */
const [MEAN, HALF, VARIANCE] = [0.4, 1, 0.25];

/** σ at which sampling of the closed form starts, unless the contract has a grid. */
const SIGMA_MAX = 2;

/** Allowed difference of the measured order from the declared one, with 32 steps at most. */
const ORDER_ERROR = 0.25;

/** Rounding of float32 values of magnitude 1 over some ten steps. */
const ROUNDING = 1e-5;

/** Least error from which an order is measured; the rounding of float32 is a few percent of it. */
const RESOLVED = 1e-5;

const [BATCH, HEIGHT, WIDTH, CHANNELS] = [2, 2, 3, 1];

/** `steps` equal steps in σ from `sigmaMax` to 0. */
function evenSigmas(steps: number, sigmaMax: number): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => sigmaMax * (1 - i / steps));
}

/** Steps of the reference solution, whose error is below 1e-9. */
const REFERENCE_STEPS = 1000;

/**
 * The solution at σ = 0 of dy/dσ = (y − D)/σ for one frame, by the classical Runge–Kutta method in
 * float64. With u = y − MEAN and v = VARIANCE + σ², the right side is (σ/v)(u − HALF·tanh(HALF·u/v)).
 */
function exactSolution(start: number, sigmaMax: number): number {
  const slope = (u: number, sigma: number) => {
    const v = VARIANCE + sigma ** 2;
    return sigma / v * (u - HALF * Math.tanh(HALF * u / v));
  };
  const h = -sigmaMax / REFERENCE_STEPS;
  let u = start - MEAN;
  for (let i = 0; i < REFERENCE_STEPS; i++) {
    const sigma = sigmaMax + i * h;
    const k1 = slope(u, sigma);
    const k2 = slope(u + h / 2 * k1, sigma + h / 2);
    const k3 = slope(u + h / 2 * k2, sigma + h / 2);
    const k4 = slope(u + h * k3, sigma + h);
    u += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return u + MEAN;
}

/** Initial values σ·n, different in every pixel, sample and frame. */
function startValues(length: number, sigma: number, batch = BATCH): Float32Array {
  return createRng(8).normals(batch * length * HEIGHT * WIDTH * CHANNELS)
    .map((value) => value * sigma);
}

/**
 * The exact denoiser: the posterior mean E[x0 | y] of an x0 that all L frames share. With
 * u = mean(y) − MEAN, n = σ²/L and v = VARIANCE + n, it is MEAN + (VARIANCE/v)·u +
 * (n/v)·HALF·tanh(HALF·u/v).
 */
function posteriorMean(y: Sequence, levels: readonly NoiseLevel[]): Promise<Images> {
  const perItem = (value: (n: number) => number) =>
    tf.tensor4d(levels.map(({ sigma }) => value(sigma ** 2 / y.shape[1])), [
      levels.length,
      1,
      1,
      1,
    ]);
  return execute(() => {
    const u = tf.sub(tf.mean(y as never, 1), MEAN);
    const near = tf.mul(u, perItem((n) => VARIANCE / (VARIANCE + n)));
    const side = tf.tanh(tf.mul(u, perItem((n) => HALF / (VARIANCE + n))));
    const pull = tf.mul(side, perItem((n) => HALF * n / (VARIANCE + n)));
    return tf.add(tf.add(near, pull), MEAN) as Images;
  });
}

/**
 * Registers the tests of a sampler.
 *
 * @param name Name of the sampler in the tests' names.
 * @param make Makes the sampler.
 * @param contract Properties that it declares.
 */
export function testSampler(
  name: string,
  make: () => Sampler,
  {
    order,
    timesteps = { sigmas: (steps) => evenSigmas(steps, SIGMA_MAX) },
    engine = "wasm",
  }: SamplerContract = {},
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

  /** Samples from given values and records draws and steps. */
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
    assert(!start.isDisposed, "the caller owns start");
    assertEquals(await readTensor(start), values, "the start must not change");
    assertEquals(steps, Array.from({ length: sigmas.length - 1 }, (_, i) => i));
    assertEquals(draws, draws.map((_, i) => i), "draws are numbered 0, 1, 2, …");
    const out = await readTensor(result);
    assert(out.every(Number.isFinite));
    tf.dispose([start, result]);
    return { out, draws };
  }

  test("returns the image on which every level agrees", async () => {
    const image = createRng(4).normals(BATCH * HEIGHT * WIDTH * CHANNELS);
    const length = 2;
    const { out } = await run(startValues(length, 80), {
      length,
      sigmas: evenSigmas(5, 80),
      denoise: () => execute(() => tf.tensor4d(image, [BATCH, HEIGHT, WIDTH, CHANNELS])),
    });
    const each = HEIGHT * WIDTH * CHANNELS;
    // The state starts at 80, where the rounding of float32 is of the order of 1e-5.
    out.forEach((value, i) => {
      const wanted = image[Math.floor(i / each / length) * each + i % each]!;
      assert(Math.abs(value - wanted) < 1e-4, `${value} for ${wanted}`);
    });
  });

  test("samples each item of a batch independently", async () => {
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

  test("is deterministic given its noise", async () => {
    const sigmas = evenSigmas(4, SIGMA_MAX);
    const first = await run(startValues(2, SIGMA_MAX), { length: 2, sigmas });
    assertEquals(await run(startValues(2, SIGMA_MAX), { length: 2, sigmas }), first);
  });

  /** Samples with a denoiser that throws at a call, or an `onStep` that throws at a step. */
  async function runFailing(at: { readonly call?: number; readonly step?: number }) {
    const shape = [BATCH, 2, HEIGHT, WIDTH, CHANNELS] as Sequence["shape"];
    const start = tf.tensor5d(startValues(2, SIGMA_MAX), shape);
    const failure = new Error("failed on purpose");
    let calls = 0;
    const sampling = make().sample({
      schedule: rational({ alpha: 1 }),
      sigmas: evenSigmas(5, SIGMA_MAX),
      denoise: (y, levels) =>
        ++calls === at.call ? Promise.reject(failure) : posteriorMean(y, levels),
      start,
      noise: () => tf.tensor5d(startValues(2, 1), shape),
      onStep: ({ index }) => {
        if (index === at.step) throw failure;
      },
    });
    const error = await assertRejects(() => sampling);
    assert(error === failure, `the error must pass through, got ${error}`);
    assert(!start.isDisposed, "the caller owns start");
    start.dispose();
  }

  test("disposes its tensors where the denoiser or onStep throws", async () => {
    // The fourth evaluation is the corrector's in a sampler that makes two per step.
    for (const call of [1, 3, 4]) await runFailing({ call });
    for (const step of [0, 4]) await runFailing({ step });
  });

  if (order === undefined) return;

  test("draws no noise", async () => {
    const { draws } = await run(startValues(1, SIGMA_MAX), { sigmas: evenSigmas(4, SIGMA_MAX) });
    assertEquals(draws, []);
  });

  test(`converges with order ${order} for an x0 of two normals`, async () => {
    const errors: number[] = [];
    for (const steps of [4, 8, 16, 32]) {
      const sigmas = timesteps.sigmas(steps);
      const values = startValues(1, sigmas[0]!);
      const { out } = await run(values, { sigmas });
      errors.push(
        Math.max(...out.map((value, i) => Math.abs(value - exactSolution(values[i]!, sigmas[0]!)))),
      );
    }
    // The order shows in the finest pair of grids whose errors are far above float32 rounding.
    const last = errors.findLastIndex((error) => error > RESOLVED);
    assert(last > 0, `float32 must resolve the error of two grids, got ${errors}`);
    const slope = Math.log2(errors[last - 1]! / errors[last]!);
    assert(Math.abs(slope - order) < ORDER_ERROR, `measured order ${slope} from ${errors}`);
  });
}
