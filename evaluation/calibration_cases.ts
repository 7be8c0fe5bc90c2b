/**
 * Cases of an evaluation as those of a calibration: the dates that a model takes, and where the
 * reference is hidden.
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
 * Reads cases one after the other, with the bands of the model's card. Pixels count where the masks, or
 * else the built-in detector, find cloud or shadow on the reference date; without either, all do. What
 * the detector finds is hidden from a model whose card says how, as restorations hide it.
 *
 * @throws {TypeError} If images lack a band of the model.
 */
export async function* calibrationCases(
  model: Model,
  cases: Iterable<LateCase>,
  { hideClouds = true, signal }: {
    /** Whether clouds are hidden from the model, as `restore --keep-clear` does. Default true. */
    readonly hideClouds?: boolean;
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
    const hides = hideClouds && model.card.opaqueCloud !== undefined && cloudy.every(isVisible);
    const hide = hides ? used.map((l) => detectClouds(cloudy[l]!)) : undefined;
    yield {
      cloudy: used.map((l) => cloudy[l]!),
      ...(hide && { hide }),
      reference: used.indexOf(reference),
      target,
      ...(mask && { mask }),
    };
  }
}
