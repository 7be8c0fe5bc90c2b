/** Fast samplers: contract, order of convergence, the updates of their papers, few steps, errors. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRng, OptionsError } from "../../core/mod.ts";
import { execute, type Images, readTensor, type Sequence, tf } from "../../engine/mod.ts";
import {
  abm2,
  ancestral,
  consistency,
  dpmpp2m,
  dpmpp2mSde,
  type LinearSampler,
  unipc,
} from "../../samplers/mod.ts";
import {
  constant,
  exponential as exponentialSchedule,
  flow,
  i2sb,
  irSde,
  noiseLevelAtSigma,
  ouBridge,
  power,
  rational,
  rddm,
  resShift,
  type Schedule,
} from "../../schedules/mod.ts";
import { exponential, karras, linear, type Timesteps } from "../../timesteps/mod.ts";
import { type ModelConfig, resolveCard } from "../../model/mod.ts";
import { testSampler } from "../contracts/mod.ts";
import { assertClose, testOn } from "../engines.ts";
import { MONO } from "../model/small.ts";
import { runLinear, solveTwoNormals, twoNormals, type Values } from "./float64.ts";

const geometric = exponential({ sigmaMin: 0.005, sigmaMax: 2 });

testSampler("dpmpp2m()", () => dpmpp2m(), { order: 2, timesteps: geometric });
testSampler("unipc()", () => unipc(), { order: 3, timesteps: geometric });
testSampler("unipc({ order: 1 })", () => unipc({ order: 1 }), { order: 2, timesteps: geometric });
testSampler("abm2()", () => abm2(), { order: 2, timesteps: geometric });
testSampler("abm2() without its corrector", () => abm2({ corrector: false }), { order: 2 });
testSampler("ancestral({ eta: 0 })", () => ancestral({ eta: 0 }), { order: 1 });
testSampler("dpmpp2mSde()", () => dpmpp2mSde());
testSampler("ancestral()", () => ancestral());
testSampler("ancestral() of additive noise", () => ancestral({ transition: "additive" }));
testSampler("consistency()", () => consistency());

const START = Float64Array.of(-2.1, -0.7, 0.35, 1.1, 2.4);

/** Largest error at the last σ > 0 against the exact solution there, over five pixels. */
function errorOf(
  sampler: LinearSampler,
  { schedule, sigmas }: { readonly schedule: Schedule; readonly sigmas: readonly number[] },
): number {
  const levels = sigmas.map((sigma) => noiseLevelAtSigma(schedule, sigma));
  const start = START.map((value) => value * sigmas[0]!);
  const end = runLinear(sampler.method, { levels, denoise: twoNormals, start }).at(-1)!;
  return Math.max(
    ...start.map((value, p) => Math.abs(end[p]! - solveTwoNormals(value, sigmas[0]!))),
  );
}

/** Measured to this, from the finest two of four grids. */
const ORDER_ERROR = 0.2;

const ORDERS: readonly (readonly [string, LinearSampler, number, Timesteps])[] = [
  ["dpmpp2m() in ln σ", dpmpp2m(), 2, exponential({ sigmaMin: 1e-4, sigmaMax: 10 })],
  [
    "unipc() of order 1 in ln σ",
    unipc({ order: 1 }),
    2,
    exponential({
      sigmaMin: 1e-4,
      sigmaMax: 10,
    }),
  ],
  ["unipc() of order 2 in ln σ", unipc(), 3, exponential({ sigmaMin: 1e-4, sigmaMax: 10 })],
  [
    "unipc() of order 2, bh1",
    unipc({ variant: "bh1" }),
    3,
    exponential({
      sigmaMin: 1e-4,
      sigmaMax: 10,
    }),
  ],
  [
    "unipc() of order 3 in ln σ",
    unipc({ order: 3 }),
    // The first step is of order 1, whose local error of order 3 remains.
    3,
    exponential({
      sigmaMin: 1e-5,
      sigmaMax: 2,
    }),
  ],
  ["abm2() in σ", abm2(), 2, linear({ sigmaMin: 1e-9, sigmaMax: 2 })],
  ["Adams–Bashforth in σ", abm2({ corrector: false }), 2, linear({ sigmaMin: 1e-9, sigmaMax: 2 })],
  [
    "ancestral({ eta: 0 }) in σ",
    ancestral({ eta: 0 }),
    1,
    linear({
      sigmaMin: 1e-9,
      sigmaMax: 2,
    }),
  ],
];

