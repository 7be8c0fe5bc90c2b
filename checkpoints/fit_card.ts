/**
 * A model card for a checkpoint that has none.
 *
 * @module
 */

import { type AnyRegistry, builtins } from "../builtins.ts";
import { buildModules, conditionChannels, type ModelCard } from "../model/mod.ts";
import type { LevelOptions } from "../networks/mod.ts";
import { CheckpointError } from "./errors.ts";
import { inferNetwork } from "./infer_network.ts";
import type { StoredTensors } from "./stored_tensor.ts";
import { checkTensors } from "./weights.ts";

/**
 * Returns a card whose network has the tensors of a file.
 *
 * A card that fits is returned unchanged. Otherwise the network's sizes are inferred from names and
 * shapes, for which `attention` must be given.
 *
 * @param card Images and axes of the model; its network may have other sizes.
 * @param tensors Tensors by the authors' names, linear weights [out, in].
 * @param options `attention` of each level, from fine to coarse.
 * @throws {CheckpointError} If the card's network does not fit and `attention` is not given, or the
 * tensors belong to neither built-in network.
 */
export function fitCard(
  card: ModelCard,
  tensors: StoredTensors,
  { attention, registry = builtins }: {
    readonly attention?: readonly LevelOptions["attention"][];
    readonly registry?: AnyRegistry;
  } = {},
): ModelCard {
  if (attention === undefined) {
    checkFits(card, tensors, registry);
    return card;
  }
  const inChannels = card.bands.length + conditionChannels(card);
  const network = { ...inferNetwork(tensors, { attention, inChannels }) };
  const fitted = { ...card, modules: { ...card.modules, network } };
  checkTensors(buildModules(fitted, { registry, path: "card.modules" }).network, tensors);
  return fitted;
}

function checkFits(card: ModelCard, tensors: StoredTensors, registry: AnyRegistry): void {
  try {
    checkTensors(buildModules(card, { registry, path: "card.modules" }).network, tensors);
  } catch (cause) {
    if (!(cause instanceof CheckpointError)) throw cause;
    throw new CheckpointError(
      `${cause.message}; or give the attention of each level (attention) to infer the sizes from ` +
        "the file",
      { cause },
    );
  }
}
