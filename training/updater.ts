/**
 * Updates from one batch, or from several batches whose gradients are averaged.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import { ownedTensor, type Params, type RandomNumbers, readTensor, tf } from "../engine/mod.ts";
import type { ObjectiveVectors, TrainingTensors } from "./objective.ts";
import {
  compileAccumulated,
  compileUpdate,
  type UpdateOptions,
  type UpdateRates,
  type UpdateState,
} from "./update.ts";

/** One batch of an update, with the random numbers of its dropout. */
export interface Batch {
  /** Tensors of the batch; the updater disposes them. */
  readonly given: { readonly batch: TrainingTensors; readonly vectors: ObjectiveVectors };
  /** Random numbers of dropout. */
  readonly random: RandomNumbers;
}

/** Input of {@linkcode Updater}. */
export interface UpdaterInput {
  /** State before the update, and the network's fixed tensors. */
  readonly state: UpdateState & { readonly buffers: Params };
  /** Scalars of this update. */
  readonly rates: UpdateRates;
  /** Returns batch i of the update. */
  readonly batch: (i: number) => Promise<Batch>;
}

/** State after an update, owned by the caller, with its loss and norm. */
export interface Updated extends UpdateState {
  /** Mean loss over all batches. */
  readonly loss: number;
  /** Loss of each sample of all batches. */
  readonly losses: readonly number[];
  /** Norm of the gradients before clipping. */
  readonly norm: number;
}

/** Compiled update that takes one or more batches. */
export interface Updater {
  /** Number of batches per update. */
  readonly batches: number;
  /** Computes one update. The caller owns the old state, the rates and the result. */
  update(input: UpdaterInput): Promise<Updated>;
  /** Frees the compiled functions and their tensors. */
  dispose(): Promise<void>;
}

function disposeBatch({ batch, vectors }: Batch["given"]): void {
  tf.dispose([{ ...batch }, { ...vectors }]);
}

/** Returns an updater of one batch per update, as one computation. */
function singleBatch(options: UpdateOptions): Updater {
  const compiled = compileUpdate(options);
  return {
    batches: 1,
    dispose: compiled.dispose,
    async update({ state, rates, batch }) {
      const { given, random } = await batch(0);
      const { loss, losses, norm, ...next } = await compiled({ ...state, ...given, rates }, random)
        .finally(() => disposeBatch(given));
      const numbers = {
        loss: (await readTensor(loss))[0]!,
        losses: [...await readTensor(losses)],
        norm: (await readTensor(norm))[0]!,
      };
      tf.dispose([loss, losses, norm]);
      return { ...next, ...numbers };
    },
  };
}

function zerosLike(params: Params): Params {
  const zeros = Object.entries(params)
    .map(([name, { shape, size }]) => [name, ownedTensor(new Float32Array(size), shape)] as const);
  return Object.fromEntries(zeros);
}

/** Returns an updater of several batches: one computation adds gradients, another applies them. */
function accumulating(options: UpdateOptions, batches: number): Updater {
  const { gradients, apply } = compileAccumulated(options, batches);
  return {
    batches,
    async dispose() {
      await gradients.dispose();
      await apply.dispose();
    },
    async update({ state: { buffers, ...state }, rates, batch }) {
      const losses: number[] = [];
      let sums = zerosLike(state.params);
      try {
        for (let i = 0; i < batches; i++) {
          const { given, random } = await batch(i);
          const next = await gradients({ params: state.params, buffers, sums, ...given }, random)
            .finally(() => disposeBatch(given));
          tf.dispose(sums);
          sums = next.sums;
          losses.push(...await readTensor(next.losses));
          tf.dispose(next.losses);
        }
        const { norm, ...next } = await apply({ ...state, rates, grads: sums });
        const numbers = {
          loss: mean(losses),
          losses,
          norm: (await readTensor(norm))[0]!,
        };
        tf.dispose(norm);
        return { ...next, ...numbers };
      } finally {
        tf.dispose(sums);
      }
    },
  };
}

/**
 * Creates an updater.
 *
 * @param accumulate Batches per update. With 1, gradients stay inside one computation.
 */
export function createUpdater(
  { accumulate, ...options }: UpdateOptions & { readonly accumulate: number },
): Updater {
  return accumulate === 1 ? singleBatch(options) : accumulating(options, accumulate);
}
