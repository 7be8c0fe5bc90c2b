/**
 * One update as graphs: Alg. 1, then clipping, AdamW and the averages.
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
import { lossAndGradients } from "./gradients.ts";
import type { ObjectiveVectors, TrainingTensors } from "./objective.ts";

/** What training changes. */
export interface UpdateState {
  readonly params: Params;
  /** One average for each decay. */
  readonly ema: readonly Params[];
  readonly moments: AdamWMoments;
}

/** Scalars [] that change from step to step. */
export type UpdateRates = AdamWRates & {
  /** 1 − decay of each average. */
  readonly ema: readonly Tensor[];
};

/** What gradients are computed from. */
interface GradientInput {
  readonly params: Params;
  readonly buffers: Params;
  readonly batch: TrainingTensors;
  readonly vectors: ObjectiveVectors;
}

/** Tensors of an update. */
export type UpdateInput = UpdateState & GradientInput & { readonly rates: UpdateRates };

/** What an update gives. */
export interface UpdateOutput extends UpdateState {
  readonly loss: Scalar;
  /** [B]. */
  readonly losses: Tensor1D;
  /** Norm of the gradients before clipping. */
  readonly norm: Scalar;
}

/** A compiled update. */
export type CompiledUpdate = Compiled<UpdateInput, UpdateOutput>;

/** What an update is made of. */
export interface UpdateOptions {
  readonly network: Network;
  readonly optimizer: AdamW;
  /** Largest norm of the gradients. */
  readonly clip: number;
}

const STATE = ["params", "moments", "ema"];

/** Clipping, AdamW and the averages. */
function applyGradients(
  { params, ema, moments, rates }: UpdateState & { readonly rates: UpdateRates },
  grads: Params,
  { optimizer, clip }: Omit<UpdateOptions, "network">,
): Omit<UpdateOutput, "loss" | "losses"> {
  const { norm, factor } = clipping(grads, clip);
  // Nothing is updated before every gradient is known: the new state may then replace the old one.
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
 * Loss, gradients, clipping, AdamW and the averages as one computation. The new state stays where it
 * was computed: the next update is given it as it is.
 */
export function compileUpdate({ network, ...options }: UpdateOptions): CompiledUpdate {
  const update = (input: UpdateInput, { random }: CompileContext): UpdateOutput => {
    const { params, buffers, batch, vectors } = input;
    const given = { batch, vectors, random };
    const { loss, losses, grads } = lossAndGradients(network, { params, buffers }, given);
    return { loss, losses, ...applyGradients(input, grads, options) };
  };
  return compile(update, { constants: ["buffers"], resident: STATE, donated: STATE });
}

/** Gradients added to those of the batches before. */
type Gradients = Compiled<
  GradientInput & { readonly sums: Params },
  { readonly losses: Tensor1D; readonly sums: Params }
>;

/** An update from gradients that are known. */
type Application = Compiled<
  UpdateState & { readonly rates: UpdateRates; readonly grads: Params },
  Omit<UpdateOutput, "loss" | "losses">
>;

/**
 * An update whose gradients are the mean over `count` batches, as two computations: one adds a
 * batch's share to sums that stay where they are, one uses them. Memory is that of one batch, and one
 * more copy of the parameters.
 */
export function compileAccumulated(
  { network, ...options }: UpdateOptions,
  count: number,
): { readonly gradients: Gradients; readonly apply: Application } {
  const gradients: Gradients = compile(
    ({ params, buffers, sums, ...given }, { random }) => {
      const { losses, grads } = lossAndGradients(network, { params, buffers }, {
        ...given,
        random,
      });
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