for (const [name, sampler, order, timesteps] of ORDERS) {
  Deno.test(`${name} converges with order ${order} in float64`, () => {
    const errors = [50, 100, 200, 400].map((steps) => {
      // Without the step to 0, which is of first order and vanishes with σ_min.
      const sigmas = timesteps.sigmas(steps).slice(0, -1);
      const levels = sigmas.map((sigma) => noiseLevelAtSigma(rational(), sigma));
      const start = START.map((value) => value * sigmas[0]!);
      const end = runLinear(sampler.method, { levels, denoise: twoNormals, start }).at(-1)!;
      return Math.max(...start.map((value, p) => {
        const exact = solveTwoNormals(value, sigmas[0]!);
        // From σ_min to 0 the solution moves by σ_min²/2 times its slope, below the errors here.
        return Math.abs(end[p]! - exact);
      }));
    });
    const slope = Math.log2(errors[2]! / errors[3]!);
    assertAlmostEquals(slope, order, ORDER_ERROR, `errors ${errors}`);
  });
}

Deno.test("unipc() applies its corrector: order p becomes p + 1", () => {
  const { predict, memory } = unipc({ order: 2 }).method;
  const without = { memory, predict };
  const errors = [100, 200].map((steps) => {
    const sigmas = exponential({ sigmaMin: 1e-4, sigmaMax: 10 }).sigmas(steps);
    const levels = sigmas.map((sigma) => noiseLevelAtSigma(rational(), sigma));
    const start = START.map((value) => value * sigmas[0]!);
    const end = runLinear(without, { levels, denoise: twoNormals, start }).at(-1)!;
    return Math.max(...start.map((v, p) => Math.abs(end[p]! - solveTwoNormals(v, sigmas[0]!))));
  });
  assertAlmostEquals(Math.log2(errors[0]! / errors[1]!), 2, ORDER_ERROR);
});

/** Mean and variance of y that a method gives a Gaussian x0 ~ N(0, 1), where D = y/(1 + σ²). */
function moments(sampler: LinearSampler, sigmas: readonly number[]): number {
  const levels = sigmas.map((sigma) => noiseLevelAtSigma(rational(), sigma));
  const denoise = (y: Values, { sigma }: { readonly sigma: number }) =>
    y.map((value) => value / (1 + sigma ** 2));
  // The result is linear in the start and in every draw: unit vectors give the coefficients.
  const draws = levels.length - 1;
  const run = (which: number) =>
    runLinear(sampler.method, {
      levels,
      denoise,
      start: Float64Array.of(which < 0 ? 1 : 0),
      noise: (draw) => Float64Array.of(draw === which ? 1 : 0),
    }).at(-1)![0]!;
  // The start is x0 + σ·n.
  let variance = run(-1) ** 2 * (1 + sigmas[0]! ** 2);
  for (let draw = 0; draw < draws; draw++) variance += run(draw) ** 2;
  return variance;
}

const STOCHASTIC: readonly (readonly [string, LinearSampler, number])[] = [
  ["ancestral()", ancestral(), 1],
  ["ancestral() of additive noise", ancestral({ transition: "additive" }), 1],
  ["dpmpp2mSde()", dpmpp2mSde(), 2],
];

