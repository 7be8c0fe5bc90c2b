/**
 * Comparison of the processing levels of a scene and a model.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { levelOf, type Model } from "../model/mod.ts";
import type { SceneFile } from "../products/mod.ts";

const MEANING = {
  L1C: "top-of-atmosphere reflectance (L1C)",
  L2A: "surface reflectance (L2A)",
} as const;

/**
 * Checks that a scene has the processing level of the model's training images; an unknown level
 * fits.
 *
 * @returns A warning, if another level is allowed, or the name of a folder suggests one.
 * @throws {InputError} If the levels differ.
 */
export function checkLevel(
  { source, product: { level, folderLevel, named } }: Pick<SceneFile, "source" | "product">,
  { card, allow }: { readonly card: Model["card"]; readonly allow: boolean },
): string | undefined {
  const wanted = levelOf(card);
  if (level === undefined && folderLevel !== undefined && wanted !== undefined) {
    return folderLevel === wanted ? undefined : `${source}: the name of its folder suggests ` +
      `${MEANING[folderLevel]}, but model ${card.name} was trained on ${MEANING[wanted]}; if the ` +
      `folder is right, use the ${wanted} product of the same date`;
  }
  if (level === undefined || wanted === undefined || level === wanted) return undefined;
  const isEsa = named === undefined || named.sensor === "Sentinel-2";
  const found = isEsa ? MEANING[level] : `${named.product}, ${MEANING[level]}`;
  const what = `it must be ${
    MEANING[wanted]
  }, which model ${card.name} was trained on, got ${found}`;
  if (allow) return `${source}: ${what}; colours and cloud detection are unreliable`;
  const remedy = isEsa
    ? `use the ${wanted} product of the same date, or a model for ${level}`
    : `use Sentinel-2 ${wanted} products, or train a model on these images (emrdm train)`;
  throw new InputError(
    `Cannot restore ${source}: ${what}; ${remedy}, or restore it anyway (--allow-level-mismatch)`,
  );
}
