/**
 * What a training run has come to, in memory and in a file from which it goes on.
 *
 * @module
 */

import {
  CheckpointError,
  readSafetensors,
  type StoredTensor,
  swapShape,
  toFile,
  toMemory,
  writeSafetensors,
} from "../checkpoints/mod.ts";
import { type Params, readTensor, type Tensor, tf, type Weights } from "../engine/mod.ts";
import { type ModelCard, stringifyCard } from "../model/mod.ts";
import type { Network } from "../networks/mod.ts";
import type { AdamW, AdamWState } from "./adamw.ts";
import type { CheckedExperiment } from "./experiment.ts";

/** Everything that the next step depends on. */
export interface TrainingState {
  /** Updates so far. */
  readonly step: number;
  readonly weights: Weights;
  /** The averaged parameters. */
  readonly ema: Params;
  readonly optimizer: AdamWState;
}

/** The state before the first step; it owns the weights that it is given. */
export function firstState(weights: Weights, optimizer: AdamW): TrainingState {
  const ema = Object.fromEntries(
    Object.entries(weights.params).map(([name, tensor]) => [name, tensor.clone()]),
  );
  return { step: 0, weights, ema, optimizer: optimizer.init(weights.params) };
}

/** Frees the tensors of a state, but not those of `kept`. */
export function disposeState(state: TrainingState, kept: readonly Params[] = []): void {
  const { weights: { params, buffers }, ema, optimizer: { first, second } } = state;
  for (const group of [params, buffers, ema, first, second]) {
    if (!kept.includes(group)) tf.dispose(group);
  }
}

const EXPERIMENT = "emrdm.experiment";
const CARD = "emrdm.card";
const STEP = "emrdm.step";

/** An experiment as text, to be compared; how long it runs and how often it saves do not matter. */
function essence(experiment: CheckedExperiment): string {
  const { steps: _, checkpointEvery: _c, validateEvery: _v, validationSamples: _s, ...rest } =
    experiment;
  return JSON.stringify(rest, (_, value) => value === Infinity ? "Infinity" : value);
}

/**
 * Writes a state, whole or not at all, over the one that is there.
 *
 * @param options The experiment, which resuming compares, and the model's card.
 */
export async function saveState(
  path: string,
  state: TrainingState,
  { experiment, card }: { readonly experiment: CheckedExperiment; readonly card: ModelCard },
): Promise<void> {
  const { step, weights, ema, optimizer } = state;
  const groups = {
    params: weights.params,
    buffers: weights.buffers,
    ema,
    first: optimizer.first,
    second: optimizer.second,
  };
  const tensors: Record<string, StoredTensor> = {};
  for (const [group, members] of Object.entries(groups)) {
    for (const [name, tensor] of Object.entries(members)) {
      const data = await readTensor(tensor);
      tensors[`${group}.${name}`] = toFile(name, { shape: tensor.shape, data });
    }
  }
  const metadata = {
    [STEP]: String(step),
    [EXPERIMENT]: essence(experiment),
    [CARD]: stringifyCard(card),
  };
  await writeSafetensors(path, { tensors, metadata, overwrite: true });
}

/**
 * Reads a state.
 *
 * @param options The network and the experiment that it must belong to.
 * @returns The state; the caller owns its tensors.
 * @throws {CheckpointError} If the file is broken or belongs to another experiment.
 */
export async function loadState(
  path: string,
  { network, experiment }: {
    readonly network: Pick<Network, "tensors">;
    readonly experiment: CheckedExperiment;
  },
): Promise<TrainingState> {
  const { tensors, metadata } = await readSafetensors(path);
  const step = Number(metadata[STEP]);
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new CheckpointError(`Cannot resume from ${path}: it is no checkpoint of a training run`);
  }
  if (metadata[EXPERIMENT] !== essence(experiment)) {
    throw new CheckpointError(
      `Cannot resume from ${path}: it must be of the same experiment; train the changed one into ` +
        `another folder`,
    );
  }
  const read = (group: string, role: "param" | "buffer"): Params => {
    const specs = network.tensors.filter((spec) => spec.role === role);
    const entries = specs.map(({ name, shape }): [string, Tensor] => {
      const stored = tensors[`${group}.${name}`];
      if (stored === undefined || stored.shape.join() !== swapShape(name, shape).join()) {
        throw new CheckpointError(
          `Cannot resume from ${path}: ${group}.${name} must be [${swapShape(name, shape)}], got ` +
            (stored === undefined ? "nothing" : `[${stored.shape}]`),
        );
      }
      const { data } = toMemory(name, stored);
      return [name, tf.tensor(data, [...shape], "float32")];
    });
    return Object.fromEntries(entries);
  };
  return {
    step,
    weights: { params: read("params", "param"), buffers: read("buffers", "buffer") },
    ema: read("ema", "param"),
    optimizer: { step, first: read("first", "param"), second: read("second", "param") },
  };
}
