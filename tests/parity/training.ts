/** Losses, their gradients, the optimizer, the moving average, and eight real training steps. */

import {
  type Images,
  type Params,
  readTensor,
  type Sequence,
  type Tensor,
  tf,
} from "../../engine/mod.ts";
import { applyDenoiser, perSample } from "../../model/mod.ts";
import { hdit, type Network, temporalHdit } from "../../networks/mod.ts";
import { meanReverting } from "../../precond/mod.ts";
import { rational } from "../../schedules/mod.ts";
import { adamw } from "../../training/adamw.ts";
import { emaDecay, updateEma } from "../../training/ema.ts";
import { lossAndGradients } from "../../training/gradients.ts";
import { objectiveVectors } from "../../training/objective.ts";
import { compileUpdate } from "../../training/update.ts";
import { inverseOutput } from "../../weighting/mod.ts";
import type { Golden, GoldenTensor } from "./golden.ts";
import { networkOptions } from "./options.ts";
import { asImages, asSequence, asTensor, asWeights, read, readWeight } from "./tensors.ts";
import { run } from "../run.ts";

/** Compares the training files. */
export async function compareTraining(golden: Golden): Promise<void> {
  for (const file of ["loss_mono", "loss_temporal"]) {
    if (golden.has(file)) await compareLoss(golden, file);
  }
  if (golden.has("adamw_trace")) await compareAdamw(golden);
  if (golden.has("ema_trace")) await compareEma(golden);
  if (golden.has("train_trace_mono")) await compareTrace(golden);
}

/** Network, weights and number axes of a training file. */
async function problem(golden: Golden, file: string) {
  const hyper = golden.hyper(file);
  const options = networkOptions(golden.hyper(hyper.weights).config);
  const network: Network = options.temporal === undefined ? hdit(options) : temporalHdit(options);
  const axes = {
    schedule: rational({ alpha: hyper.alpha }),
    precond: meanReverting({
      sigmaData: hyper.sigma_data ?? 1,
      sigmaMu: hyper.sigma_mu ?? 1,
      sigmaCov: hyper.sigma_cov ?? 0.9,
    }),
    weighting: inverseOutput(),
  };
  const weights = asWeights(network, await golden.tensors(hyper.weights));
  return { hyper, network, weights, axes };
}

async function compareLoss(golden: Golden, file: string): Promise<void> {
  const { network, weights, axes } = await problem(golden, file);
  const tensors = await golden.tensors(file);
  const batch = {
    clean: asImages(tensors.x0!),
    mu: asSequence(tensors.mu!),
    noise: asSequence(tensors.noise!),
    condition: asSequence(tensors.cond!),
  };
  const sigmas = Array.from(tensors.sigma!.data);
  const vectors = objectiveVectors(axes, sigmas, batch.mu.shape[1]);
  const { noised, image } = await run(() => {
    const [b, height, width, channels] = batch.clean.shape;
    const shift = tf.add(
      tf.mul(batch.mu, perSample(vectors.k, 5)),
      tf.mul(batch.noise, perSample(vectors.sigma, 5)),
    );
    const frames = batch.clean.reshape([b, 1, height, width, channels]);
    const noised = tf.add(frames, shift) as Sequence;
    const { image } = applyDenoiser(network, weights, {
      noised,
      condition: batch.condition,
      ...vectors,
    });
    return { noised, image };
  });
  const mono = tensors.noised!.shape.length === 4;
  const frames = mono ? tf.squeeze(noised as Tensor, [1]) : noised;
  await golden.compare(file, "noised", await read(frames));
  await golden.compare(file, "D", await read(image));
  await golden.compare(file, "weight", await readTensor(vectors.weight));
  const { loss, losses, grads } = await run(() => ({
    ...lossAndGradients(network, weights, { batch, vectors }),
  }));
  await golden.compare(file, "loss", await readTensor(losses));
  await golden.compare(file, "loss_mean", await readTensor(loss));
  const checked = new Set(golden.checked(file));
  for (const [name, grad] of Object.entries(grads)) {
    const tensor = `grad.${name}`;
    if (checked.has(tensor)) await golden.compare(file, tensor, await readWeight(name, grad));
  }
  tf.dispose([noised, frames, image, loss, losses, grads, { ...vectors }, { ...batch }]);
  tf.dispose([weights.params, weights.buffers]);
}

