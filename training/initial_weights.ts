/**
 * Initial weights of a run: random, or those of another model.
 *
 * @module
 */

import type { AnyRegistry } from "../builtins.ts";
import { CheckpointError, loadModel, readModelFile, weightsOf } from "../checkpoints/mod.ts";
import { InputError } from "../core/mod.ts";
import { tf, type Weights } from "../engine/mod.ts";
import { createModel, type Model, modelDigest, modelFromCard } from "../model/mod.ts";
import type { CheckedExperiment } from "./experiment.ts";
import { inModel } from "./experiment_card.ts";
import { hasBandsOf, pickBands } from "./pick_bands.ts";

/** A model before its training. */
export interface InitialModel {
  readonly model: Model;
  /** Digest of the model that the weights come from; absent if they are random. */
  readonly digest?: string;
}

/** Reads weights from a model file, and its digest; of a model with more bands, those of the bands. */
async function load(
  source: string,
  { card: own, modules: { network } }: Model,
  registry: AnyRegistry,
): Promise<{ readonly weights: Weights; readonly digest: string }> {
  try {
    const { card, tensors } = await readModelFile(source);
    if (hasBandsOf(own, card)) {
      const other = await loadModel(source, { registry });
      const found = { weights: await pickBands(other, own), digest: await modelDigest(other) };
      tf.dispose([{ ...other.weights.params }, { ...other.weights.buffers }]);
      return found;
    }
    const weights = weightsOf(network, tensors);
    return { weights, digest: await modelDigest(modelFromCard(card, weights, { registry })) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new InputError(`Cannot start from ${source}: the model file must exist`);
    }
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(`Cannot start from ${source}: ${error.message}`, { cause: error });
  }
}

/**
 * Returns the model that a run starts with; the caller owns its weights.
 *
 * @throws {OptionsError} If the model's config is invalid.
 * @throws {InputError} If the file of the initial weights does not exist.
 * @throws {CheckpointError} If the file is damaged or holds another network.
 */
export async function initialModel(
  experiment: CheckedExperiment,
  registry: AnyRegistry,
): Promise<InitialModel> {
  const { seed } = experiment;
  const model = inModel(() => createModel(experiment.model, { registry, seed }));
  if (experiment.initialWeights === undefined) return { model };
  const { params, buffers } = model.weights;
  tf.dispose([{ ...params }, { ...buffers }]);
  const { weights, digest } = await load(experiment.initialWeights, model, registry);
  return { model: { ...model, weights }, digest };
}
