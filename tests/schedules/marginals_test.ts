/**
 * Each schedule against the marginals of its paper, written out in the paper's own form, its SDE
 * (Eq. 3), and the contract suite.
 */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { meanReverting } from "../../precond/mod.ts";
import {
  flow,
  fromDrift,
  i2sb,
  irSde,
  noiseLevel,
  noiseLevelAtSigma,
  ouBridge,
  power,
  rational,
  rddm,
  resShift,
  type ReversionShape,
  type Schedule,
} from "../../schedules/mod.ts";
import { testSchedule } from "../contracts/mod.ts";

/** x(t) ~ N(x0Weight·x0 + muWeight·μ, std²). */
interface Marginal {
  readonly x0Weight: number;
  readonly muWeight: number;
  readonly std: number;
}

/** Agreement with the papers, absolute in the weights of x0 and μ and relative in the noise. */
const EXACT = 1e-10;

/** ∫₀ᵗ f by Simpson's rule on 4000 intervals, whose error is below 1e-12 for these θ and β. */
function simpson(f: (t: number) => number, from: number, to: number): number {
  const count = 4000;
  const h = (to - from) / count;
  let sum = f(from) + f(to);
  for (let i = 1; i < count; i++) sum += f(from + i * h) * (i % 2 === 1 ? 4 : 2);
  return sum * h / 3;
}

/** The three θ(t) of IR-SDE, before they are scaled to θ̄(1) = −ln δ. */
const SHAPES: Readonly<Record<ReversionShape, (t: number) => number>> = {
  constant: () => 1,
  linear: (t) => t,
  cosine: (t) => {
    const squared = (u: number) => Math.cos((u + 0.008) / 1.008 * Math.PI / 2) ** 2;
    return 1 - squared(t) / squared(0);
  },
};

/** θ̄ between two times with e^(−θ̄(0, 1)) = δ. */
function thetaBar(shape: ReversionShape, delta: number) {
  const theta = SHAPES[shape];
  const scale = -Math.log(delta) / simpson(theta, 0, 1);
  return {
    theta: (t: number) => scale * theta(t),
    bar: (from: number, to: number) => from === to ? 0 : scale * simpson(theta, from, to),
  };
}

/** IR-SDE: mean μ + (x0 − μ)e^(−θ̄_t), variance λ²(1 − e^(−2θ̄_t)). */
function irSdeMarginal(shape: ReversionShape, lambda: number, delta: number) {
  const { bar } = thetaBar(shape, delta);
  return (t: number): Marginal => {
    const weight = Math.exp(-bar(0, t));
    return {
      x0Weight: weight,
      muWeight: 1 - weight,
      std: lambda * Math.sqrt(1 - Math.exp(-2 * bar(0, t))),
    };
  };
}

/**
 * GOUB: mean e^(−θ̄_t)σ̄²_{t:T}/σ̄²_T·x0 + [(1 − e^(−θ̄_t))σ̄²_{t:T}/σ̄²_T + e^(−2θ̄_{t:T})σ̄²_t/σ̄²_T]·x_T,
 * variance σ̄²_t·σ̄²_{t:T}/σ̄²_T, with σ̄²_{s:t} = λ²(1 − e^(−2θ̄_{s:t})).
 */
function goubMarginal(shape: ReversionShape, lambda: number, delta: number) {
  const { bar } = thetaBar(shape, delta);
  const variance = (from: number, to: number) => -(lambda ** 2) * Math.expm1(-2 * bar(from, to));
  return (t: number): Marginal => {
    const [before, after, all] = [variance(0, t), variance(t, 1), variance(0, 1)];
    const decay = Math.exp(-bar(0, t));
    return {
      x0Weight: decay * after / all,
      muWeight: (1 - decay) * after / all + Math.exp(-2 * bar(t, 1)) * before / all,
      std: Math.sqrt(before * after / all),
    };
  };
}

/**
 * UniDB: x0 has the weight e^(−θ̄_t)(1/γ + σ̄²_{t:T})/(1/γ + σ̄²_T) and x_T the rest. The variance is
 * that of the controlled SDE, s²∫(g/s)², by quadrature.
 */
