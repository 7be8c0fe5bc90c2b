/** Cases of the benches: a forward pass, five sampling steps and a training step of a configuration. */

import { builtins } from "../builtins.ts";
import { published, type PublishedName } from "../checkpoints/mod.ts";
import { createRng } from "../core/mod.ts";
import {
  compile,
  type Images,
  type Params,
  readTensor,
  type Sequence,
  type Tensor,
  type Tensor1D,
  tf,
  type Weights,
} from "../engine/mod.ts";
import { sample } from "../model/mod.ts";
import { convolutional, hdit, type Network } from "../networks/mod.ts";
import { meanReverting } from "../precond/mod.ts";
import { euler } from "../samplers/mod.ts";
import { rational } from "../schedules/mod.ts";
import { karras } from "../timesteps/mod.ts";
import { adamw, compileUpdate, objectiveVectors, type UpdateOutput } from "../training/mod.ts";
import { inverseOutput } from "../weighting/mod.ts";

/** Prepared case of a bench. */
export interface Case {
  /** Runs the case once and returns its result; of a training step, the loss. */
  readonly run: () => Promise<Float32Array>;
  /** Closes the sessions of the case, which writes their profiles. */
  readonly end: () => Promise<void>;
}

/** Network of a case and the size of its input. */
export interface Subject {
  readonly network: Network;
  /** Channels of the image; the remaining input channels are the condition's. */
  readonly bands: number;
  readonly length: number;
  readonly side: number;
  readonly batch: number;
}

/** Names of the subjects: the published configurations, a small one and a convolutional one. */
export const SUBJECTS = ["demo", "convolutional", "sen2_mtc_new", "sentinel", "cuhk"] as const;

/** The convolutional network of the shipped models, at the size of their training. */
const conv: Subject = {
  network: convolutional({
    inChannels: 56,
    outChannels: 13,
    patchSize: [2, 2],
    levels: [
      { width: 64, depth: 2, dFf: 64 },
      { width: 96, depth: 2, kernelSize: 5 },
      { width: 160, depth: 4, kernelSize: 7 },
    ],
  }),
  bands: 13,
  length: 1,
  side: 128,
  batch: 8,
};

/** The demo configuration, so small that overhead matters. */
const demo: Subject = {
  network: hdit({
    inChannels: 8,
    outChannels: 4,
    patchSize: [4, 4],
    levels: [
      { width: 64, depth: 2, dFf: 128, attention: "neighborhood", kernelSize: 7 },
      { width: 128, depth: 4, dFf: 256, attention: "global" },
    ],
    mapping: { depth: 2, width: 128, dFf: 256, dropout: 0.1 },
  }),
  bands: 4,
  length: 1,
  side: 64,
  batch: 8,
};

/** Returns a subject by name; `side` replaces the published tile size of 256 pixels. */
export function subjectOf(name: string, side = 256): Subject {
  if (name === "demo") return demo;
  if (name === "convolutional") return conv;
  const card = published[name as PublishedName];
  return {
    network: builtins.create("network", card.modules.network as never),
    bands: card.bands.length,
    length: card.length,
    side,
    batch: 1,
  };
}

const rng = createRng(5);

function normal<T extends Tensor>(name: string, shape: readonly number[]): T {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(rng.fork(name).normals(size), [...shape]) as T;
}

/** Returns the case of one network evaluation. */
export function forward({ network, length, side, batch }: Subject, weights: Weights): Case {
  const apply = compile(
    ({ weights, x, cNoise }: { weights: Weights; x: Sequence; cNoise: Tensor1D }) => ({
      image: network.apply(weights, { x, cNoise }).image,
    }),
    { constants: ["weights"], slow: ["cNoise"] },
  );
  const x = normal<Sequence>("x", [batch, length, side, side, network.inChannels]);
  const cNoise = tf.tensor1d(Array<number>(batch).fill(-0.3));
  const run = async () => {
    const { image } = await apply({ weights, x, cNoise });
    const values = await finite(image);
    image.dispose();
    return values;
  };
  return { run, end: apply.dispose };
}

async function finite(tensor: Tensor): Promise<Float32Array> {
  const values = await readTensor(tensor);
  if (!values.every(Number.isFinite)) {
    throw new Error("Cannot time the case: its result must be finite, got NaN or infinity");
  }
  return values;
}

/** Returns the case of five Euler steps. */
export function sampling({ network, bands, length, side, batch }: Subject, weights: Weights): Case {
  const shape = [batch, length, side, side, bands];
  const modules = { schedule: rational(), precond: meanReverting(), network };
  const model = { weights, modules };
  const mu = normal<Sequence>("mu", shape);
  const condition = normal<Sequence>("condition", [
    ...shape.slice(0, -1),
    network.inChannels - bands,
  ]);
  const noise = normal<Sequence>("noise", shape);
  const run = async () => {
    const image = await sample(model, {
      mu,
      condition,
      sampler: euler(),
      sigmas: karras({ sigmaMin: 0.001, sigmaMax: 100 }).sigmas(5),
      noise: () => noise.clone(),
    });
    const values = await finite(image);
    image.dispose();
    return values;
  };
  return { run, end: () => Promise.resolve() };
}

/** Returns the case of one training step with AdamW and one moving average. */
export function training({ network, bands, length, side, batch }: Subject, weights: Weights): Case {
  const optimizer = adamw();
  const update = compileUpdate({ network, optimizer, clip: Infinity });
  const shape = [batch, length, side, side, bands];
  const tensors = {
    clean: normal<Images>("clean", [batch, side, side, bands]),
    mu: normal<Sequence>("mu", shape),
    noise: normal<Sequence>("noise", shape),
    condition: normal<Sequence>("c", [...shape.slice(0, -1), network.inChannels - bands]),
  };
  const axes = {
    schedule: rational(),
    precond: meanReverting(),
    weighting: inverseOutput(),
  };
  const vectors = objectiveVectors(axes, Array.from({ length: batch }, (_, b) => 0.3 + b), length);
  const { first, second } = optimizer.init(weights.params);
  const copy = (params: Params) =>
    Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, tensor.clone()]));
  let state: Pick<UpdateOutput, "params" | "moments" | "ema"> = {
    params: weights.params,
    moments: { first, second },
    ema: [copy(weights.params)],
  };
  let step = 0;
  const run = async () => {
    const { move, epsilon, keep } = optimizer.rates(++step);
    const rates = {
      move: tf.scalar(move),
      epsilon: tf.scalar(epsilon),
      keep: tf.scalar(keep),
      ema: [tf.scalar(1e-3)],
    };
    const next = await update(
      { ...state, buffers: weights.buffers, batch: tensors, vectors, rates },
      (name, size) => rng.fork(name).fork(step).uniforms(size.reduce((a, b) => a * b, 1)),
    );
    const loss = await finite(next.loss);
    tf.dispose([next.loss, next.losses, next.norm, rates]);
    tf.dispose([state.params, state.moments.first, state.moments.second, ...state.ema]);
    state = { params: next.params, moments: next.moments, ema: next.ema };
    return loss;
  };
  return { run, end: update.dispose };
}
