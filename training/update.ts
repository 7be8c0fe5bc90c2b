/**
 * Compiled updates: loss and gradients (Alg. 1), clipping, AdamW and the moving averages.
 *
 * @module
 */

import {
  compile,
  type CompileContext,
  type Compiled,
  type Params,
  type Scalar,
  type Tensor,
  type Tensor1D,
  tf,
} from "../engine/mod.ts";
import type { Network } from "../networks/mod.ts";
import type { AdamW, AdamWMoments, AdamWRates } from "./adamw.ts";
import { clipping } from "./clip.ts";
import { lossAndGradients, type LossScale } from "./gradients.ts";
import type { ObjectiveVectors, TrainingTensors } from "./objective.ts";

/** Part of the training state that an update changes. */
export interface UpdateState {
  /** Trained parameters. */
  readonly params: Params;
  /** Averaged parameters, one set per decay. */
  readonly ema: readonly Params[];
  /** Running means of AdamW. */
  readonly moments: AdamWMoments;
}

/** Scalars [] of one update. */
export type UpdateRates = AdamWRates & {
  /** 1 − decay of each average. */
  readonly ema: readonly Tensor[];
};

/** Input of the gradients. */
export interface GradientInput {
  /** Trained parameters. */
  readonly params: Params;
  /** Fixed tensors: Fourier weights, RoPE frequencies. */
  readonly buffers: Params;
  /** Images of the batch. */
  readonly batch: TrainingTensors;
  /** Noise levels, loss weights and coefficients of the samples. */
  readonly vectors: ObjectiveVectors;
}

/** Input of an update. */
export type UpdateInput = UpdateState & GradientInput & { readonly rates: UpdateRates };

/** Result of an update. */
export interface UpdateOutput extends UpdateState {
  /** Mean loss of the batch []. */
  readonly loss: Scalar;
  /** Loss of each sample [B]. */
  readonly losses: Tensor1D;
  /** Norm of the gradients before clipping. */
  readonly norm: Scalar;
}

/** Update compiled as one computation. */
export type CompiledUpdate = Compiled<UpdateInput, UpdateOutput>;

/** Options of {@linkcode compileUpdate}. */
export interface UpdateOptions {
  /** Network F_θ that is trained. */
  readonly network: Network;
  /** AdamW with the rates of the experiment. */
  readonly optimizer: AdamW;
  /** Maximum norm of the gradients; `Infinity` does not clip. */
  readonly clip: number;
  /** Scale on which the objective averages losses. Default linear. */
  readonly loss?: LossScale;
}

const STATE = ["params", "moments", "ema"];

/** Applies gradients: clipping, AdamW and the averages. */
function applyGradients(
  { params, ema, moments, rates }: UpdateState & { readonly rates: UpdateRates },
  grads: Params,
  { optimizer, clip }: Pick<UpdateOptions, "optimizer" | "clip">,
): Omit<UpdateOutput, "loss" | "losses"> {
  const { norm, factor } = clipping(grads, clip);
  // The added zero makes every update wait for all gradients, so that it may overwrite the old state.
  const move = tf.mul(rates.move, tf.add(tf.mul(norm, 0), 1));
  const next = optimizer.apply(params, grads, {
    ...moments,
    rates: { ...rates, move },
    factor,
    averages: ema.map((params, i) => ({ params, share: rates.ema[i]! })),
  });
  return {
    norm,
    params: next.params,
    moments: { first: next.first, second: next.second },
    ema: next.averages,
  };
}

/**
 * Compiles loss, gradients, clipping, AdamW and the averages as one computation. The new state stays
 * on the engine as the input of the next update.
 */
export function compileUpdate({ network, loss: scale, ...options }: UpdateOptions): CompiledUpdate {
  const update = (input: UpdateInput, { random }: CompileContext): UpdateOutput => {
    const { params, buffers, batch, vectors } = input;
    const given = { batch, vectors, random };
    const { loss, losses, grads } = lossAndGradients(
      network,
      { params, buffers },
      given,
      scale,
    );
    return { loss, losses, ...applyGradients(input, grads, options) };
  };
  return compile(update, { constants: ["buffers"], resident: STATE, donated: STATE });
}

/** Computation that adds a batch's share of the gradients to their sums. */
type Gradients = Compiled<
  GradientInput & { readonly sums: Params },
  { readonly losses: Tensor1D; readonly sums: Params }
>;

/** Computation that applies given gradients. */
type Application = Compiled<
  UpdateState & { readonly rates: UpdateRates; readonly grads: Params },
  Omit<UpdateOutput, "loss" | "losses">
>;

/**
 * Compiles an update whose gradients are the mean over `count` batches, as two computations: one adds
 * a batch's share to sums that stay on the engine, the other applies the sums. It needs the memory of
 * one batch and one more copy of the parameters.
 */
export function compileAccumulated(
  { network, loss: scale, ...options }: UpdateOptions,
  count: number,
): { readonly gradients: Gradients; readonly apply: Application } {
  const gradients: Gradients = compile(
    ({ params, buffers, sums, ...given }, { random }) => {
      const { losses, grads } = lossAndGradients(network, { params, buffers }, {
        ...given,
        random,
      }, scale);
      const added = Object.entries(sums).map(([name, sum]) => [
        name,
        tf.add(sum, tf.mul(grads[name]!, 1 / count)),
      ]);
      return { losses, sums: Object.fromEntries(added) };
    },
    { constants: ["buffers"], resident: ["sums"], donated: ["sums"] },
  );
  const apply: Application = compile(
    ({ grads, ...state }) => applyGradients(state, grads, options),
    { resident: STATE, donated: STATE },
  );
  return { gradients, apply };
}
