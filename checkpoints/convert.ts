/**
 * Conversion of the authors' checkpoints to model files, and of models to the authors' names.
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
import { withoutPrefix } from "./name_prefix.ts";
import { published, type PublishedName } from "./published.ts";
import { writeSafetensors } from "./safetensors.ts";
import { readWeightsFile, type WeightsFile } from "./weights_file.ts";

/** Options of {@linkcode convertWeights}. */
export interface ConvertOptions {
  /** The card, or the name of a published one. Default: the card in the file. */
  readonly card?: ModelCard | PublishedName;
  /** Weights of a checkpoint: the moving average (default) or the last ones. */
  readonly weights?: "ema" | "raw";
  /** Attention of each level, if the network has other sizes than the card's. */
  readonly attention?: readonly LevelOptions["attention"][];
  /** A model file (default), or safetensors with the names of the authors' state_dict. */
  readonly to?: "model" | "authors";
  /** Type of the stored weights of a model file. Default float32. */
  readonly dtype?: WeightsDType;
  /** Knows the modules that the card names. Default the built-in ones. */
  readonly registry?: AnyRegistry;
  /** Replaces an existing file. Default false. */
  readonly overwrite?: boolean;
  /** Called at the begin of each stage of the work. */
  readonly onStage?: (stage: "reading" | "converting" | "writing") => void;
}

/** Result of {@linkcode convertWeights}. */
export interface Converted {
  /** Number of the network's tensors. */
  readonly tensors: number;
  /** The card of the model file; absent with the authors' names. */
  readonly card?: ModelCard;
}

function cardFor({ card, facts }: WeightsFile, given: ConvertOptions["card"]): ModelCard {
  const chosen = typeof given === "string" ? published[given] : given ?? card;
  if (chosen === undefined) {
    throw new CheckpointError(
      "it has no model card: give a card, or the name of a published configuration " +
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
 * @throws {CheckpointError} If the input is damaged or unsafe, has no card and is given none, or its
 * tensors are not those of the card's network; nothing is written.
 * @throws {TypeError} If the output exists and `overwrite` is not set.
 */
export async function convertWeights(
  from: string | URL,
  into: string | URL,
  {
    card: given,
    weights = "ema",
    attention,
    to = "model",
    dtype,
    registry,
    overwrite = false,
    onStage = () => {},
  }: ConvertOptions = {},
): Promise<Converted> {
  onStage("reading");
  const file = readWeightsFile(from, { weights });
  onStage("converting");
  const known = { ...(registry && { registry }) };
  const networkOf = (card: ModelCard) =>
    buildModules(card, { path: "card.modules", ...known }).network;
  const tensors = inFile(from, () => {
    const own = fromAuthorsNames(file.tensors, { weights });
    // Inferred networks are built-in ones.
    const isKnown = attention === undefined && (file.card ?? given) !== undefined;
    return withoutPrefix(own, isKnown ? networkOf(cardFor(file, given)) : undefined);
  });
  const count = Object.keys(tensors).length;
  if (to === "authors") {
    onStage("writing");
    await writeSafetensors(into, { tensors: toAuthorsNames(tensors), overwrite });
    return { tensors: count };
  }
  const { card, network } = inFile(from, () => {
    const card = fitCard(cardFor(file, given), tensors, {
      ...(attention && { attention }),
      ...known,
    });
    return { card, network: networkOf(card) };
  });
  onStage("writing");
  await writeModelFile(into, { tensors, card, network, overwrite, ...(dtype && { dtype }) });
  return { tensors: count, card };
}
