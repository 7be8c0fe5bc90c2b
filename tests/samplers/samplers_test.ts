import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { OptionsError, Registry } from "../../core/mod.ts";
import { execute, type Images, readTensor, type Sequence, tf } from "../../engine/mod.ts";
import {
  euler,
  type EulerOptions,
  heun,
  samplers,
  type SamplingProblem,
} from "../../samplers/mod.ts";
import {
  constant,
  exponential,
  fromDrift,
  type NoiseLevel,
  noiseLevelAtSigma,
  power,
  rational,
  type Schedule,
} from "../../schedules/mod.ts";
import { karras } from "../../timesteps/mod.ts";
import { churnOf } from "../../samplers/churn.ts";
import { testSampler } from "../contracts/mod.ts";
import { assertClose, normals, testOn, testOnEngines } from "../engines.ts";

testSampler("euler()", () => euler(), { order: 1 });
testSampler("heun()", () => heun(), { order: 2 });
testSampler("euler() with churn", () => euler({ sChurn: 4, sNoise: 1.02 }));
testSampler("heun() with churn", () => heun({ sChurn: 4, sTmin: 0.5, sTmax: 1.5 }));

const [BATCH, LENGTH, HEIGHT, WIDTH, CHANNELS] = [2, 3, 2, 2, 2];
const SHAPE: Sequence["shape"] = [BATCH, LENGTH, HEIGHT, WIDTH, CHANNELS];
const FRAME = HEIGHT * WIDTH * CHANNELS;
const SIZE = BATCH * LENGTH * FRAME;

/** x0 ~ N(0.4, 0.25). */
const [MEAN, VARIANCE] = [0.4, 0.25];

/** E[x0 | y] of L frames whose noise is independent, in float64: D of one sample. */
function posterior(y: ArrayLike<number>, sigma: number, length: number): Float64Array {
  const weight = VARIANCE / (VARIANCE + sigma ** 2 / length);
  const each = y.length / length;
  return Float64Array.from({ length: each }, (_, i) => {
    let mean = 0;
    for (let l = 0; l < length; l++) mean += y[l * each + i]! / length;
    return weight * mean + (1 - weight) * MEAN;
  });
}

/** The same of a batch, on the engine. */
function denoise(y: Sequence, levels: readonly NoiseLevel[]): Promise<Images> {
  return execute(() => {
    const weight = levels.map(({ sigma }) => VARIANCE / (VARIANCE + sigma ** 2 / y.shape[1]));
    const w = tf.tensor4d(weight, [weight.length, 1, 1, 1]);
    const rest = tf.mul(tf.sub(tf.scalar(1), w), tf.scalar(MEAN));
    return tf.add(tf.mul(w, tf.mean(y as never, 1)), rest) as Images;
  });
}

/**
 * Alg. 2 in x̃, with μ, by loops: Eq. 19 for the churn, Eq. 11 in t for the step. Returns the
 * states x̃_i, of which the last is the image.
 */
function algorithm2(
  { schedule, sigmas, mu, churn: { sChurn = 0, sTmin = 0, sTmax = Infinity, sNoise = 1 } }: {
    readonly schedule: Schedule;
    readonly sigmas: readonly number[];
    readonly mu: ArrayLike<number>;
    readonly churn: EulerOptions;
  },
  start: ArrayLike<number>,
  noise: (draw: number) => ArrayLike<number>,
): Float64Array[] {
  const steps = sigmas.length - 1;
  const first = noiseLevelAtSigma(schedule, sigmas[0]!);
  let x = Float64Array.from({ length: SIZE }, (_, i) => start[i]! + first.k * mu[i]!);
  const states = [x];
  let draw = 0;
  for (let i = 0; i < steps; i++) {
    const level = noiseLevelAtSigma(schedule, sigmas[i]!);
    const churns = level.sigma >= sTmin && level.sigma <= sTmax && sChurn > 0;
    const hat = noiseLevelAtSigma(schedule, level.sigma * (1 + (churns ? sChurn / steps : 0)));
    if (churns) {
      const eps = noise(draw++);
      const scale = Math.sqrt(hat.sigma ** 2 - level.sigma ** 2) * sNoise;
      x = x.map((value, n) => value + (hat.k - level.k) * mu[n]! + scale * eps[n]!);
    }
    const next = noiseLevelAtSigma(schedule, sigmas[i + 1]!);
    const [sigmaDot, s, sDot] = [schedule.sigmaDot(hat.t), hat.s, schedule.sDot(hat.t)];
    const moved = new Float64Array(SIZE);
    for (let b = 0; b < BATCH; b++) {
      const [from, to] = [b * LENGTH * FRAME, (b + 1) * LENGTH * FRAME];
      const y = x.slice(from, to).map((value, n) => value - hat.k * mu[from + n]!);
      const d = posterior(y, hat.sigma, LENGTH);
      for (let n = from; n < to; n++) {
        const slope = -sDot / s ** 2 * mu[n]! -
          (d[(n - from) % FRAME]! + hat.k * mu[n]! - x[n]!) * sigmaDot / hat.sigma;
        moved[n] = x[n]! + slope * (next.t - hat.t);
      }
    }
    x = moved;
    states.push(x);
  }
  return states;
}

