/**
 * Checks the options of a self-check.
 *
 * @module
 */

import { InputError } from "../../core/mod.ts";
import { bandReflectanceScale, type Model } from "../../model/mod.ts";
import type { SelfCheckOptions } from "./self_check_result.ts";

/** Defaults of {@linkcode SelfCheckOptions}. */
export const CHECK_DEFAULTS = { runs: 4, cloudSeed: 0 } as const;

/** @throws {RangeError} If a number is out of range. */
export function checkCheckOptions(
  { runs = CHECK_DEFAULTS.runs, cloudSeed = CHECK_DEFAULTS.cloudSeed, cover = 0.5 }:
    SelfCheckOptions,
): void {
  if (!(Number.isSafeInteger(runs) && runs >= 1)) {
    throw new RangeError(`Cannot check a scene: there must be at least one run, got ${runs}`);
  }
  if (!(Number.isSafeInteger(cloudSeed) && cloudSeed >= 0)) {
    throw new RangeError(
      `Cannot check a scene: cloudSeed must be a non-negative integer, got ${cloudSeed}`,
    );
  }
  if (!(cover > 0 && cover < 1)) {
    throw new RangeError(`Cannot check a scene: the cover must be in (0, 1), got ${cover}`);
  }
}

/** @throws {InputError} If synthetic clouds can't be computed in the model's units. */
export function checkUnits({ card }: Pick<Model, "card">): void {
  if (card.bands.every((band) => bandReflectanceScale(band) !== undefined)) return;
  throw new InputError(
    `Cannot check ${card.name}: synthetic clouds need bands in DN or reflectance, got bands in ` +
      `${[...new Set(card.bands.map(({ unit }) => unit))].join(", ")}; leave the self-check out`,
  );
}