for (const [name, sampler, order] of STOCHASTIC) {
  Deno.test(`${name} has the variance of a Gaussian x0, with weak order ${order}`, () => {
    const errors = [32, 64, 128].map((steps) => {
      const sigmas = exponential({ sigmaMin: 1e-4, sigmaMax: 10 }).sigmas(steps);
      return Math.abs(moments(sampler, sigmas) - 1);
    });
    assertAlmostEquals(Math.log2(errors[1]! / errors[2]!), order, ORDER_ERROR, `${errors}`);
  });
}

Deno.test("dpmpp2mSde({ eta: 0 }) is dpmpp2m(), and ancestral() dpmpp2mSde() of one step", () => {
  const levels = [4, 1.5, 0.3, 0].map((sigma) => noiseLevelAtSigma(rational(), sigma));
  const interval = { at: levels[1]!, next: levels[2]!, past: [levels[0]!] };
  const still = dpmpp2mSde({ eta: 0 }).method.predict(interval);
  const wanted = dpmpp2m().method.predict(interval);
  [...still.states, ...still.denoised].forEach((value, i) =>
    assertAlmostEquals(value, [...wanted.states, ...wanted.denoised][i]!, 1e-15)
  );
  assertEquals(still.noise, 0);
  const first = { at: levels[0]!, next: levels[1]!, past: [] };
  const sde = dpmpp2mSde().method.predict(first);
  const posterior = ancestral().method.predict(first);
  assertAlmostEquals(sde.states[0]!, posterior.states[0]!, 1e-15);
  assertAlmostEquals(sde.denoised[0]!, posterior.denoised[0]!, 1e-15);
  assertAlmostEquals(sde.noise!, posterior.noise!, 1e-15);
});

// The papers' updates for x = α·x0 + std·ε without a mean, where μ = 0: y = x/α.
const cosine: Schedule = {
  sigma: Math.tan,
  sigmaDot: (t) => 1 / Math.cos(t) ** 2,
  sigmaInverse: Math.atan,
  s: Math.cos,
  sDot: (t) => -Math.sin(t),
};
const ANGLES = [1.4, 1.1, 0.7, 0.3];
const X0 = Float64Array.of(1.3, -0.4);

/** α, σ and λ of the papers at an angle. */
const vp = (t: number) => ({
  alpha: Math.cos(t),
  sigma: Math.sin(t),
  lambda: Math.log(Math.cos(t) / Math.sin(t)),
});

/** States x of a sampler on the cosine process, and D at each of its points. */
function runCosine(sampler: LinearSampler) {
  const ds: Values[] = [];
  const levels = ANGLES.map((t) => noiseLevelAtSigma(cosine, Math.tan(t)));
  const states = runLinear(sampler.method, {
    levels,
    start: X0.map((x) => x / Math.cos(ANGLES[0]!)),
    denoise: (y, level) => {
      const d = twoNormals(y, level);
      ds.push(d);
      return d;
    },
  });
  return { xs: states.map((y, i) => y.map((value) => value * levels[i]!.s)), ds };
}

Deno.test("dpmpp2m() is the update of DPM-Solver++ (Alg. 2) with α, σ and λ", () => {
  const { xs, ds } = runCosine(dpmpp2m());
  for (const i of [1, 2]) {
    const [before, from, to] = [vp(ANGLES[i - 1]!), vp(ANGLES[i]!), vp(ANGLES[i + 1]!)];
    const h = to.lambda - from.lambda;
    const r = (from.lambda - before.lambda) / h;
    xs[i]!.forEach((x, p) => {
      const d = (1 + 1 / (2 * r)) * ds[i]![p]! - 1 / (2 * r) * ds[i - 1]![p]!;
      const wanted = to.sigma / from.sigma * x - to.alpha * (Math.exp(-h) - 1) * d;
      assertAlmostEquals(xs[i + 1]![p]!, wanted, 1e-12);
    });
  }
});

