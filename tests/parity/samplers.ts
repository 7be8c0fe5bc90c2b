/** Sampler trajectories on the reference's noise tapes: x̃_i = y_i + k_i·μ. */

import { execute, readTensor, type Sequence, type Tensor, tf } from "../../engine/mod.ts";
import { bindDenoiser } from "../../model/mod.ts";
import { hdit, temporalHdit } from "../../networks/mod.ts";
import { meanReverting } from "../../precond/mod.ts";
import { euler } from "../../samplers/mod.ts";
import { noiseLevelAtSigma, rational } from "../../schedules/mod.ts";
import { karras } from "../../timesteps/mod.ts";
import type { Golden } from "./golden.ts";
import { networkOptions } from "./options.ts";
import { asSequence, asWeights, read } from "./tensors.ts";

/** Compares the sampler files. */
export async function compareSamplers(golden: Golden): Promise<void> {
  for (
    const file of [
      "sampler_mono_euler",
      "sampler_mono_churn",
      "sampler_temporal_euler",
      "sampler_temporal_churn",
    ]
  ) {
    if (golden.has(file)) await compareTrajectory(golden, file);
  }
  golden.skip(
    "sampler_mono_heun",
    golden.checked("sampler_mono_heun"),
    "the reference's corrector uses the old state (spec 3.4); tests/samplers shows ours of order 2",
  );
}

async function compareTrajectory(golden: Golden, file: string): Promise<void> {
  const hyper = golden.hyper(file);
  const tensors = await golden.tensors(file);
  const options = networkOptions(golden.hyper(hyper.weights).config);
  const network = options.temporal === undefined ? hdit(options) : temporalHdit(options);
  const weights = asWeights(network, await golden.tensors(hyper.weights));
  const schedule = rational({ alpha: hyper.alpha });
  const precond = meanReverting({
    sigmaData: hyper.sigma_data,
    sigmaMu: hyper.sigma_mu,
    sigmaCov: hyper.sigma_cov,
  });
  const model = { weights, modules: { network, precond } };
  const mu = asSequence(tensors.mu!);
  const condition = asSequence(tensors.cond!);
  const sigmas = karras({ sigmaMin: hyper.sigma_min, sigmaMax: hyper.sigma_max, rho: hyper.rho })
    .sigmas(hyper.num_steps);

  const asState = async (y: Sequence, k: number): Promise<Float32Array> => {
    const state = await execute(() => tf.add(y, tf.mul(mu, tf.scalar(k))) as Sequence);
    const mono = tensors.x0!.shape.length === 4;
    const data = await read(mono ? tf.squeeze(state as Tensor, [1]) : state);
    state.dispose();
    return data;
  };
  const noise = asSequence(tensors.init_noise!);
  const start = await execute(() => tf.mul(noise, tf.scalar(sigmas[0]!)) as Sequence);
  const startLevel = noiseLevelAtSigma(schedule, sigmas[0]!);
  await golden.compare(file, "x0", await asState(start, startLevel.k));
  const y = await euler({
    sChurn: hyper.s_churn ?? 0,
    sTmin: hyper.s_tmin ?? 0,
    sTmax: hyper.s_tmax ?? Infinity,
    sNoise: hyper.s_noise ?? 1,
  }).sample({
    schedule,
    sigmas,
    denoise: bindDenoiser(model, { mu, condition }),
    start,
    noise: (draw) => asSequence(tensors[`eps${draw}`]!),
    onStep: async ({ index, denoised, y, next }) => {
      await golden.compare(file, `denoised${index}`, await read(denoised));
      await golden.compare(file, `x${index + 1}`, await asState(y, next.k));
    },
  });
  if (golden.checked(file).includes("final")) {
    const final = await execute(() => tf.mean(y as Tensor, 1));
    await golden.compare(file, "final", await read(final));
    final.dispose();
  }
  await readTensor(y);
  tf.dispose([y, mu, condition, noise, start, weights.params, weights.buffers]);
}
