/**
 * Updates from one batch, or from several whose gradients are averaged.
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

/** One batch of an update. */
export interface Batch {
  /** Disposed after its use. */
  readonly given: { readonly batch: TrainingTensors; readonly vectors: ObjectiveVectors };
  /** Dropout. */
  readonly random: RandomNumbers;
}

/** What an update is given. */
export interface UpdaterInput {
  readonly state: UpdateState & { readonly buffers: Params };
  readonly rates: UpdateRates;
  /** Makes batch i of the update. */
  readonly batch: (i: number) => Promise<Batch>;
}

/** The state after an update, which is the caller's, and its numbers. */
export interface Updated extends UpdateState {
  readonly loss: number;
  /** One per sample of all batches. */
  readonly losses: readonly number[];
  /** Norm of the gradients before clipping. */
  readonly norm: number;
}

/** Makes updates. */
export interface Updater {
  /** Batches of one update. */
  readonly batches: number;
  update(input: UpdaterInput): Promise<Updated>;
  dispose(): Promise<void>;
}

function freeTensors({ batch, vectors }: Batch["given"]): void {
  tf.dispose([{ ...batch }, { ...vectors }]);
}

/** Updates from one batch each, as one graph. */
function atOnce(options: UpdateOptions): Updater {
  const compiled = compileUpdate(options);
  return {
    batches: 1,
    dispose: compiled.dispose,
    async update({ state, rates, batch }) {
      const { given, random } = await batch(0);
      const { loss, losses, norm, ...next } = await compiled({ ...state, ...given, rates }, random)
        .finally(() => freeTensors(given));
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

/** Updates from several batches each: one graph adds gradients, another one uses them. */
function inParts(options: UpdateOptions, batches: number): Updater {
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
            .finally(() => freeTensors(given));
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
 * Makes an updater.
 *
 * @param accumulate Batches of one update; with 1, gradients never leave the graph that uses them.
 */
export function createUpdater(
  { accumulate, ...options }: UpdateOptions & { readonly accumulate: number },
): Updater {
  return accumulate === 1 ? atOnce(options) : inParts(options, accumulate);
}
