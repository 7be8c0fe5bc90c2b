/**
 * The model card of an experiment, with error paths relative to the experiment.
 *
 * @module
 */

import { type AnyRegistry, builtins } from "../builtins.ts";
import { OptionsError } from "../core/mod.ts";
import { type ModelCard, resolveCard } from "../model/mod.ts";
import type { CheckedExperiment } from "./experiment.ts";

/** Runs `f` and moves the path of its options errors from `$.network` to `$.model.network`. */
export function inModel<T>(f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    const reason = error.message.slice(`${error.path}: `.length);
    throw new OptionsError(error.path.replace("$", "$.model"), reason);
  }
}

/**
 * Returns the card of an experiment's model, with every option of every axis.
 *
 * @throws {OptionsError} If the model's config is invalid.
 */
export function experimentCard(
  { model }: Pick<CheckedExperiment, "model">,
  { registry = builtins }: { readonly registry?: AnyRegistry } = {},
): ModelCard {
  return inModel(() => resolveCard(model, { registry }));
}