function uniDbMarginal(lambda: number, delta: number, gamma: number) {
  const { theta, bar } = thetaBar("linear", delta);
  const end = bar(0, 1);
  // ∫ of "linear" in closed form, which makes the quadrature below quick.
  const total = (t: number) => end * t ** 2;
  const left = (t: number) => 1 / gamma + lambda ** 2 * (1 - Math.exp(2 * (total(t) - end)));
  const weight = (t: number) => Math.exp(-total(t)) * left(t) / left(0);
  const gain = (t: number) => 2 * lambda ** 2 * theta(t) / weight(t) ** 2;
  /** ∫₀ᵗ(g/s)² over intervals that halve towards t = 1, where 1/s² is steep. */
  const noise = (t: number) => {
    let sum = 0;
    for (let from = 0; from < t;) {
      const to = Math.min(t, (1 + from) / 2);
      sum += simpson(gain, from, to);
      from = to;
    }
    return sum;
  };
  return (t: number): Marginal => ({
    x0Weight: weight(t),
    muWeight: 1 - weight(t),
    std: weight(t) * Math.sqrt(noise(t)),
  });
}

/**
 * I2SB: mean σ̄²/(σ̄² + σ²)·X0 + σ²/(σ̄² + σ²)·X1, variance σ²σ̄²/(σ̄² + σ²), with σ² = ∫₀ᵗβ and
 * σ̄² = ∫ₜ¹β; √β is a triangle.
 */
function i2sbMarginal(betaMin: number, betaMax: number) {
  const beta = (t: number) => {
    const far = 1 - Math.abs(2 * t - 1);
    return (Math.sqrt(betaMin) * (1 - far) + Math.sqrt(betaMax) * far) ** 2;
  };
  const integral = (from: number, to: number) =>
    from < 0.5 && to > 0.5
      ? simpson(beta, from, 0.5) + simpson(beta, 0.5, to)
      : simpson(beta, from, to);
  return (t: number): Marginal => {
    const [before, after] = [integral(0, t), integral(t, 1)];
    const all = before + after;
    return {
      x0Weight: after / all,
      muWeight: before / all,
      std: Math.sqrt(before * after / all),
    };
  };
}

/** A schedule and its paper's marginal; `sigmaMax` is the largest σ of the contract suite. */
interface Case {
  readonly make: () => Schedule;
  readonly marginal: (t: number) => Marginal;
  readonly sigmaMax?: number;
}

const CASES: Readonly<Record<string, Case>> = {
  "irSde()": {
    make: () => irSde(),
    marginal: irSdeMarginal("cosine", 20 / 255, 0.005),
    sigmaMax: 15,
  },
  "irSde() with linear θ": {
    make: () => irSde({ theta: "linear", lambda: 0.5, delta: 0.01 }),
    marginal: irSdeMarginal("linear", 0.5, 0.01),
    sigmaMax: 45,
  },
  "irSde() with constant θ": {
    make: () => irSde({ theta: "constant", lambda: 1, delta: 0.002 }),
    marginal: irSdeMarginal("constant", 1, 0.002),
    sigmaMax: 400,
  },
  "ouBridge(), GOUB": {
    make: () => ouBridge(),
    marginal: goubMarginal("cosine", 60 / 255, 0.005),
    sigmaMax: 300,
  },
  "ouBridge() with constant θ": {
    make: () => ouBridge({ theta: "constant", delta: 0.1 }),
    marginal: goubMarginal("constant", 60 / 255, 0.1),
  },
  "ouBridge() with γ, UniDB": {
    make: () => ouBridge({ theta: "linear", gamma: 100 }),
    marginal: uniDbMarginal(60 / 255, 0.005, 100),
    sigmaMax: 80,
  },
  // Rectified flow with noise: x_t = (1 − t)x0 + tμ + εt·n.
  "flow()": {
    make: () => flow(),
    marginal: (t) => ({ x0Weight: 1 - t, muWeight: t, std: 0.01 * t }),
  },
  // InDI: x_t = (1 − t)x + t·y + t·ε_t·n with ε_t = ε/√t.
  "flow() with Brownian noise": {
    make: () => flow({ epsilon: 0.2, noise: "brownian" }),
    marginal: (t) => ({ x0Weight: 1 - t, muWeight: t, std: t * 0.2 / Math.sqrt(t) }),
  },
  // ResShift: N(x0 + η(y0 − x0), κ²η).
  "resShift()": {
    make: () => resShift(),
    marginal: (eta) => ({ x0Weight: 1 - eta, muWeight: eta, std: Math.sqrt(4 * eta) }),
  },
  // RDDM: x0 + ᾱ·I_res + β̄·ε with α = 2(1 − t) and β² = β̄²·2t.
  "rddm()": {
    make: () => rddm(),
    marginal: (t) => {
      const alpha = simpson((u) => 2 * (1 - u), 0, t);
      return {
        x0Weight: 1 - alpha,
        muWeight: alpha,
        std: Math.sqrt(simpson((u) => 0.01 * 2 * u, 0, t)),
      };
    },
  },
  "i2sb()": { make: () => i2sb(), marginal: i2sbMarginal(0.1, 0.3) },
  "i2sb() with constant β": {
    make: () => i2sb({ betaMin: 0.5, betaMax: 0.5 }),
    marginal: i2sbMarginal(0.5, 0.5),
  },
};

