/** Time steps of published processes. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { flow, irSde, noiseLevelAtSigma, ouBridge, rational } from "../../schedules/mod.ts";
import { resShift, time } from "../../timesteps/mod.ts";
import { testTimesteps } from "../contracts/mod.ts";

const LAST = 2 * Math.sqrt(0.999) / (1 - 0.999);
const FIRST = 2 * Math.sqrt(0.0004) / (1 - 0.0004);

testTimesteps("resShift()", () => resShift(), { sigmaMin: FIRST, sigmaMax: LAST });

Deno.test("resShift() has the η of its paper: √η_i = √η_1·b^β_i", () => {
  const steps = 15;
  const sigmas = resShift().sigmas(steps);
  const base = Math.exp(Math.log(0.999 / 0.0004) / (2 * (steps - 1)));
  for (let i = 1; i <= steps; i++) {
    const beta = ((i - 1) / (steps - 1)) ** 0.3 * (steps - 1);
    const eta = (Math.sqrt(0.0004) * base ** beta) ** 2;
    const wanted = 2 * Math.sqrt(eta) / (1 - eta);
    assertAlmostEquals(sigmas[steps - i]! / wanted, 1, 1e-10, `η_${i}`);
  }
});

Deno.test("resShift() refuses η that do not rise below 1", () => {
  assertThrows(() => resShift({ etaFirst: 0.5, etaLast: 0.4 }), RangeError, "etaFirst < etaLast");
  assertThrows(() => resShift({ etaLast: 1 }), RangeError, "< 1");
});

Deno.test("time() has σ(i/N), from the end of the process", () => {
  const schedule = irSde();
  for (const steps of [1, 2, 7, 100]) {
    const sigmas = time().sigmas(steps, schedule);
    assertEquals(sigmas.length, steps + 1);
    sigmas.forEach((sigma, i) =>
      assertAlmostEquals(sigma, schedule.sigma(1 - i / steps), 1e-12 * (1 + sigma))
    );
    assertEquals([sigmas[0], sigmas[steps]], [schedule.sigma(1), 0]);
  }
});

Deno.test("time() starts just before the end where σ is infinite there", () => {
  for (const schedule of [flow(), ouBridge()]) {
    const [first, second] = time({ gap: 1e-6 }).sigmas(4, schedule);
    assert(first! < Infinity && first! > second!);
    const { t, s } = noiseLevelAtSigma(schedule, first!);
    assertAlmostEquals(t, 1 - 1e-6, 1e-12);
    assert(s < 2e-6, `little of x0 is left, got s = ${s}`);
    assertEquals(second, schedule.sigma(0.75));
  }
});

Deno.test("time() refuses a process without an end, and bad numbers of steps", () => {
  assertThrows(() => time().sigmas(5, rational()), RangeError, "with an end");
  assertThrows(() => time().sigmas(5), RangeError, "no schedule");
  for (const steps of [0, 1.5, NaN]) {
    assertThrows(() => time().sigmas(steps, flow()), RangeError, "integer ≥ 1");
  }
});
