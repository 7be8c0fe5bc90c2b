/**
 * Checkpoints of training runs: a model file with the averaged weights and everything else that the
 * next step depends on.
 *
 * @module
 */

import {
  CheckpointError,
  modelMetadata,
  readSafetensors,
  type StoredTensor,
  swapShape,
  toFile,
  toMemory,
  TRAINING_PREFIX,
  writeSafetensors,
} from "../checkpoints/mod.ts";
import { type Params, readTensor, type Tensor, tf } from "../engine/mod.ts";
import type { ModelCard } from "../model/mod.ts";
import type { Network } from "../networks/mod.ts";
import type { Best } from "./best.ts";
import { bestKey, type CheckpointOwner, differences, essence, json } from "./checkpoint_owner.ts";
import { dataChange, type DataFacts } from "./data_facts.ts";
import type { CheckedExperiment } from "./experiment.ts";
import type { TrainingState } from "./state.ts";

const EXPERIMENT = "emrdm.experiment";
const STEP = "emrdm.step";
/** Decay of the average whose tensors have the names of the model. */
const AVERAGE = "emrdm.average";
const BEST = "emrdm.best";
const INITIAL = "emrdm.initialWeights";
const DATA = "emrdm.data";

/** Returns the name prefixes of the groups of tensors. */
function groupsOf({ decays }: CheckedExperiment["ema"], use: number) {
  return {
    params: `${TRAINING_PREFIX}params.`,
    first: `${TRAINING_PREFIX}first.`,
    second: `${TRAINING_PREFIX}second.`,
    // Tensors of the average in use have the names of the model.
    ema: decays.map((decay) => decay === use ? "" : `${TRAINING_PREFIX}ema.${decay}.`),
  };
}

/**
 * Writes a training state atomically, replacing an earlier one.
 *
 * @param options The run that the state belongs to, the model's card and the best validation so far.
 */
export async function saveCheckpoint(
  path: string,
  state: TrainingState,
  { card, best, ...owner }: CheckpointOwner & {
    readonly card: ModelCard;
    readonly best: Best | undefined;
  },
): Promise<void> {
  const { step, weights, ema, optimizer } = state;
  const { ema: averages } = owner.experiment;
  const names = groupsOf(averages, averages.use);
  const groups: readonly (readonly [string, Params])[] = [
    ["", weights.buffers],
    ...ema.map((average, i) => [names.ema[i]!, average] as const),
    [names.params, weights.params],
    [names.first, optimizer.first],
    [names.second, optimizer.second],
  ];
  const tensors: Record<string, StoredTensor> = {};
  for (const [group, members] of groups) {
    for (const [name, tensor] of Object.entries(members)) {
      const data = await readTensor(tensor);
      tensors[`${group}${name}`] = toFile(name, { shape: tensor.shape, data });
    }
  }
  const metadata = {
    ...modelMetadata(card),
    [STEP]: String(step),
    [EXPERIMENT]: essence(owner),
    [DATA]: json(owner.data),
    [AVERAGE]: String(averages.use),
    ...(owner.initialWeights !== undefined && { [INITIAL]: owner.initialWeights }),
    ...(best && { [BEST]: json({ ...best, of: bestKey(owner) }) }),
  };
  await writeSafetensors(path, { tensors, metadata, overwrite: true });
}

function parseBest(text: string | undefined, owner: CheckpointOwner): Best | undefined {
  if (text === undefined) return undefined;
  const { of, ...best } = JSON.parse(text) as Best & { readonly of: string };
  return of === bestKey(owner) ? best : undefined;
}

/** @throws {CheckpointError} If the checkpoint belongs to another experiment or to other data. */
function checkOwner(
  path: string,
  metadata: Readonly<Record<string, string>>,
  owner: CheckpointOwner,
): void {
  const differing = differences(metadata[EXPERIMENT] ?? "{}", essence(owner));
  if (differing.length > 0) {
    throw new CheckpointError(
      `Cannot resume from ${path}: the experiment must be unchanged, got another ` +
        `${differing.join(", ")}; train the changed experiment in another folder`,
    );
  }
  const before = metadata[DATA];
  const change = before && dataChange(JSON.parse(before) as DataFacts, owner.data);
  if (change) {
    throw new CheckpointError(
      `Cannot resume from ${path}: the data ${change}; restore the earlier data, or train in ` +
        `another folder ("initialWeights" can start from this file)`,
    );
  }
}

/**
 * Reads a training state.
 *
 * @param options The network, and the run that the checkpoint must belong to.
 * @returns The state, whose tensors the caller owns, and the best validation so far, which is
 *   dropped if the run now uses another metric, average or validation dataset.
 * @throws {CheckpointError} If the file is damaged or belongs to another experiment or to other data.
 */
export async function loadCheckpoint(
  path: string,
  { network, ...owner }: CheckpointOwner & { readonly network: Pick<Network, "tensors"> },
): Promise<{ readonly state: TrainingState; readonly best: Best | undefined }> {
  const { tensors, metadata } = await readSafetensors(path);
  const step = Number(metadata[STEP]);
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new CheckpointError(
      `Cannot resume from ${path}: it must be a checkpoint of a training run`,
    );
  }
  checkOwner(path, metadata, owner);
  const read = (group: string, role: "param" | "buffer"): Params => {
    const specs = network.tensors.filter((spec) => spec.role === role);
    const entries = specs.map(({ name, shape }): [string, Tensor] => {
      const stored = tensors[`${group}${name}`];
      if (stored === undefined || stored.shape.join() !== swapShape(name, shape).join()) {
        throw new CheckpointError(
          `Cannot resume from ${path}: ${group}${name} must be [${swapShape(name, shape)}], got ` +
            (stored === undefined ? "nothing" : `[${stored.shape}]`),
        );
      }
      const { data } = toMemory(name, stored);
      return [name, tf.tensor(data, [...shape], "float32")];
    });
    return Object.fromEntries(entries);
  };
  const names = groupsOf(owner.experiment.ema, Number(metadata[AVERAGE]));
  const state = {
    step,
    weights: { params: read(names.params, "param"), buffers: read("", "buffer") },
    ema: names.ema.map((group) => read(group, "param")),
    optimizer: { step, first: read(names.first, "param"), second: read(names.second, "param") },
  };
  return { state, best: parseBest(metadata[BEST], owner) };
}