const TIMES = [1e-3, 0.05, 0.3, 0.5, 0.77, 0.95, 0.999];

/** Relative error of adaptive quadrature, nested once. */
const QUADRATURE_ERROR = 1e-9;

for (const [name, { make, marginal, sigmaMax }] of Object.entries(CASES)) {
  testSchedule(name, make, { sigmaMax });

  Deno.test(`${name} has the marginals of its paper`, () => {
    const schedule = make();
    for (const t of TIMES) {
      const { x0Weight, muWeight, std } = marginal(t);
      const { s, k, sigma } = noiseLevel(schedule, t);
      assertAlmostEquals(s, x0Weight, EXACT, `weight of x0 at ${t}`);
      assertAlmostEquals(s * k, muWeight, EXACT, `weight of μ at ${t}`);
      assertAlmostEquals(s * sigma / std, 1, EXACT, `noise at ${t}`);
    }
  });

  Deno.test(`${name} is fromDrift() of its SDE`, () => {
    const schedule = make();
    const found = fromDrift({
      f: (t) => -schedule.sDot(t) / schedule.s(t),
      g: (t) => schedule.s(t) * Math.sqrt(2 * schedule.sigma(t) * schedule.sigmaDot(t)),
      end: 1,
    });
    for (const t of [1e-3, 0.3, 0.8, 0.95]) {
      assertAlmostEquals(found.s(t) / schedule.s(t), 1, QUADRATURE_ERROR);
      assertAlmostEquals(found.sigma(t) / schedule.sigma(t), 1, QUADRATURE_ERROR);
      assertAlmostEquals(found.sigmaInverse(schedule.sigma(t)) / t, 1, QUADRATURE_ERROR);
    }
  });

  Deno.test(`${name} ends at t = 1, and levels beyond are errors`, () => {
    const schedule = make();
    assertEquals(schedule.end, 1);
    assertThrows(() => noiseLevel(schedule, 1.01), RangeError, "ends at t = 1");
    const last = schedule.sigma(1);
    if (last < Infinity) {
      assertAlmostEquals(noiseLevelAtSigma(schedule, last).t, 1, 1e-9);
      assertThrows(() => noiseLevelAtSigma(schedule, 1.01 * last), RangeError, "ends at t = 1");
    }
  });
}

/** The processes with s(1) = 0 and the standard deviation of x(1). */
const SINGULAR: readonly (readonly [string, Schedule, number])[] = [
  ["ouBridge()", ouBridge(), 0],
  ["flow()", flow(), 0.01],
  ["flow() with Brownian noise", flow({ epsilon: 0.2, noise: "brownian" }), 0.2],
  ["resShift()", resShift(), 2],
  ["rddm()", rddm(), 0.1],
  ["i2sb()", i2sb(), 0],
];

