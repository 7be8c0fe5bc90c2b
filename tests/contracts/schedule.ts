/**
 * Contract of a schedule, for built-ins and plugins alike.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals, assertGreaterOrEqual } from "../assert.ts";
import { noiseLevelAtSigma, type Schedule } from "../../schedules/mod.ts";

/** Properties that a schedule declares. */
export interface ScheduleContract {
  /** Largest σ that is checked, at which sampling starts. Default 100. */
  readonly sigmaMax?: number;
  /** True for s = 1 throughout: no mean reversion. Default false. */
  readonly declaresConstant?: boolean;
  /** Least k(σ_max) with mean reversion: sampling must start from μ. Default 10. */
  readonly leastK?: number;
  /** True for an infinite ṡ(0). Default false. */
  readonly declaresSteepStart?: boolean;
}

/** Relative error of central differences in float64. */
const DIFFERENCE_ERROR = 1e-5;

/** Relative error of σ⁻¹(σ(t)), also by quadrature. */
const INVERSE_ERROR = 1e-9;

/** Times at which σ covers the seven decades up to σ_max. */
function timesUpTo(schedule: Schedule, sigmaMax: number): readonly number[] {
  const count = 40;
  return Array.from(
    { length: count + 1 },
    (_, i) => schedule.sigmaInverse(sigmaMax * 10 ** (7 * (i / count - 1))),
  );
}

/**
 * Registers the tests of a schedule.
 *
 * @param name Name of the schedule in the tests' names.
 * @param make Makes the schedule.
 * @param contract Properties that it declares.
 */
export function testSchedule(
  name: string,
  make: () => Schedule,
  {
    sigmaMax = 100,
    declaresConstant = false,
    leastK = 10,
    declaresSteepStart = false,
  }: ScheduleContract = {},
): void {
  Deno.test(`${name} has s(0) = 1 and σ(0) = 0`, () => {
    const schedule = make();
    assertEquals([schedule.s(0), schedule.sigma(0), schedule.sigmaInverse(0)], [1, 0, 0]);
  });

  Deno.test(`${name} has s in (0, 1] that never rises, and rising σ`, () => {
    const schedule = make();
    let before = 0;
    for (const t of timesUpTo(schedule, sigmaMax)) {
      assert(t > before, `t must rise with σ, got ${t} after ${before}`);
      const s = schedule.s(t);
      assert(s > 0 && s <= schedule.s(before), `s(${t}) = ${s} must be in (0, s(${before})]`);
      assert(schedule.sigma(t) > schedule.sigma(before), `σ must rise at t = ${t}`);
      before = t;
    }
  });

  Deno.test(`${name} inverts σ`, () => {
    const schedule = make();
    for (const t of timesUpTo(schedule, sigmaMax)) {
      const sigma = schedule.sigma(t);
      assertAlmostEquals(schedule.sigmaInverse(sigma) / t, 1, INVERSE_ERROR);
      assertEquals(noiseLevelAtSigma(schedule, sigma).sigma, sigma);
    }
  });

  Deno.test(`${name} has derivatives that equal central differences`, () => {
    const schedule = make();
    for (const t of timesUpTo(schedule, sigmaMax)) {
      // σ/σ̇ is t where σ grows as t, and shorter near a pole of σ.
      const h = 1e-3 * Math.min(t, schedule.sigma(t) / schedule.sigmaDot(t));
      // Five points: exact up to the fourth power of t.
      const slope = (f: (t: number) => number) =>
        (8 * (f(t + h) - f(t - h)) - (f(t + 2 * h) - f(t - 2 * h))) / (12 * h);
      const sigmaSlope = slope((u) => schedule.sigma(u));
      assertAlmostEquals(schedule.sigmaDot(t) / sigmaSlope, 1, DIFFERENCE_ERROR, `σ̇(${t})`);
      const sDot = schedule.sDot(t);
      assert(sDot <= 0, `ṡ(${t}) = ${sDot} must be ≤ 0`);
      // Close to t = 0 the rounding of values near 1 dominates the difference of s.
      const rounding = 1e-15 / h;
      const error = Math.max(DIFFERENCE_ERROR * Math.abs(sDot), rounding);
      assertAlmostEquals(sDot, slope((u) => schedule.s(u)), error, `ṡ(${t})`);
    }
  });

  Deno.test(`${name} has ${declaresSteepStart ? "an infinite" : "a finite"} ṡ(0)`, () => {
    const sDot = make().sDot(0);
    assertEquals(sDot, declaresSteepStart ? -Infinity : Math.min(0, sDot));
    assertEquals(Number.isFinite(sDot), !declaresSteepStart);
  });

  Deno.test(
    declaresConstant
      ? `${name} keeps s = 1`
      : `${name} lets μ outweigh the image at σ = ${sigmaMax}: k ≥ ${leastK}`,
    () => {
      const schedule = make();
      if (declaresConstant) {
        for (const t of timesUpTo(schedule, sigmaMax)) assertEquals(schedule.s(t), 1);
      } else {
        assertGreaterOrEqual(noiseLevelAtSigma(schedule, sigmaMax).k, leastK);
      }
    },
  );
}