async function compareAdamw(golden: Golden): Promise<void> {
  const file = "adamw_trace";
  const { lr, betas, eps, weight_decay: weightDecay } = golden.hyper(file);
  const tensors = await golden.tensors(file);
  const optimizer = adamw({
    learningRate: lr,
    beta1: betas[0],
    beta2: betas[1],
    epsilon: eps,
    weightDecay,
  });
  let params: Params = { p: asTensor(tensors.p0!) };
  let state = optimizer.init(params);
  for (let i = 0; i < 5; i++) {
    const grads = { p: asTensor(tensors[`g${i}`]!) };
    const next = optimizer.update(params, grads, state);
    tf.dispose([params, state.first, state.second, grads]);
    ({ params, state } = next);
    await golden.compare(file, `p${i + 1}`, await readTensor(params.p!));
    await golden.compare(file, `m${i + 1}`, await readTensor(state.first.p!));
    await golden.compare(file, `v${i + 1}`, await readTensor(state.second.p!));
  }
  tf.dispose([params, state.first, state.second]);
}

async function compareEma(golden: Golden): Promise<void> {
  const file = "ema_trace";
  const tensors = await golden.tensors(file);
  const [steps, size] = tensors.params!.shape as [number, number];
  const row = ({ data }: GoldenTensor, i: number) =>
    tf.tensor1d(Array.from({ length: size }, (_, j) => data[i * size + j]!));
  const shadows: number[] = Array.from(tensors.shadow!.data).slice(0, size);
  let ema: Params = { p: row(tensors.shadow!, 0) };
  for (let update = 1; update < steps; update++) {
    const params = { p: row(tensors.params!, update) };
    const next = updateEma(ema, params, emaDecay(golden.hyper(file).decay, update));
    tf.dispose([ema, params]);
    ema = next;
    shadows.push(...await readTensor(ema.p!));
  }
  tf.dispose(ema);
  await golden.compare(file, "shadow", shadows);
}

async function compareTrace(golden: Golden): Promise<void> {
  const file = "train_trace_mono";
  const { hyper, network, weights, axes } = await problem(golden, file);
  const tensors = await golden.tensors(file);
  const still = {
    clean: asImages(tensors.x0!),
    mu: asSequence(tensors.mu!),
    condition: asSequence(tensors.cond!),
  };
  const [steps, samples] = tensors.sigma!.shape as [number, number];
  const [, ...noiseShape] = tensors.noise!.shape;
  const noiseSize = noiseShape.reduce((a, b) => a * b, 1);
  const optimizer = adamw({ learningRate: hyper.lr, weightDecay: hyper.weight_decay });
  const update = compileUpdate({ network, optimizer, clip: Infinity });
  const { buffers } = weights;
  let params = weights.params;
  let ema: Params = Object.fromEntries(
    Object.entries(params).map(([name, tensor]) => [name, tensor.clone()]),
  );
  const { first, second } = optimizer.init(params);
  let moments = { first, second };
  const trace: number[] = [];
  for (let i = 0; i < steps; i++) {
    const sigmas = Array.from(tensors.sigma!.data).slice(i * samples, (i + 1) * samples);
    const data = Array.from(tensors.noise!.data).slice(i * noiseSize, (i + 1) * noiseSize);
    const vectors = objectiveVectors(axes, sigmas, 1);
    const batch = { ...still, noise: asSequence({ shape: noiseShape, data }) };
    const { move, epsilon, keep } = optimizer.rates(i + 1);
    const rates = {
      move: tf.scalar(move),
      epsilon: tf.scalar(epsilon),
      keep: tf.scalar(keep),
      ema: [tf.scalar(1 - emaDecay(hyper.ema_decay, i + 1))],
    };
    const next = await update({ params, buffers, ema: [ema], moments, batch, vectors, rates });
    trace.push((await readTensor(next.loss))[0]!);
    tf.dispose([params, moments.first, moments.second, ema, { ...vectors }, batch.noise, rates]);
    tf.dispose([next.loss, next.losses, next.norm]);
    ({ params, moments } = next);
    ema = next.ema[0]!;
  }
  await golden.compare(file, "loss", trace);
  for (const tensor of golden.checked(file)) {
    const [which, ...rest] = tensor.split(".");
    const name = rest.join(".");
    const values = which === "final" ? params[name] : which === "ema" ? ema[name] : undefined;
    if (values !== undefined) await golden.compare(file, tensor, await readWeight(name, values));
  }
  await update.dispose();
  tf.dispose([params, ema, moments.first, moments.second, buffers]);
  tf.dispose([still.clean as Images, still.mu, still.condition]);
}
