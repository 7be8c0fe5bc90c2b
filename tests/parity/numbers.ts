/** Coefficients, loss weights, schedules and time steps. */

import { logNormal } from "../../noise/mod.ts";
import { edm, meanReverting } from "../../precond/mod.ts";
import { constant, noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import { karras } from "../../timesteps/mod.ts";
import { inverseOutput, softMinSnr } from "../../weighting/mod.ts";
import type { Rng } from "../../core/mod.ts";
import type { Golden } from "./golden.ts";

/** Compares the number files. */
export async function compareNumbers(golden: Golden): Promise<void> {
  if (golden.has("scalings")) await compareScalings(golden);
  if (golden.has("discretization")) await compareDiscretization(golden);
}

async function compareScalings(golden: Golden): Promise<void> {
  const file = "scalings";
  const sigmas = Array.from((await golden.tensors(file)).sigma!.data);
  const checked = golden.checked(file);
  await compareEdm(golden, sigmas);
  for (const [i, set] of golden.hyper(file).params.entries()) {
    const schedule = rational({ alpha: set.alpha });
    const levels = sigmas.map((sigma) => noiseLevelAtSigma(schedule, sigma));
    await golden.compare(file, `p${i}.s`, levels.map(({ s }) => s));
    await golden.compare(file, `p${i}.ds`, levels.map(({ t }) => schedule.sDot(t)));
    await golden.compare(file, `p${i}.k`, levels.map(({ k }) => k));
    const options = {
      sigmaData: set.sigma_data,
      sigmaMu: set.sigma_mu,
      sigmaCov: set.sigma_cov,
    };
    const own = checked.filter((name) => name.startsWith(`p${i}.`) && name.split(".").length === 3);
    if (Math.abs(options.sigmaCov) > options.sigmaData * options.sigmaMu) {
      golden.skip(file, own, "σ_cov > σ_data·σ_mu: an error here, NaN in the reference");
      continue;
    }
    const precond = meanReverting(options);
    const weighting = inverseOutput();
    for (const name of own) {
      const [, shape, quantity] = name.split(".") as [string, string, string];
      const length = shape === "mono" ? 1 : Number(shape.slice(1));
      const values = levels.map((level) => {
        const c = precond.coefficients(level, length);
        const all: Readonly<Record<string, number>> = {
          ["c_in"]: c.cIn,
          ["c_skip"]: c.cSkip,
          ["c_out"]: c.cOut,
          ["c_noise"]: c.cNoise,
          weight: weighting.weight(level, c),
        };
        return all[quantity]!;
      });
      await golden.compare(file, name, values);
    }
  }
}

/** The class defaults of EDM (k = 0) and the soft min-SNR weight. */
async function compareEdm(golden: Golden, sigmas: readonly number[]): Promise<void> {
  const file = "scalings";
  const levels = sigmas.map((sigma) => noiseLevelAtSigma(constant(), sigma));
  for (const sigmaData of [0.5, 1]) {
    const each = levels.map((level) => {
      const c = edm({ sigmaData }).coefficients(level, 1);
      return { ...c, weight: inverseOutput().weight(level, c) };
    });
    const prefix = `edm${sigmaData.toFixed(1)}`;
    await golden.compare(file, `${prefix}.c_in`, each.map(({ cIn }) => cIn));
    await golden.compare(file, `${prefix}.c_skip`, each.map(({ cSkip }) => cSkip));
    await golden.compare(file, `${prefix}.c_out`, each.map(({ cOut }) => cOut));
    await golden.compare(file, `${prefix}.c_noise`, each.map(({ cNoise }) => cNoise));
    await golden.compare(file, `${prefix}.weight`, each.map(({ weight }) => weight));
  }
  const weighting = softMinSnr();
  const none = { cIn: 1, cSkip: 0, cOut: 1, cNoise: 0 };
  await golden.compare(file, "softminsnr", levels.map((level) => weighting.weight(level, none)));
}

async function compareDiscretization(golden: Golden): Promise<void> {
  const file = "discretization";
  const ranges = {
    cfg: { sigmaMin: 0.001, sigmaMax: 100 },
    default: { sigmaMin: 0.002, sigmaMax: 80 },
  };
  for (const name of golden.checked(file).filter((key) => key.includes(".N"))) {
    const [range, steps] = name.split(".N") as [keyof typeof ranges, string];
    await golden.compare(file, name, karras(ranges[range]).sigmas(Number(steps)));
  }
  const normal = (await golden.tensors(file)).normal!.data;
  for (const [pMean, pStd] of [[-1.4, 1.4], [-1.2, 1.2]] as const) {
    const noise = logNormal({ pMean, pStd });
    const tape = (i: number) => ({ normal: () => normal[i]! }) as unknown as Rng;
    const values = Array.from(normal, (_, i) => noise.sample(tape(i)));
    await golden.compare(file, `train_sigma_${pMean}_${pStd}`, values);
  }
}