Deno.test("unipc() is UniP-2 and UniC-2 of UniPC's paper with α, σ and λ", () => {
  const { xs, ds } = runCosine(unipc());
  const [before, from, to] = [vp(ANGLES[0]!), vp(ANGLES[1]!), vp(ANGLES[2]!)];
  const h = to.lambda - from.lambda;
  const r1 = (before.lambda - from.lambda) / h;
  const b = Math.exp(-h) - 1;
  // φ_1 and φ_2 of the corrector's two conditions, solved by Cramer's rule for r = r1 and 1.
  const phi2 = b / -h - 1;
  const phi3 = phi2 / -h - 0.5;
  const [right1, right2] = [phi2 / b, 2 * phi3 / b];
  const a1 = (right1 - right2) / (1 - r1);
  const a2 = (right2 - r1 * right1) / (1 - r1);
  X0.forEach((_, p) => {
    const base = to.sigma / from.sigma * xs[1]![p]! - to.alpha * b * ds[1]![p]!;
    const d1 = (ds[0]![p]! - ds[1]![p]!) / r1;
    const predicted = base - to.alpha * b * 0.5 * d1;
    // D at the predicted point is the third evaluation.
    const at = { ...noiseLevelAtSigma(cosine, Math.tan(ANGLES[2]!)) };
    const [d] = twoNormals(Float64Array.of(predicted / to.alpha), at);
    assertAlmostEquals(ds[2]![p]!, d!, 1e-12);
    const corrected = base - to.alpha * b * (a1 * d1 + a2 * (d! - ds[1]![p]!));
    assertAlmostEquals(xs[2]![p]!, corrected, 1e-12);
  });
});

Deno.test("abm2() without its corrector is DEIS's Adams–Bashforth in ρ = σ/α with ε", () => {
  const { xs, ds } = runCosine(abm2({ corrector: false }));
  const eps = (i: number, p: number) => {
    const { alpha, sigma } = vp(ANGLES[i]!);
    return (xs[i]![p]! - alpha * ds[i]![p]!) / sigma;
  };
  const rho = ANGLES.map((t) => Math.tan(t));
  for (const i of [1, 2]) {
    // ∫ of the linear interpolation of ε over [ρ_i, ρ_(i+1)].
    const [r0, r1, r2] = [rho[i - 1]!, rho[i]!, rho[i + 1]!];
    const behind = (r2 - r1) ** 2 / 2 / (r0 - r1);
    X0.forEach((_, p) => {
      const integral = eps(i, p) * (r2 - r1 - behind) + eps(i - 1, p) * behind;
      const wanted = Math.cos(ANGLES[i + 1]!) * (xs[i]![p]! / Math.cos(ANGLES[i]!) + integral);
      assertAlmostEquals(xs[i + 1]![p]!, wanted, 1e-12);
    });
  }
});

Deno.test("consistency() re-noises D to √(τ² − ε²), and ends at D", () => {
  const levels = [10, 2, 0].map((sigma) => noiseLevelAtSigma(rational(), sigma));
  const seen: Values[] = [];
  const states = runLinear(consistency({ sigmaMin: 0.5 }).method, {
    levels,
    start: X0,
    denoise: (y, level) => {
      seen.push(twoNormals(y, level));
      return seen.at(-1)!;
    },
    noise: () => Float64Array.of(0.3, -0.8),
  });
  states[1]!.forEach((value, p) =>
    assertAlmostEquals(value, seen[0]![p]! + Math.sqrt(4 - 0.25) * [0.3, -0.8][p]!, 1e-15)
  );
  assertEquals(states[2], seen[1]);
});

const SCHEDULES: Readonly<Record<string, Schedule>> = {
  "rational": rational(),
  "constant": constant(),
  "power": power({ p: 2 }),
  "exponential": exponentialSchedule(),
  "irSde": irSde({ lambda: 1 }),
  "resShift": resShift(),
  "rddm": rddm(),
  "flow": flow(),
  "i2sb": i2sb(),
  "ouBridge": ouBridge(),
};

