/**
 * Options of a restoration with what its model needs filled in.
 *
 * @module
 */

import type { Model } from "../model/mod.ts";
import type { MaskOptions } from "./mask_options.ts";
import type { SceneOptions } from "./scene_options.ts";

/** Options whose defaults depend on the model. */
export interface ModelOptions extends Pick<SceneOptions, "choose" | "selfCheck"> {
  /** Cloud masks. */
  readonly mask?: MaskOptions;
}

/** Options with the needs of a model. */
export type OptionsForModel<O> = O & {
  /** True if the evidence of the dates is written: support and days. */
  readonly evidence: boolean;
};

/**
 * Fills in what a model needs. A mean of all dates, and the choice of the composite, take the masks
 * "auto" if none are named; the choice takes a self-check.
 */
export function optionsForModel<O extends ModelOptions>(
  { card }: Pick<Model, "card">,
  options: O,
): OptionsForModel<O> {
  const { mask, choose = false, selfCheck } = options;
  const evidence = card.modules.mean !== undefined;
  const needsMasks = (evidence || choose) && mask?.source === undefined;
  return {
    ...options,
    evidence,
    ...(needsMasks && { mask: { ...mask, source: "auto" } }),
    ...(choose && { selfCheck: selfCheck || true }),
  };
}