for (const [name, schedule, std] of SINGULAR) {
  Deno.test(`${name} reaches μ in the limit t → 1: c_in·x̃ and c_skip·x̃ stay finite`, () => {
    assertEquals([schedule.s(1), schedule.sigma(1)], [0, Infinity]);
    const [mu, n, x0] = [0.7, -1.3, 0.4];
    const moments = { sigmaData: 1, sigmaMu: 0.8, sigmaCov: 0.6 };
    // x(1) = μ + std·n: the limits of Eqs. 14 and 15 with k, σ → ∞ and σ/k → std.
    const input = (mu + std * n) / Math.hypot(moments.sigmaMu, std);
    const skipped = moments.sigmaCov * (mu + std * n) / (moments.sigmaMu ** 2 + std ** 2);
    let before = Infinity;
    for (const gap of [1e-3, 1e-6, 1e-9]) {
      const level = noiseLevel(schedule, 1 - gap);
      const state = x0 + level.k * mu + level.sigma * n;
      const { cIn, cSkip } = meanReverting(moments).coefficients(level, 1);
      const error = Math.abs(cIn * state - input) + Math.abs(cSkip * state - skipped);
      assert(error < before, `the error must fall: ${error} at 1 − ${gap}`);
      // A bridge's standard deviation vanishes as √(1 − t), which is slower than s.
      assert(error < 5 * Math.sqrt(gap), `${error} at 1 − ${gap}`);
      before = error;
    }
  });
}

Deno.test("flow() with linear noise is rational() with α = 1/ε", () => {
  for (const sigma of [0, 1e-3, 0.5, 20, 100]) {
    const level = noiseLevelAtSigma(flow({ epsilon: 1 / 3 }), sigma);
    assertAlmostEquals(level.s, noiseLevelAtSigma(rational({ alpha: 3 }), sigma).s, 1e-14);
  }
});

Deno.test("flow() with Brownian noise is resShift() with κ = ε", () => {
  for (const sigma of [0, 1e-3, 0.5, 20, 100]) {
    const level = noiseLevelAtSigma(flow({ epsilon: 2, noise: "brownian" }), sigma);
    assertAlmostEquals(level.s, noiseLevelAtSigma(resShift({ kappa: 2 }), sigma).s, 1e-15);
  }
});

Deno.test("ouBridge() tends to GOUB as γ grows, and to irSde() as γ vanishes", () => {
  const [lambda, shared] = [0.3, { theta: "linear", delta: 0.02 } as const];
  for (const t of [0.1, 0.5, 0.9]) {
    const goub = noiseLevel(ouBridge({ ...shared, lambda }), t);
    const strong = noiseLevel(ouBridge({ ...shared, lambda, gamma: 1e9 }), t);
    assertAlmostEquals(strong.s / goub.s, 1, 1e-6);
    assertAlmostEquals(strong.sigma / goub.sigma, 1, 1e-6);
    const free = noiseLevel(irSde({ ...shared, lambda }), t);
    const weak = noiseLevel(ouBridge({ ...shared, lambda, gamma: 1e-9 }), t);
    assertAlmostEquals(weak.s / free.s, 1, 1e-6);
    assertAlmostEquals(weak.sigma / free.sigma, 1, 1e-6);
  }
});

Deno.test("i2sb() and ouBridge() with constant rates meet as θ vanishes", () => {
  // With δ → 1 the free process is a Brownian motion of variance −2λ²·ln δ.
  const lambda = 10;
  const delta = Math.exp(-1e-6);
  const variance = 2 * lambda ** 2 * 1e-6;
  for (const t of [0.2, 0.6]) {
    const bridge = noiseLevel(ouBridge({ theta: "constant", lambda, delta }), t);
    const brownian = noiseLevel(i2sb({ betaMin: variance, betaMax: variance }), t);
    assertAlmostEquals(bridge.s, brownian.s, 1e-5);
    assertAlmostEquals(bridge.sigma / brownian.sigma, 1, 1e-5);
  }
});

Deno.test("i2sb() refuses a betaMax below betaMin", () => {
  assertThrows(() => i2sb({ betaMin: 0.3, betaMax: 0.1 }), RangeError, "betaMin ≤ betaMax");
});

Deno.test("power() and rational() have no end", () => {
  assertEquals([rational().end, power({ p: 2 }).end], [undefined, undefined]);
});