/** Every state y_i of a sampler, and the numbers of its draws. */
async function states(
  sampler: ReturnType<typeof euler>,
  { schedule, sigmas }: { readonly schedule: Schedule; readonly sigmas: readonly number[] },
) {
  const start = tf.tensor5d(normals(SIZE, "start").map((n) => n * sigmas[0]!), SHAPE);
  const draws: number[] = [];
  const ys: Float32Array[] = [];
  const levels: NoiseLevel[] = [];
  const result = await sampler.sample({
    schedule,
    sigmas,
    denoise: (y, given) => {
      levels.push(...given);
      return denoise(y, given);
    },
    start,
    noise: (draw) => {
      draws.push(draw);
      return tf.tensor5d(normals(SIZE, draw), SHAPE);
    },
    onStep: async ({ y }) => void ys.push(await readTensor(y)),
  });
  assertEquals(await readTensor(result), ys.at(-1), "the last state is the result");
  tf.dispose([start, result]);
  return { ys, draws, levels };
}

const mu = normals(SIZE, "mu");
const startOf = (sigmas: readonly number[]) => normals(SIZE, "start").map((n) => n * sigmas[0]!);
const noise = (draw: number) => normals(SIZE, draw);

/** Float32 states of magnitude σ·(a few) and of magnitude k·μ. */
const ROUNDING = 2e-6;

const published = karras({ sigmaMin: 0.001, sigmaMax: 100 }).sigmas(5);

const churns: Readonly<Record<string, { churn: EulerOptions; draws: number }>> = {
  "no churn": { churn: {}, draws: 0 },
  "γ = 1, beyond √2 − 1": { churn: { sChurn: 5, sNoise: 1.023 }, draws: 5 },
  "γ = 3": { churn: { sChurn: 15 }, draws: 5 },
  "S_tmax = 100 = σ_0": { churn: { sChurn: 5, sTmax: 100 }, draws: 5 },
  "S_tmax just below σ_0": { churn: { sChurn: 5, sTmax: 99.999 }, draws: 4 },
  "S_tmin at σ_2": { churn: { sChurn: 2, sTmin: published[2]! }, draws: 3 },
  "S_tmin just above σ_2": { churn: { sChurn: 2, sTmin: published[2]! * (1 + 1e-12) }, draws: 2 },
  "both bounds at σ_1 and σ_3": {
    churn: { sChurn: 2, sTmin: published[3]!, sTmax: published[1]! },
    draws: 3,
  },
};

const linear: Readonly<Record<string, Schedule>> = {
  "rational(α = 3)": rational({ alpha: 3 }),
  "constant, k = 0": constant(),
};

for (const [kind, schedule] of Object.entries(linear)) {
  for (const [what, { churn, draws: wanted }] of Object.entries(churns)) {
    testOn(
      "wasm",
      `euler() takes the steps of Alg. 2 in x̃: ${kind}, ${what}, L = 3, B = 2`,
      async () => {
        const sigmas = published;
        const plain = algorithm2({ schedule, sigmas, mu, churn }, startOf(sigmas), noise);
        const { ys, draws, levels } = await states(euler(churn), { schedule, sigmas });
        assertEquals(draws, Array.from({ length: wanted }, (_, i) => i));
        assertEquals(levels.length, BATCH * 5, "one level per sample and step");
        for (const [i, y] of ys.entries()) {
          const { k } = noiseLevelAtSigma(schedule, sigmas[i + 1]!);
          const x = Float64Array.from(y, (value, n) => value + k * mu[n]!);
          assertClose(x, plain[i + 1]!, 10 * ROUNDING, `step ${i}`);
        }
      },
    );
  }
}

testOnEngines("euler() with churn takes the steps of Alg. 2 on every engine", async () => {
  const churn = { sChurn: 5, sNoise: 1.023 };
  const schedule = rational({ alpha: 3 });
  const plain = algorithm2({ schedule, sigmas: published, mu, churn }, startOf(published), noise);
  const { ys } = await states(euler(churn), { schedule, sigmas: published });
  assertClose(ys.at(-1)!, plain.at(-1)!, 10 * ROUNDING);
});

