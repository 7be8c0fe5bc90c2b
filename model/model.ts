/**
 * A model as a value: its card, its weights and its modules.
 *
 * @module
 */

import { createRng } from "../core/mod.ts";
import type { Weights } from "../engine/mod.ts";
import { buildModules, completeCard, type ModulesOptions } from "./build_modules.ts";
import type { ModelCard } from "./card.ts";
import { type ModelConfig, resolveConfig, type ResolveOptions } from "./model_config.ts";
import type { Modules } from "./modules.ts";

/** A model. */
export interface Model {
  /** Description of the model, as JSON. */
  readonly card: ModelCard;
  /** Tensors of the network; the owner of the model disposes of them. */
  readonly weights: Weights;
  /** The modules that the card names, built once. */
  readonly modules: Modules;
}

/** Options of {@linkcode createModel}. */
export interface CreateModelOptions extends ResolveOptions {
  /** Seed of the initial weights. Default 0. */
  readonly seed?: number;
}

/**
 * Creates a model with random initial weights; the caller owns them.
 *
 * @throws {OptionsError} If the config is wrong anywhere; the message has the path.
 *
 * @example
 * ```ts
 * import { createModel } from "./model.ts";
 * import { useEngine } from "../engine/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * await useEngine("cpu");
 * const { card, modules } = createModel({
 *   bands: [{ name: "B04", unit: "DN" }],
 *   scaling: { low: 0, high: 10000, clip: true },
 *   tileSize: 16,
 *   network: {
 *     type: "hdit",
 *     patchSize: [4, 4],
 *     levels: [{ width: 16, depth: 1, dFf: 16, attention: "global", dHead: 8 }],
 *     mapping: { depth: 1, width: 16, dFf: 16 },
 *   },
 * });
 * assertEquals(card.modules.schedule, { type: "rational", alpha: 3 });
 * assertEquals(modules.schedule.s(0), 1);
 * ```
 */
export function createModel(
  config: ModelConfig,
  { seed = 0, ...options }: CreateModelOptions = {},
): Model {
  const { card, modules } = resolveConfig(config, options);
  const weights = modules.network.init(createRng(seed).fork("weights"));
  return { card, weights, modules };
}

/**
 * Creates a model from a card and loaded weights.
 *
 * @throws {OptionsError} If the card names modules or options that the registry does not know.
 */
export function modelFromCard(
  card: ModelCard,
  weights: Weights,
  options: ModulesOptions = {},
): Model {
  const complete = completeCard(card, options);
  return { card: complete, weights, modules: buildModules(complete, options) };
}
