/**
 * Cases of an evaluation prepared for calibration: the dates that the model takes, and the cloud mask of
 * the reference.
 *
 * @module
 */

import { detectClouds } from "../clouds/mod.ts";
import type { Model } from "../model/mod.ts";
import type { CalibrationCase } from "./calibrate.ts";
import { isVisible, masksOf } from "./case_pixels.ts";
import { type LateCase, pickBands, referenceOf } from "./evaluation_case.ts";
import { framesOf } from "./model_method.ts";

/**
 * Reads cases one by one, with the bands of the model's card. Pixels count if the given masks, or else
 * the built-in detector, find cloud or shadow on the reference date; without either, all pixels count.
 * Detected clouds are filled in the model input if the card defines a fill, as in a restoration.
 *
 * @throws {TypeError} If images lack a band of the model.
 */
export async function* calibrationCases(
  model: Model,
  cases: Iterable<LateCase>,
  { fill = true, signal }: {
    /** Fill clouds in the model input, as `restore --keep-clear` does. Default true. */
    readonly fill?: boolean;
    readonly signal?: AbortSignal;
  } = {},
): AsyncGenerator<CalibrationCase> {
  const bands = model.card.bands.map(({ name }) => name);
  for (const each of cases) {
    signal?.throwIfAborted();
    const given = pickBands(await each.open(), bands);
    const { target, cloudy = [] } = given;
    const reference = referenceOf(given);
    const used = framesOf(model, { cloudy, reference });
    const { masks } = masksOf(given);
    const mask = masks?.[reference];
    const fills = fill && model.card.opaqueCloud !== undefined && cloudy.every(isVisible);
    const filled = fills ? used.map((l) => detectClouds(cloudy[l]!)) : undefined;
    yield {
      cloudy: used.map((l) => cloudy[l]!),
      masks: filled,
      reference: used.indexOf(reference),
      target,
      ...(mask && { mask }),
    };
  }
}
