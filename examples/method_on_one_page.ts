/**
 * The method on one page: schedule, time steps, preconditioning, denoiser and sampler, put together
 * by hand on random weights (Eqs. 6, 11, 13–17, Alg. 2). Run it with:
 *     deno run examples/method_on_one_page.ts
 *
 * @module
 */

import { type Images, type Sequence, tf } from "../engine/mod.ts";
import {
  createRng,
  euler,
  hdit,
  karras,
  meanReverting,
  rational,
  type SamplingProblem,
  useEngine,
} from "../mod.ts";

await useEngine("cpu");
const rng = createRng(7);
// Unit normal noise [B, L, H, W, C].
const normals = (name: string) =>
  tf.tensor5d(rng.fork(name).normals(16 * 16 * 3), [1, 1, 16, 16, 3]) as Sequence;

// The cloudy image μ, in [−1, 1].
const mu = tf.clipByValue(normals("mu"), -1, 1) as Sequence;
// Forward process: x = s(t)·(x0 + k(t)·μ + σ(t)·n), so that x reverts to μ (Eq. 6).
const schedule = rational({ alpha: 3 });
// Noise levels of the sampler, from σ = 100 down to 0.
const sigmas = karras({ sigmaMin: 0.001, sigmaMax: 100, rho: 7 }).sigmas(5);
// F_θ, the network. It takes the noised image and the cloudy one.
const network = hdit({
  inChannels: 6,
  outChannels: 3,
  levels: [
    { width: 16, depth: 1, dFf: 32, attention: "neighborhood", dHead: 8 },
    { width: 32, depth: 1, dFf: 64, attention: "global", dHead: 8 },
  ],
});
const weights = network.init(rng.fork("weights"));
// D = c_skip·x̃ + c_out·F([c_in·x̃, μ]; c_noise), with x̃ = y + k·μ (Eqs. 13–17).
const precond = meanReverting({ sigmaData: 1, sigmaMu: 1, sigmaCov: 0.9 });
const denoise: SamplingProblem["denoise"] = (y, [level]) => {
  const { cIn, cSkip, cOut, cNoise } = precond.coefficients(level!, 1);
  return Promise.resolve(tf.tidy(() => {
    const noised = tf.add(y, tf.mul(mu, level!.k)) as Sequence;
    const x = tf.mul(noised, cIn) as Sequence;
    const { image } = network.apply(weights, { x, condition: mu, cNoise: tf.tensor1d([cNoise]) });
    return tf.add(tf.mul(tf.squeeze(noised, [1]), cSkip), tf.mul(image, cOut)) as Images;
  }));
};
// Alg. 2: Euler steps of dy/dt = (σ̇/σ)(y − D), the backward ODE without μ (Eq. 11).
const start = tf.mul(normals("start"), sigmas[0]!) as Sequence;
const noise = (draw: number) => normals(`draw ${draw}`);
const onStep: SamplingProblem["onStep"] = ({ level: { sigma, k }, next }) =>
  console.log(`σ ${sigma.toPrecision(3)} → ${next.sigma.toPrecision(3)}, k ${k.toPrecision(3)}`);
const y = await euler().sample({ schedule, sigmas, denoise, start, noise, onStep });
console.log(`restored [${y.shape.join(", ")}], mean ${(await y.mean().data())[0]!.toFixed(3)}`);
