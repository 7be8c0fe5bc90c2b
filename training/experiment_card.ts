/**
 * The model of an experiment, with errors that have their place in the experiment.
 *
 * @module
 */

import { type AnyRegistry, builtins } from "../builtins.ts";
import { OptionsError } from "../core/mod.ts";
import { type ModelCard, resolveCard } from "../model/mod.ts";
import type { CheckedExperiment } from "./experiment.ts";

/** Runs `f`; what is wrong at `$.network` of a model's config is at `$.model.network`. */
export function inModel<T>(f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    const what = error.message.slice(`${error.path}: `.length);
    throw new OptionsError(error.path.replace("$", "$.model"), what);
  }
}

/**
 * The card of an experiment's model: every axis with every option.
 *
 * @throws {OptionsError} If the model is wrong anywhere.
 */
export function experimentCard(
  { model }: Pick<CheckedExperiment, "model">,
  { registry = builtins }: { readonly registry?: AnyRegistry } = {},
): ModelCard {
  return inModel(() => resolveCard(model, { registry }));
}
