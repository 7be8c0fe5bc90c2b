/** Coefficients, loss weights, schedules and time steps. */

import { logNormal } from "../../noise/mod.ts";
import { meanReverting } from "../../precond/mod.ts";
import { noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import { karras } from "../../timesteps/mod.ts";
import { inverseOutput } from "../../weighting/mod.ts";
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
