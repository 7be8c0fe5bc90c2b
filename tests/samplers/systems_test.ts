/**
 * Three steps of the published sampler of each system, written out in its state x from the formulas of
 * its paper, against the same steps in y = x̃ − k·μ: on a Gaussian, where D is known, and on a small
 * network.
 */

import { assert, assertAlmostEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import {
  ancestral,
  consistency,
  dpmpp2m,
  dpmpp2mSde,
  type LinearSampler,
} from "../../samplers/mod.ts";
import {
  flow,
  i2sb,
  irSde,
  noiseLevel,
  ouBridge,
  rddm,
  resShift,
  type Schedule,
} from "../../schedules/mod.ts";
import { resShift as resShiftSteps } from "../../timesteps/mod.ts";
import { gaussian, network, runLinear, type Values } from "./float64.ts";

/** Agreement of states of magnitude 1. */
const EXACT = 1e-10;

/** Values of one pixel in a step of a paper. */
interface PaperStep {
  /** Time of the state and of the next one. */
  readonly t: number;
  readonly next: number;
  readonly x: number;
  /** The denoised value, D, which papers write as a prediction of x0. */
  readonly d: number;
  /** The previous step's time and D, if there is one. */
  readonly last?: { readonly t: number; readonly d: number };
  readonly mu: number;
  readonly eps: number;
}

/** A system: its process, the times of three steps and the update of its paper in x. */
interface System {
  readonly schedule: Schedule;
  readonly sampler: LinearSampler;
  readonly times: readonly [number, number, number, number];
  /** x at the first time. */
  readonly start: (mu: number, n: number) => number;
  readonly step: (step: PaperStep) => number;
}

const PIXELS = 5;
const normals = (name: string) =>
  Float64Array.from(createRng(3).fork(name).normals(PIXELS)) as Values;

/** 1 − 2⁻⁴⁰, the limit t → 1: its distance from 1 is exact in float64. */
const END = 1 - 2 ** -40;

// IR-SDE: θ̄ of the constant and of the linear θ, e^(−θ̄(1)) = 0.005.
const THETA = -Math.log(0.005);
const LAMBDA = 0.3;

/** IR-SDE's optimum reverse state, its mean, and the posterior's noise. */
function irSdeStep({ t, next, x, d, mu, eps }: PaperStep): number {
  const [now, then] = [THETA * t ** 2, THETA * next ** 2];
  const gained = now - then;
  const all = 1 - Math.exp(-2 * now);
  const before = 1 - Math.exp(-2 * then);
  const between = 1 - Math.exp(-2 * gained);
  return before / all * Math.exp(-gained) * (x - mu) +
    between / all * Math.exp(-then) * (d - mu) + mu +
    LAMBDA * Math.sqrt(before * between / all) * eps;
}

/** α, σ and λ = ln(α/σ) of MaRS for the same process. */
function mars(t: number) {
  const alpha = Math.exp(-THETA * t ** 2);
  const sigma = LAMBDA * Math.sqrt(1 - alpha ** 2);
  return { alpha, sigma, lambda: Math.log(alpha / sigma) };
}

/** MaRS, data prediction, probability flow, of order 2. */
function marsOde({ t, next, x, d, last, mu }: PaperStep): number {
  const [from, to] = [mars(t), mars(next)];
  const h = to.lambda - from.lambda;
  const r = last === undefined ? 1 : (from.lambda - mars(last.t).lambda) / h;
  const slope = last === undefined ? 0 : (d - last.d) / (2 * r);
  const gain = to.alpha * (1 - Math.exp(-h));
  const ratio = to.sigma / from.sigma;
  return ratio * x + mu * (1 - ratio - gain) + gain * (d + slope);
}

/** MaRS, data prediction, reverse SDE, of order 1 or 2. */
function marsSde(order: 1 | 2) {
  return ({ t, next, x, d, last, mu, eps }: PaperStep): number => {
    const [from, to] = [mars(t), mars(next)];
    const h = to.lambda - from.lambda;
    const slope = order === 1 || last === undefined
      ? 0
      : (d - last.d) / (2 * (from.lambda - mars(last.t).lambda) / h);
    const gain = to.alpha * (1 - Math.exp(-2 * h));
    const ratio = to.sigma / from.sigma * Math.exp(-h);
    return ratio * x + mu * (1 - ratio - gain) + gain * (d + slope) +
      to.sigma * Math.sqrt(1 - Math.exp(-2 * h)) * eps;
  };
}

/** ResShift: N(η'/η·x + α/η·x0, κ²·η'/η·α) with α = η − η'. */
function resShiftStep({ t: eta, next, x, d, eps }: PaperStep): number {
  const alpha = eta - next;
  return next / eta * x + alpha / eta * d + 2 * Math.sqrt(next / eta * alpha) * eps;
}

/** RDDM: residual and noise of the prediction, each taken back to the next time; η scales new noise. */
function rddmStep(eta: number) {
  const alphaBar = (t: number) => 1 - (1 - t) ** 2;
  const betaBar = (t: number) => 0.1 * t;
  return ({ t, next, x, d, mu, eps }: PaperStep): number => {
    const residual = mu - d;
    const noise = (x - d - alphaBar(t) * residual) / betaBar(t);
    const variance = eta * (betaBar(t) ** 2 - betaBar(next) ** 2) * betaBar(next) ** 2 /
      betaBar(t) ** 2;
    return x - (alphaBar(t) - alphaBar(next)) * residual -
      (betaBar(t) - Math.sqrt(betaBar(next) ** 2 - variance)) * noise + Math.sqrt(variance) * eps;
  };
}

/** InDI: δ/t·D + (1 − δ/t)·x, and (t − δ)√(ε²_{t−δ} − ε²_t)·n with ε_t = ε/√t. */
function inDiStep(epsilon: number) {
  return ({ t, next, x, d, eps }: PaperStep): number => {
    const delta = t - next;
    const added = next * Math.sqrt(Math.max(0, epsilon ** 2 / next - epsilon ** 2 / t));
    return delta / t * d + (1 - delta / t) * x + (next === 0 ? 0 : added * eps);
  };
}

/** A flow: Euler's step along the velocity that points from D to the state. */
function flowStep({ t, next, x, d }: PaperStep): number {
  const velocity = (x - d) / t;
  return x + (next - t) * velocity;
}

/** I2SB: the posterior of the Brownian bridge with variances σ_n² = b' and α_n² = b − b'. */
function i2sbStep({ t, next, x, d, eps }: PaperStep): number {
  const [sigma2, alpha2] = [0.5 * next, 0.5 * (t - next)];
  const all = sigma2 + alpha2;
  return alpha2 / all * d + sigma2 / all * x + Math.sqrt(sigma2 * alpha2 / all) * eps;
}

/** GOUB and UniDB: p(x' | x, x0, μ) by Bayes' rule from the transition and the marginal of x'. */
function bridgeStep(gamma: number) {
  const bar = (from: number, to: number) => THETA * (to ** 2 - from ** 2);
  const variance = (from: number, to: number) => -(LAMBDA ** 2) * Math.expm1(-2 * bar(from, to));
  const left = (t: number) => 1 / gamma + variance(t, 1);
  const weight = (t: number) => Math.exp(-bar(0, t)) * left(t) / left(0);
  // GOUB's σ̄²_t·σ̄²_{t:T}/σ̄²_T with the penalty in the last two.
  const spread2 = (t: number) => variance(0, t) * left(t) / left(0);
  return ({ t, next, x, d, mu, eps }: PaperStep): number => {
    const kept = Math.exp(-bar(next, t)) * left(t) / left(next);
    // What the process gains from t' to t.
    const gained = variance(next, t) * left(t) / left(next);
    const prior = weight(next) * d + (1 - weight(next)) * mu;
    const all = gained + kept ** 2 * spread2(next);
    const mean = prior + kept * spread2(next) / all * (x - kept * prior - (1 - kept) * mu);
    return mean + Math.sqrt(gained * spread2(next) / all) * eps;
  };
}

const linearTheta = irSde({ theta: "linear", lambda: LAMBDA });
const reverting = ancestral();
const additive = ancestral({ transition: "additive" });
const still = ancestral({ eta: 0 });
const etas = resShiftSteps().sigmas(4).map((sigma) => resShift().sigmaInverse(sigma));

const SYSTEMS: Readonly<Record<string, System>> = {
  "IR-SDE, optimum reverse state with the posterior's noise": {
    schedule: linearTheta,
    sampler: reverting,
    times: [1, 0.8, 0.5, 0.2],
    start: (mu, n) => mu + LAMBDA * n,
    step: irSdeStep,
  },
  "MaRS, ODE of order 2": {
    schedule: linearTheta,
    sampler: dpmpp2m(),
    times: [1, 0.8, 0.5, 0.2],
    start: (mu, n) => mu + LAMBDA * n,
    step: marsOde,
  },
  "MaRS, SDE of order 1": {
    schedule: linearTheta,
    sampler: reverting,
    times: [1, 0.8, 0.5, 0.2],
    start: (mu, n) => mu + LAMBDA * n,
    step: marsSde(1),
  },
  "MaRS, SDE of order 2": {
    schedule: linearTheta,
    sampler: dpmpp2mSde(),
    times: [1, 0.8, 0.5, 0.2],
    start: (mu, n) => mu + LAMBDA * n,
    step: marsSde(2),
  },
  "ResShift, on its own η": {
    schedule: resShift(),
    sampler: additive,
    times: [etas[0]!, etas[1]!, etas[2]!, etas[3]!],
    start: (mu, n) => mu + 2 * Math.sqrt(etas[0]!) * n,
    step: resShiftStep,
  },
  "RDDM, deterministic": {
    schedule: rddm(),
    sampler: still,
    times: [1 - 2 ** -20, 0.6, 0.3, 0],
    start: (mu, n) => mu + 0.1 * n,
    step: rddmStep(0),
  },
  "RDDM, η = 1": {
    schedule: rddm(),
    sampler: additive,
    times: [1 - 2 ** -20, 0.6, 0.3, 0],
    start: (mu, n) => mu + 0.1 * n,
    step: rddmStep(1),
  },
  "RDDM, η = 0.3": {
    schedule: rddm(),
    sampler: ancestral({ transition: "additive", eta: Math.sqrt(0.3) }),
    times: [1 - 2 ** -20, 0.6, 0.3, 0.1],
    start: (mu, n) => mu + 0.1 * n,
    step: rddmStep(0.3),
  },
  "InDI": {
    schedule: flow({ epsilon: 0.05 }),
    sampler: still,
    times: [END, 2 / 3, 1 / 3, 0],
    start: (mu, n) => mu + 0.05 * n,
    step: inDiStep(0),
  },
  "InDI with Brownian noise": {
    schedule: flow({ epsilon: 0.05, noise: "brownian" }),
    sampler: additive,
    times: [END, 2 / 3, 1 / 3, 0],
    start: (mu, n) => mu + 0.05 * n,
    step: inDiStep(0.05),
  },
  "OAR-Flow with noise": {
    schedule: flow({ epsilon: 0.1 }),
    sampler: still,
    times: [END, 0.75, 0.5, 0.25],
    start: (mu, n) => mu + 0.1 * n,
    step: flowStep,
  },
  "OAR-Flow without noise": {
    schedule: flow({ epsilon: 1e-6 }),
    sampler: still,
    times: [END, 0.75, 0.5, 0.25],
    start: (mu) => mu,
    step: flowStep,
  },
  "I2SB": {
    schedule: i2sb({ betaMin: 0.5, betaMax: 0.5 }),
    sampler: reverting,
    times: [END, 0.6, 0.3, 0],
    start: (mu) => mu,
    step: i2sbStep,
  },
  "GOUB": {
    schedule: ouBridge({ theta: "linear", lambda: LAMBDA }),
    sampler: reverting,
    times: [END, 0.7, 0.4, 0.1],
    start: (mu) => mu,
    step: bridgeStep(Infinity),
  },
  "UniDB": {
    schedule: ouBridge({ theta: "linear", lambda: LAMBDA, gamma: 50 }),
    sampler: reverting,
    times: [1, 0.7, 0.4, 0.1],
    start: (mu) => mu,
    step: bridgeStep(50),
  },
  "consistency sampling in x": {
    schedule: linearTheta,
    sampler: consistency(),
    times: [1, 0.8, 0.5, 0.2],
    start: (mu, n) => mu + LAMBDA * n,
    // The forward marginal at the next time with x0 = D.
    step: ({ next, d, mu, eps }) => {
      const { alpha, sigma } = mars(next);
      return alpha * d + (1 - alpha) * mu + sigma * eps;
    },
  },
};

const DENOISERS = { "a Gaussian": gaussian, "a small network": network };

for (const [name, { schedule, sampler, times, start, step }] of Object.entries(SYSTEMS)) {
  for (const [kind, makeDenoiser] of Object.entries(DENOISERS)) {
    Deno.test(`${name}: three steps on ${kind} are ours in y`, () => {
      const [mu, n] = [normals("mu"), normals("start")];
      const denoise = makeDenoiser(mu);
      const levels = times.map((t) => noiseLevel(schedule, t));
      const [first] = levels;
      const toX = (y: Values, i: number) =>
        y.map((value, p) => levels[i]!.s * (value + levels[i]!.k * mu[p]!));
      const toY = (x: Values, i: number) =>
        x.map((value, p) => (value - (1 - levels[i]!.s) * mu[p]!) / levels[i]!.s);
      // The paper's run in x.
      let x: Values = mu.map((value, p) => start(value, n[p]!));
      const states = [x];
      let last: { readonly t: number; readonly d: Values } | undefined;
      for (let i = 0; i < 3; i++) {
        const d = denoise(toY(x, i), levels[i]!);
        const eps = normals(`${i}`);
        const before = last;
        x = x.map((value, p) =>
          step({
            t: times[i]!,
            next: times[i + 1]!,
            x: value,
            d: d[p]!,
            last: before && { t: before.t, d: before.d[p]! },
            mu: mu[p]!,
            eps: eps[p]!,
          })
        );
        states.push(x);
        last = { t: times[i]!, d };
      }
      const y = runLinear(sampler.method, {
        levels,
        denoise,
        start: toY(states[0]!, 0),
        noise: (draw) => normals(`${draw}`),
      });
      assert(first!.sigma > 0);
      for (let i = 1; i <= 3; i++) {
        const found = toX(y[i]!, i);
        states[i]!.forEach((value, p) =>
          assertAlmostEquals(found[p]!, value, EXACT, `pixel ${p} after step ${i}`)
        );
      }
    });
  }
}