for (const [name, schedule] of Object.entries(SCHEDULES)) {
  Deno.test(`${name}: fast samplers beat Euler's method at twenty steps of the same σ`, () => {
    const sigmas = karras({ sigmaMin: 0.01, sigmaMax: 50 }).sigmas(20);
    const first = errorOf(ancestral({ eta: 0 }), { schedule, sigmas });
    for (const fast of [dpmpp2m(), unipc(), abm2()]) {
      const error = errorOf(fast, { schedule, sigmas });
      assert(error < 0.4 * first, `${error} must be well below Euler's ${first}`);
      // The same steps in σ are the same steps in y, whatever the process.
      assertEquals(error, errorOf(fast, { schedule: rational(), sigmas }));
    }
  });
}

const SHAPE: Sequence["shape"] = [1, 2, 1, 3, 1];
const ALL: readonly (readonly [string, LinearSampler])[] = [
  ["dpmpp2m()", dpmpp2m()],
  ["dpmpp2mSde()", dpmpp2mSde()],
  ["unipc()", unipc()],
  ["unipc({ order: 3 })", unipc({ order: 3, variant: "bh1" })],
  ["abm2()", abm2()],
  ["ancestral()", ancestral()],
  ["consistency()", consistency()],
];

for (const [name, sampler] of ALL) {
  testOn("cpu", `${name} computes on tensors what its weights say`, async () => {
    const schedule = rational();
    const sigmas = [5, 2, 1, 0.4, 0.1, 0];
    const values = Float32Array.from(createRng(1).normals(6), (value) => 5 * value);
    const eps = (draw: number) => createRng(2).fork(draw).normals(6);
    /** D is the mean of the frames, shrunk. */
    const shrink = (sigma: number) => 1 / (1 + sigma ** 2);
    const start = tf.tensor5d(values, SHAPE);
    const result = await sampler.sample({
      schedule,
      sigmas,
      denoise: (y, [level]) =>
        execute(() => tf.mul(tf.mean(y as never, 1), shrink(level!.sigma)) as Images),
      start,
      noise: (draw) => tf.tensor5d(eps(draw), SHAPE),
    });
    const wanted = runLinear(sampler.method, {
      levels: sigmas.map((sigma) => noiseLevelAtSigma(schedule, sigma)),
      start: Float64Array.from(values),
      denoise: (y, { sigma }) => y.map((_, n) => shrink(sigma) * (y[n % 3]! + y[n % 3 + 3]!) / 2),
      noise: (draw) => Float64Array.from(eps(draw)),
    }).at(-1)!;
    assertClose(await readTensor(result), wanted, 1e-5);
    tf.dispose([start, result]);
  });
}

/** A card with given modules. */
const card = (modules: Readonly<Record<string, unknown>>) =>
  resolveCard({ ...MONO, ...modules } as ModelConfig);

Deno.test("bad samplings are OptionsErrors of the card, with path and reason", () => {
  const cases = [
    [{ sampler: { type: "unipc" }, steps: 1 }, "$.sampler", "at least 2"],
    [{ sampler: { type: "dpmpp2m" }, steps: 1 }, "$.sampler", "at least 2"],
    [{ sampler: { type: "abm2" }, steps: 1 }, "$.sampler", "euler"],
    [{ schedule: { type: "irSde" } }, "$.schedule", "ends at t = 1"],
    [{ timesteps: { type: "time" } }, "$.timesteps", "a process with an end"],
    [
      { schedule: { type: "i2sb" }, sampler: { type: "ancestral", transition: "additive" } },
      "$.sampler",
      "must rise with σ",
    ],
  ] as const;
  for (const [modules, path, reason] of cases) {
    const error = assertThrows(() => card(modules), OptionsError, reason);
    assertEquals(error.path, path);
  }
});