testOn("wasm", "the network is asked at σ̂ with its k", async () => {
  const schedule = rational({ alpha: 3 });
  const churn = { sChurn: 5, sTmax: 50 };
  for (const sampler of [euler(churn), heun(churn)]) {
    const { levels } = await states(sampler, { schedule, sigmas: published });
    const asked = levels.filter((_, i) => i % BATCH === 0);
    const hats = published.slice(0, -1).map((sigma) => sigma * (sigma <= 50 ? 2 : 1));
    for (const hat of hats) {
      const level = asked.find(({ sigma }) => Math.abs(sigma - hat) < 1e-12 * hat);
      assert(level !== undefined, `σ̂ = ${hat} must be asked`);
      assertAlmostEquals(level.k, 3 * hat, 1e-9 * hat);
    }
  }
});

testOn(
  "wasm",
  "heun() without its correction is euler(), and with it is the trapezoid",
  async () => {
    const schedule = rational({ alpha: 2 });
    const sigmas = [4, 1.5, 0];
    const { ys: [first, last] } = await states(heun(), { schedule, sigmas });
    const start = startOf(sigmas);
    const step = (y: ArrayLike<number>, slopes: readonly Float64Array[], h: number) =>
      Float64Array.from(
        y,
        (value, n) => value + h * slopes.reduce((sum, slope) => sum + slope[n]!, 0) / slopes.length,
      );
    const slope = (y: ArrayLike<number>, sigma: number) => {
      const out = new Float64Array(SIZE);
      for (let b = 0; b < BATCH; b++) {
        const each = LENGTH * FRAME;
        const part = Array.from(y).slice(b * each, (b + 1) * each);
        const d = posterior(part, sigma, LENGTH);
        part.forEach((value, n) => out[b * each + n] = (value - d[n % FRAME]!) / sigma);
      }
      return out;
    };
    const d0 = slope(start, 4);
    const predicted = step(start, [d0], -2.5);
    const corrected = step(start, [d0, slope(predicted, 1.5)], -2.5);
    assertClose(first!, corrected, ROUNDING);
    assertClose(last!, step(corrected, [slope(corrected, 1.5)], -1.5), ROUNDING);
  },
);

/** The exact solution of dy/dσ = (y − D)/σ for L = 1 at σ = 0. */
function closedForm(start: ArrayLike<number>, sigma: number): Float64Array {
  const shrink = Math.sqrt(VARIANCE / (VARIANCE + sigma ** 2));
  return Float64Array.from(start, (value) => MEAN + (value - MEAN) * shrink);
}

const curved: Readonly<Record<string, Schedule>> = {
  "exponential(θ = 1)": exponential({ theta: 1 }),
  "power(p = 2, q = 1)": power({ p: 2, q: 1 }),
};

for (const [kind, schedule] of Object.entries(curved)) {
  testOn("cpu", `euler() in y and Eq. 11 in x̃ reach the same closed form: ${kind}`, async () => {
    // One frame per pixel: every value is a problem of its own with its own μ.
    const sigmaMax = 2;
    const count = 16;
    const start = normals(count, "start").map((n) => n * sigmaMax);
    const wanted = closedForm(start, sigmaMax);
    const errors = { y: [] as number[], x: [] as number[] };
    const counts = [16, 32, 64, 128];
    for (const steps of counts) {
      const sigmas = Array.from({ length: steps + 1 }, (_, i) => sigmaMax * (1 - i / steps));
      const tensor = tf.tensor5d(start, [1, 1, 1, count, 1]) as Sequence;
      const problem: SamplingProblem = {
        schedule,
        sigmas,
        denoise,
        start: tensor,
        noise: () => assert(false, "no churn, no noise") as never,
      };
      const result = await euler().sample(problem);
      const y = await readTensor(result);
      tf.dispose([tensor, result]);
      let x = Float64Array.from(
        start,
        (value, n) => value + noiseLevelAtSigma(schedule, sigmaMax).k * mu[n]!,
      );
      for (let i = 0; i < steps; i++) {
        const { t, s, k, sigma } = noiseLevelAtSigma(schedule, sigmas[i]!);
        const dt = noiseLevelAtSigma(schedule, sigmas[i + 1]!).t - t;
        const rate = schedule.sigmaDot(t) / sigma;
        x = x.map((value, n) => {
          const [d] = posterior([value - k * mu[n]!], sigma, 1);
          const slope = -schedule.sDot(t) / s ** 2 * mu[n]! - (d! + k * mu[n]! - value) * rate;
          return value + slope * dt;
        });
      }
      const most = (values: ArrayLike<number>) =>
        Math.max(...Array.from(values, (value, n) => Math.abs(value - wanted[n]!)));
      errors.y.push(most(y));
      errors.x.push(most(x));
    }
    for (const form of ["y", "x"] as const) {
      const slope = Math.log2(errors[form][2]! / errors[form][3]!);
      assertAlmostEquals(slope, 1, 0.25, `order in ${form} from ${errors[form]}`);
      assert(errors[form][3]! < 0.1, `${form} must come near: ${errors[form]}`);
    }
    counts.forEach((steps, i) =>
      assert(
        errors.y[i]! < errors.x[i]!,
        `y must be nearer at ${steps} steps: ${errors.y} and ${errors.x}`,
      )
    );
  });
}

