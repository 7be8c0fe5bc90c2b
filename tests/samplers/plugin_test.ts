/** Samplers written as a plugin would: a step for integrate(), and the contract suite. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { execute, readTensor, type Sequence, stepTowards, tf } from "../../engine/mod.ts";
import { drift, integrate, type Sampler, type SamplingMethod } from "../../samplers/mod.ts";
import { noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import { exponential } from "../../timesteps/mod.ts";
import { testSampler } from "../contracts/mod.ts";
import { testOn } from "../engines.ts";

/** DPM-Solver++(2M) (Lu et al. 2022, Alg. 2): second order in ln σ, one evaluation per step. */
function twoStep(): Sampler {
  const method: SamplingMethod = {
    memory: 1,
    step: ({ at, next, past: [last], compute }) =>
      compute(() => {
        // y ← (σ'/σ)·y + (1 − σ'/σ)·((1 + 1/2r)·D − (1/2r)·D₋₁) with r = h₋₁/h, h = ln(σ/σ')
        const ratio = next.sigma / at.level.sigma;
        const back = last === undefined || ratio === 0
          ? 0
          : Math.log(ratio) / Math.log(at.level.sigma / last.level.sigma) / 2;
        const ahead = tf.mul(at.denoised, 1 + back);
        const denoised = tf.sub(ahead, tf.mul((last ?? at).denoised, back)) as typeof at.denoised;
        return stepTowards(at.y, denoised, tf.scalar(ratio - 1));
      }),
  };
  return { sample: (problem) => integrate(problem, method) };
}

/** y ← y + Δσ·((1 − 1/2a)·d₁ + (1/2a)·d₂), where d₂ is the drift at y + a·Δσ·d₁. */
function explicitTwoStage(a: number): Sampler {
  const method: SamplingMethod = {
    step: async ({ schedule, at, next, evaluate, compute }) => {
      const h = next.sigma - at.level.sigma;
      const ahead = await compute(() => tf.add(at.y, tf.mul(drift(at), a * h)) as Sequence);
      const then = await evaluate(ahead, noiseLevelAtSigma(schedule, at.level.sigma + a * h));
      return await compute(() => {
        const first = tf.mul(drift(at), h * (1 - 1 / (2 * a)));
        return tf.add(at.y, tf.add(first, tf.mul(drift(then), h / (2 * a)))) as Sequence;
      });
    },
  };
  return { sample: (problem) => integrate(problem, method) };
}

testSampler("a plugin of the explicit midpoint method", () => explicitTwoStage(1 / 2), {
  order: 2,
});
testSampler("a plugin of Ralston's method", () => explicitTwoStage(2 / 3), { order: 2 });

// Equal steps in σ grow without bound in ln σ, so the grid decides the order that is measured.
testSampler("a two-step plugin on a geometric grid", twoStep, {
  order: 2,
  timesteps: exponential({ sigmaMin: 0.005, sigmaMax: 2 }),
});
testSampler("a two-step plugin on an even grid", twoStep, { order: 1.5 });

const SHAPE: Sequence["shape"] = [1, 2, 1, 2, 1];
const [FIRST, SECOND] = [[3, -1, 2, 5], [0.5, 1]];

testOn(
  "cpu",
  "integrate() hands a step at most `memory` previous points, latest first",
  async () => {
    for (const memory of [0, 1, 2]) {
      const start = tf.tensor5d(FIRST, SHAPE);
      const seen: number[][] = [];
      const result = await integrate({
        schedule: rational(),
        sigmas: [8, 4, 2, 1, 0],
        denoise: () => Promise.resolve(tf.tensor4d(SECOND, [1, 1, 2, 1])),
        start,
        noise: () => tf.zeros(SHAPE) as Sequence,
      }, {
        memory,
        step: ({ at, past, compute }) => {
          for (const { y, denoised } of past) assert(!y.isDisposed && !denoised.isDisposed);
          seen.push(past.map(({ level }) => level.sigma));
          return compute(() => tf.mul(at.y, tf.scalar(0.5)) as Sequence);
        },
      });
      assertEquals(seen, [[], [8], [4, 8], [2, 4, 8]].map((all) => all.slice(0, memory)));
      assertEquals(await readTensor(result), Float32Array.from(FIRST, (value) => value / 16));
      tf.dispose([start, result]);
    }
  },
);

testOn("cpu", "integrate() disposes the tensors of a step that throws", async () => {
  const start = tf.tensor5d(FIRST, SHAPE);
  const problem = {
    schedule: rational(),
    sigmas: [3, 2, 1, 0],
    denoise: () => Promise.resolve(tf.tensor4d(SECOND, [1, 1, 2, 1])),
    start,
    noise: () => tf.zeros(SHAPE) as Sequence,
  };
  const step: SamplingMethod["step"] = async ({ at, next, past, evaluate, compute }) => {
    const moved = await compute(() => tf.mul(at.y, tf.scalar(2)) as Sequence);
    if (past.length === 0) return moved;
    await evaluate(moved, next);
    throw new Error("no second step");
  };
  const sampling = integrate(problem, { step, memory: 1 });
  await assertRejects(() => sampling, Error, "no second step");
  start.dispose();
});

testOn("cpu", "drift() is (y − D)/σ with one D for all frames", async () => {
  const level = noiseLevelAtSigma(rational(), 4);
  const [y, denoised] = [tf.tensor5d(FIRST, SHAPE), tf.tensor4d(SECOND, [1, 1, 2, 1])];
  const found = await execute(() => drift({ level, y, denoised }));
  assertEquals(Array.from(await readTensor(found)), [2.5 / 4, -2 / 4, 1.5 / 4, 4 / 4]);
  tf.dispose([y, denoised, found]);
});
