/**
 * An honest accuracy without ground truth: clear parts of the reference are hidden under synthetic
 * clouds, restored as the scene is restored, and compared with what was there.
 *
 * @module
 */

import type { Raster } from "../../core/mod.ts";
import type { Model } from "../../model/mod.ts";
import { copyInput } from "../baselines.ts";
import { checkScene } from "./check_scene.ts";
import { checkKeepClear, KEEP_CLEAR_DEFAULTS, type KeepClearOptions } from "../keep_clear.ts";
import { maskSky } from "../rows/mask_in_memory.ts";
import type { RestoreSamplesOptions } from "../restore_samples.ts";
import { withSampling } from "../sampling.ts";
import { sceneInMemory } from "../scene_in_memory.ts";
import { detectorSky, detects } from "../scene_sky.ts";
import type { SelfCheck, SelfCheckOptions } from "./self_check_result.ts";
import { checkLength } from "../series.ts";

/** Options of {@linkcode selfCheck}. */
export type SelfCheckSeriesOptions =
  & Omit<RestoreSamplesOptions, "samples" | "seeds" | "hide">
  & SelfCheckOptions
  & KeepClearOptions
  & {
    /** Samples whose mean is checked. Default one restoration. */
    readonly samples?: number;
    /**
     * What is clouded, [height, width]: 0 where it is clear; of the reference, or a list for all dates.
     * Default what the built-in detector finds.
     */
    readonly mask?: Uint8Array | readonly Uint8Array[];
    /**
     * Whether the restoration has that mask, as `restoreScene` with one: it keeps what is clear, and
     * hides clouds from the model. Default false.
     */
    readonly keepClear?: boolean;
  };

/**
 * Checks the restoration of rasters in memory: hides clear parts of the reference under synthetic
 * clouds, restores them with the same options, and says how far the result is from what was there,
 * beside what costs no model.
 *
 * The clouds are like the reference's own where it has some: their cover, their shapes, their thickness.
 * The other dates stay as they are.
 *
 * @param frames The dates, one raster each.
 * @throws {InputError} If too little of the reference is clear.
 * @throws {TypeError} If bands or sizes do not fit the model, or there is no mask and no detector for
 *   its bands.
 * @throws {RangeError} If an option is out of range, or as `restoreSeries`.
 */
export async function selfCheck(
  model: Model,
  frames: readonly Raster[],
  given: SelfCheckSeriesOptions = {},
): Promise<SelfCheck> {
  const { options } = withSampling(model, given);
  const { runs, cloudSeed, cover, mask, dilate, feather, anyLength = false, ...rest } = options;
  const { reference = frames.length - 1, keepClear = false, ...restore } = rest;
  checkLength(model, { length: frames.length, anyLength });
  copyInput(frames, { reference });
  const scene = sceneInMemory(model, frames, { reference });
  const { width, height } = scene.grid;
  if (mask === undefined && !detects(model)) {
    throw new TypeError(
      `Cannot look for clouds: the detector needs B02, B03 and B04, model ${model.card.name} has ` +
        `${model.card.bands.map(({ name }) => name).join(", ")}; give a mask`,
    );
  }
  const masks = mask === undefined
    ? []
    : mask instanceof Uint8Array
    ? frames.map((_, l) => l === reference ? mask : undefined)
    : mask;
  const clouds = mask === undefined
    ? detectorSky(scene, model)
    : maskSky(masks, { width, height, reference });
  const grow = {
    ...(dilate !== undefined && { dilate }),
    ...(feather !== undefined && { feather }),
  };
  checkKeepClear({ ...KEEP_CLEAR_DEFAULTS, ...grow });
  const check = {
    ...(runs !== undefined && { runs }),
    ...(cloudSeed !== undefined && { cloudSeed }),
    ...(cover !== undefined && { cover }),
  };
  return await checkScene(model, {
    scene,
    area: { column: 0, row: 0, width, height },
    clouds: { ...clouds, ...grow },
    keepClear,
    looks: mask === undefined,
  }, { ...restore, name: "the reference", check });
}