/** σ(t)² = eᵗ − 1: the variance-preserving process dx = ½(μ − x)dt + dw. */
const variancePreserving = fromDrift({ f: () => 0.5, g: () => 1 });

/** s(t) = cos t, σ(t) = tan t: EDM's variance-preserving s of σ, with a pole of σ at t = π/2. */
const cosine: Schedule = {
  sigma: Math.tan,
  sigmaDot: (t) => 1 / Math.cos(t) ** 2,
  sigmaInverse: Math.atan,
  s: Math.cos,
  sDot: (t) => -Math.sin(t),
};

const curvedSigma = { "σ² = eᵗ − 1": variancePreserving, "σ = tan t": cosine };

for (const [kind, schedule] of Object.entries(curvedSigma)) {
  testOn("wasm", `samplers take the same steps for ${kind} as for σ = t`, async () => {
    for (const sampler of [euler(), heun(), euler({ sChurn: 5 })]) {
      const { ys } = await states(sampler, { schedule, sigmas: published });
      const wanted = await states(sampler, { schedule: rational(), sigmas: published });
      assertEquals(ys, wanted.ys);
    }
  });

  testOn("wasm", `the last step ends at D for ${kind}`, async () => {
    const sigmas = [0.7, 0];
    for (const sampler of [euler(), heun()]) {
      const { ys: [last] } = await states(sampler, { schedule, sigmas });
      const start = startOf(sigmas);
      const each = LENGTH * FRAME;
      for (let b = 0; b < BATCH; b++) {
        const d = posterior(start.slice(b * each, (b + 1) * each), 0.7, LENGTH);
        const wanted = Float64Array.from({ length: each }, (_, n) => d[n % FRAME]!);
        assertClose(last!.slice(b * each, (b + 1) * each), wanted, ROUNDING);
      }
    }
  });
}

testOn(
  "cpu",
  "onStep() is awaited before the next network call, and sees the step's tensors",
  async () => {
    const sigmas = [3, 1, 0.2, 0];
    for (const [sampler, calls] of [[euler(), 1], [heun(), 2]] as const) {
      const events: string[] = [];
      const start = tf.tensor5d(normals(SIZE, "start"), SHAPE);
      const result = await sampler.sample({
        schedule: rational(),
        sigmas,
        denoise: (y, levels) => {
          events.push(`network ${levels[0]!.sigma}`);
          return denoise(y, levels);
        },
        start,
        noise: () => assert(false, "no churn, no noise") as never,
        onStep: async ({ index, steps, level, next, denoised, y }) => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          assert(!denoised.isDisposed && !y.isDisposed);
          events.push(`step ${index}/${steps} ${level.sigma} ${next.sigma}`);
        },
      });
      const wanted = calls === 1
        ? [
          "network 3",
          "step 0/3 3 1",
          "network 1",
          "step 1/3 1 0.2",
          "network 0.2",
          "step 2/3 0.2 0",
        ]
        : [
          ...["network 3", "network 1", "step 0/3 3 1", "network 1", "network 0.2"],
          ...["step 1/3 1 0.2", "network 0.2", "step 2/3 0.2 0"],
        ];
      assertEquals(events, wanted);
      tf.dispose([start, result]);
    }
  },
);

Deno.test("churn options that are undefined have their defaults", () => {
  const given = { sChurn: 5, sTmin: undefined, sTmax: undefined, sNoise: undefined };
  for (const sigma of [0, 1e-300, 2, 1e100]) {
    const { sigmaHat, noiseScale } = churnOf(sigma, { ...given, steps: 5 });
    assertEquals([sigmaHat, noiseScale], [2 * sigma, Math.sqrt(4 * sigma ** 2 - sigma ** 2)]);
  }
  assertEquals(churnOf(2, { sChurn: undefined, steps: 5 }), { sigmaHat: 2, noiseScale: 0 });
});

Deno.test("the catalog entries of samplers refuse bad options with their path", () => {
  const registry = new Registry({ sampler: samplers });
  assertEquals(registry.read("sampler", { type: "euler" }), {
    type: "euler",
    sChurn: 0,
    sTmin: 0,
    sTmax: Infinity,
    sNoise: 1,
  });
  for (
    const [option, value] of [["sChurn", -1], ["sTmin", NaN], ["sTmax", -1], ["gamma", 1]] as const
  ) {
    const error = assertThrows(
      () => registry.read("sampler", { type: "heun", [option]: value }),
      OptionsError,
    );
    assertEquals(error.path, `$.sampler.${option}`);
  }
});
