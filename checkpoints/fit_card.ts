/**
 * A model card for a checkpoint that carries none.
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
 * A card whose network is the one of a file.
 *
 * A card that fits is returned as it is. Another one gets the network that names and shapes tell,
 * if `attention` says what they do not.
 *
 * @param card What the images are and every axis; its network may be of another size.
 * @param tensors Tensors by the authors' names, linear weights [out, in].
 * @param options `attention` of each level, from fine to coarse.
 * @throws {CheckpointError} If the card's network does not fit and `attention` is not given, or the
 * tensors are not those of any network of ours.
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
      `${cause.message}; or say how far the attention of each level reaches (attention), and the ` +
        "sizes are taken from the file",
      { cause },
    );
  }
}
