/**
 * Contract of a preconditioner, for built-ins and plugins alike.
 *
 * @module
 */

import { createRng } from "../../core/mod.ts";
import type { Preconditioner } from "../../precond/mod.ts";
import { type NoiseLevel, noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import { assert, assertAlmostEquals } from "../assert.ts";

/** Second moments of zero-mean clean values x0 and cloudy values μ. */
export interface Moments {
  /** Standard deviation of x0, in network units. */
  readonly sigmaData: number;
  /** Standard deviation of μ, in network units. */
  readonly sigmaMu: number;
  /** Covariance of x0 and μ, in network units squared. */
  readonly sigmaCov: number;
}

/** Properties that a preconditioner declares. */
export interface PrecondContract {
  /**
   * Moments under which the network's input and target have unit variance and c_skip leaves the
   * least variance to the network. A simulation checks all three. Default: none is declared.
   */
  readonly declaresUnitVariance?: Moments;
  /** k/σ of the tested noise levels. Default 3; 0 for no mean reversion. */
  readonly alpha?: number;
  /** Tested numbers of frames L. Default 1 to 5. */
  readonly lengths?: readonly number[];
}

const SIGMAS = [0.002, 0.1, 1, 10, 100] as const;
const COUNT = 8000;

/** Five standard errors of a variance estimated from `COUNT` normal values. */
const VARIANCE_ERROR = 5 * Math.sqrt(2 / COUNT);

/** Draws of (x0, one noised frame, the mean of L noised frames). The frames share μ. */
function simulate(
  { sigmaData, sigmaMu, sigmaCov }: Moments,
  { sigma, k }: NoiseLevel,
  length: number,
): { clean: Float64Array; frame: Float64Array; mean: Float64Array } {
  const normals = createRng(length).normals(COUNT * (2 + length));
  const clean = new Float64Array(COUNT);
  const frame = new Float64Array(COUNT);
  const mean = new Float64Array(COUNT);
  const slope = sigmaCov / sigmaData;
  const rest = Math.sqrt(Math.max(0, sigmaMu ** 2 - slope ** 2));
  for (let i = 0; i < COUNT; i++) {
    const [a, b, ...noise] = normals.subarray(i * (2 + length), (i + 1) * (2 + length));
    clean[i] = sigmaData * a!;
    const center = clean[i]! + k * (slope * a! + rest * b!);
    frame[i] = center + sigma * noise[0]!;
    mean[i] = center + sigma * noise.reduce((sum, n) => sum + n, 0) / length;
  }
  return { clean, frame, mean };
}

function moment(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0) / a.length;
}

/**
 * Registers the tests of a preconditioner.
 *
 * @param name Name of the preconditioner in the tests' names.
 * @param make Makes the preconditioner.
 * @param contract Properties that it declares.
 */
export function testPrecond(
  name: string,
  make: () => Preconditioner,
  { declaresUnitVariance, alpha = 3, lengths = [1, 2, 3, 4, 5] }: PrecondContract = {},
): void {
  const schedule = rational({ alpha });
  const cases = lengths.flatMap((length) =>
    SIGMAS.map((sigma) => ({ length, level: noiseLevelAtSigma(schedule, sigma) }))
  );

  Deno.test(`${name} gives finite coefficients, c_in > 0 and c_out > 0`, () => {
    const precond = make();
    for (const { length, level } of cases) {
      const { cIn, cSkip, cOut, cNoise } = precond.coefficients(level, length);
      assert(cIn > 0 && cOut > 0, `c_in = ${cIn} and c_out = ${cOut} must be > 0`);
      for (const c of [cIn, cSkip, cOut, cNoise]) assert(Number.isFinite(c), `${c} must be finite`);
    }
  });

  Deno.test(`${name} has a c_noise that increases with σ`, () => {
    const precond = make();
    for (const length of lengths) {
      const noise = SIGMAS.map((sigma) =>
        precond.coefficients(noiseLevelAtSigma(schedule, sigma), length).cNoise
      );
      noise.slice(1).forEach((c, i) => assert(c > noise[i]!, "c_noise must increase with σ"));
    }
  });

  if (declaresUnitVariance === undefined) return;
  const moments = declaresUnitVariance;

  Deno.test(`${name} gives the network an input of unit variance`, () => {
    for (const { length, level } of cases) {
      const { cIn } = make().coefficients(level, length);
      const { frame } = simulate(moments, level, length);
      assertAlmostEquals(cIn ** 2 * moment(frame, frame), 1, VARIANCE_ERROR);
    }
  });

  Deno.test(`${name} has the c_skip that leaves the network the least variance`, () => {
    for (const { length, level } of cases) {
      const { cSkip } = make().coefficients(level, length);
      const { clean, mean } = simulate(moments, level, length);
      // The least-squares slope of x0 on the mean frame, and five of its standard errors.
      const slope = moment(clean, mean) / moment(mean, mean);
      const residual = clean.map((x, i) => x - slope * mean[i]!);
      const error = 5 *
        Math.sqrt(moment(residual, residual) / moment(mean, mean) / COUNT);
      assertAlmostEquals(cSkip, slope, error + 1e-12, `L = ${length}, σ = ${level.sigma}`);
    }
  });

  Deno.test(`${name} gives the network a target of unit variance`, () => {
    for (const { length, level } of cases) {
      const { cSkip, cOut } = make().coefficients(level, length);
      const { clean, mean } = simulate(moments, level, length);
      const target = clean.map((x, i) => (x - cSkip * mean[i]!) / cOut);
      assertAlmostEquals(moment(target, target), 1, VARIANCE_ERROR);
    }
  });
}
