/**
 * The authors' checkpoints to model files, and back to their names.
 *
 * @module
 */

import type { AnyRegistry } from "../builtins.ts";
import { buildModules, type ModelCard, parseCard } from "../model/mod.ts";
import type { LevelOptions } from "../networks/mod.ts";
import { CheckpointError, inFile } from "./errors.ts";
import { fitCard } from "./fit_card.ts";
import { fromAuthorsNames, toAuthorsNames } from "./lightning.ts";
import { type WeightsDType, writeModelFile } from "./model_file.ts";
import { published, type PublishedName } from "./published.ts";
import { writeSafetensors } from "./safetensors.ts";
import { readWeightsFile, type WeightsFile } from "./weights_file.ts";

/** How weights are converted. */
export interface ConvertOptions {
  /** What the file is: a card, or the name of a published one. Default: the file's own card. */
  readonly card?: ModelCard | PublishedName;
  /** Of a checkpoint: the moving average (default) or the last weights. */
  readonly weights?: "ema" | "raw";
  /** Attention of each level, where the network's sizes are not the card's. */
  readonly attention?: readonly LevelOptions["attention"][];
  /** A model file (default), or safetensors with the names of the authors' state_dict. */
  readonly to?: "model" | "authors";
  /** How the weights of a model file are stored. Default float32. */
  readonly dtype?: WeightsDType;
  /** Knows the modules that the card names. Default the built-in ones. */
  readonly registry?: AnyRegistry;
  /** Whether an existing file may be replaced. Default false. */
  readonly overwrite?: boolean;
}

/** What {@linkcode convertWeights} did. */
export interface Converted {
  /** Tensors of the network. */
  readonly tensors: number;
  /** The card of the model file; absent with the authors' names. */
  readonly card?: ModelCard;
}

function cardFor({ card, facts }: WeightsFile, given: ConvertOptions["card"]): ModelCard {
  const chosen = typeof given === "string" ? published[given] : given ?? card;
  if (chosen === undefined) {
    throw new CheckpointError(
      "it does not say what it is: give a card, or the name of a published configuration " +
        `(${Object.keys(published).join(", ")})`,
    );
  }
  return parseCard({ ...chosen, training: { ...chosen.training, ...facts } });
}

/**
 * Converts a checkpoint or safetensors file.
 *
 * @param from A Lightning checkpoint, a model file, or safetensors with the authors' names.
 * @param into The safetensors file to write.
 * @throws {CheckpointError} If the input is damaged or unsafe, does not say what it is, or is not of
 * the card's network; nothing is written.
 * @throws {TypeError} If the output exists and `overwrite` is not set.
 */
export async function convertWeights(
  from: string | URL,
  into: string | URL,
  { card: given, weights = "ema", attention, to = "model", dtype, registry, overwrite = false }:
    ConvertOptions = {},
): Promise<Converted> {
  const file = readWeightsFile(from, { weights });
  const tensors = inFile(from, () => fromAuthorsNames(file.tensors, { weights }));
  const count = Object.keys(tensors).length;
  if (to === "authors") {
    await writeSafetensors(into, { tensors: toAuthorsNames(tensors), overwrite });
    return { tensors: count };
  }
  const known = { ...(registry && { registry }) };
  const { card, network } = inFile(from, () => {
    const card = fitCard(cardFor(file, given), tensors, {
      ...(attention && { attention }),
      ...known,
    });
    return { card, network: buildModules(card, { path: "card.modules", ...known }).network };
  });
  await writeModelFile(into, { tensors, card, network, overwrite, ...(dtype && { dtype }) });
  return { tensors: count, card };
}
