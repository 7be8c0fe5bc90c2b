import { assertAlmostEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import {
  constant,
  exponential,
  fromDrift,
  power,
  rational,
  type Schedule,
} from "../../schedules/mod.ts";

/** Paths and steps of the Euler–Maruyama simulation, one clean value and one μ. */
const [PATHS, STEPS, CLEAN, MU, END] = [4000, 400, 0.8, -0.5, 1.5];

/** Euler–Maruyama's bias at this step, of moments near 1: it is of the order of the step. */
const BIAS = 0.01;

/** x(END) of dx = f(t)(μ − x)dt + g(t)dw from x(0) = CLEAN (Eq. 3). */
function simulate({ f, g }: { f(t: number): number; g(t: number): number }): Float64Array {
  const rng = createRng(13);
  const x = new Float64Array(PATHS).fill(CLEAN);
  const dt = END / STEPS;
  for (let step = 0; step < STEPS; step++) {
    const t = (step + 0.5) * dt;
    const [drift, spread] = [f(t) * dt, g(t) * Math.sqrt(dt)];
    const noise = rng.normals(PATHS, step * PATHS);
    for (let i = 0; i < PATHS; i++) x[i]! += drift * (MU - x[i]!) + spread * noise[i]!;
  }
  return x;
}

function assertMoments(x: Float64Array, schedule: Schedule): void {
  const mean = x.reduce((sum, v) => sum + v, 0) / PATHS;
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / PATHS;
  const s = schedule.s(END);
  const std = s * schedule.sigma(END);
  // Five standard errors and the bias.
  assertAlmostEquals(mean, s * CLEAN + (1 - s) * MU, 5 * std / Math.sqrt(PATHS) + BIAS);
  assertAlmostEquals(variance / std ** 2, 1, 5 * Math.sqrt(2 / PATHS) + BIAS);
}

const SCHEDULES: readonly (readonly [string, Schedule])[] = [
  ["rational()", rational()],
  ["rational({ alpha: 0.5 })", rational({ alpha: 0.5 })],
  ["constant()", constant()],
  ["power({ p: 0.5 })", power({ p: 0.5 })],
  ["power({ p: 2 })", power({ p: 2 })],
  ["exponential({ theta: 1 })", exponential({ theta: 1 })],
];

for (const [name, schedule] of SCHEDULES) {
  Deno.test(`Eq. 3 simulated with ${name} has the mean and variance of Eqs. 4–6`, () => {
    // f = −ṡ/s and g = s·√(2σσ̇), the inverse of Eq. 7.
    const x = simulate({
      f: (t) => -schedule.sDot(t) / schedule.s(t),
      g: (t) => schedule.s(t) * Math.sqrt(2 * schedule.sigma(t) * schedule.sigmaDot(t)),
    });
    assertMoments(x, schedule);
  });
}

Deno.test("Eq. 3 simulated with f and g has the moments of fromDrift({ f, g }) (Eq. 7)", () => {
  const drift = { f: (t: number) => 1 + Math.sin(3 * t), g: (t: number) => 0.5 + t };
  assertMoments(simulate(drift), fromDrift(drift));
});
