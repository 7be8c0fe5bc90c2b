import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { logNormal, time } from "../../noise/mod.ts";
import { flow, irSde, rational } from "../../schedules/mod.ts";
import { drawSigmas } from "../../training/step.ts";

/** Draws of a test, and five standard errors of the mean of uniform times. */
const COUNT = 4000;
const MEAN_ERROR = 5 / Math.sqrt(12 * COUNT);

Deno.test("time() draws times that are uniform between its gaps", () => {
  for (const schedule of [flow(), irSde()]) {
    const times = Array.from(
      { length: COUNT },
      (_, i) => schedule.sigmaInverse(time({ gap: 0.1 }).sample(createRng(i), schedule)),
    );
    assert(times.every((t) => t >= 0.1 - 1e-9 && t <= 0.9 + 1e-9));
    assertAlmostEquals(times.reduce((sum, t) => sum + t, 0) / COUNT, 0.5, MEAN_ERROR);
    const early = times.filter((t) => t < 0.3).length / COUNT;
    assertAlmostEquals(early, 0.25, 5 * Math.sqrt(0.25 * 0.75 / COUNT));
  }
});

Deno.test("time() refuses a process without an end", () => {
  assertThrows(() => time().sample(createRng(1), rational()), RangeError, "with an end");
  assertThrows(() => time().sample(createRng(1)), RangeError, "no schedule");
});

Deno.test("training draws σ below the end of a process, and never gives up silently", () => {
  const schedule = irSde();
  const most = schedule.sigma(1);
  const wide = logNormal({ pMean: Math.log(most), pStd: 2 });
  const sigmas = drawSigmas({ noise: wide, schedule }, 500, createRng(1));
  assert(sigmas.every((sigma) => sigma <= most));
  // Draws below the end are kept as they are.
  const free = drawSigmas({ noise: wide, schedule: rational() }, 500, createRng(1));
  free.forEach((sigma, i) => assert(sigma > most || sigma === sigmas[i]));
  const beyond = logNormal({ pMean: 50, pStd: 0.1 });
  assertThrows(() => drawSigmas({ noise: beyond, schedule }, 1, createRng(1)), RangeError, "below");
});
