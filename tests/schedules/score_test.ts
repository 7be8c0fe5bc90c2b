import { assertAlmostEquals } from "@std/assert";
import { driftRate } from "../../samplers/mod.ts";
import { exponential, noiseLevel, power, rational, score } from "../../schedules/mod.ts";

/** Clean values x0 ~ N(MEAN, STD²), a fixed μ. */
const [MEAN, STD, MU] = [0.4, 0.7, -0.9];

for (
  const [name, schedule] of [
    ["rational()", rational()],
    ["power({ p: 2 })", power({ p: 2 })],
    ["exponential()", exponential()],
  ] as const
) {
  Deno.test(`score() is the gradient of the Gaussian log density (Eq. 10) under ${name}`, () => {
    for (const t of [0.05, 1, 8]) {
      const level = noiseLevel(schedule, t);
      // x̃ = x0 + k·μ + σ·n is normal, and D = E[x0 | x̃] is linear in it.
      const variance = STD ** 2 + level.sigma ** 2;
      for (const state of [-3, 0, 2.5]) {
        const centered = state - MEAN - level.k * MU;
        const denoised = MEAN + STD ** 2 / variance * centered;
        const found = score(level, { state, denoised, mu: MU });
        assertAlmostEquals(found, -centered / variance, 1e-12 * (1 + level.k) / level.sigma ** 2);
      }
    }
  });

  Deno.test(`score() drives Eq. 11 as dy/dt = (σ̇/σ)(y − D), y = x̃ − k·μ, under ${name}`, () => {
    for (const t of [0.05, 1, 8]) {
      const level = noiseLevel(schedule, t);
      const { sigma, s, k } = level;
      const [state, denoised] = [1.7 + k * MU, 0.2];
      const sigmaDot = schedule.sigmaDot(t);
      // Eq. 11: dx̃/dt = −ṡ/s²·μ − σ̇σ·∇log p; and k̇ = −ṡ/s².
      const kDot = -schedule.sDot(t) / s ** 2;
      const drift = kDot * MU - sigmaDot * sigma * score(level, { state, denoised, mu: MU });
      const inY = drift - kDot * MU;
      const rate = sigmaDot * driftRate(level);
      assertAlmostEquals(inY, rate * (state - k * MU - denoised), 1e-9 * (1 + kDot));
    }
  });
}
