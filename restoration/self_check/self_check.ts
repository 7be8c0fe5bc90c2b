/**
 * Accuracy without ground truth: covers clear parts of the reference with synthetic clouds, restores
 * them as the scene is restored, and compares with the original pixels.
 *
 * @module
 */

import type { Raster } from "../../core/mod.ts";
import type { Model } from "../../model/mod.ts";
import { copyInput } from "../baselines/fuse_frames.ts";
import { checkKeepClear, type KeepClearOptions } from "../keep_clear.ts";
import { detectorMasks, detects } from "../date_masks.ts";
import type { RestoreSeriesOptions } from "../restore_series.ts";
import { masksInMemory } from "../rows/masks_in_memory.ts";
import type { SceneMasks } from "../rows/scene_masks.ts";
import { withSampling } from "../sampling.ts";
import type { Scene } from "../scene.ts";
import { sceneInMemory } from "../scene_in_memory.ts";
import type { EnsembleOptions } from "../scene_options.ts";
import { checkLength } from "../series.ts";
import { meanOfModel } from "../composite/scene_mean.ts";
import type { CheckedMean } from "./check_runs.ts";
import { checkScene } from "./check_scene.ts";
import type { SelfCheck, SelfCheckOptions } from "./self_check_result.ts";

/** Cloud masks of rasters in memory. */
export interface SeriesMaskOptions extends KeepClearOptions {
  /**
   * Masks [height, width], 0 where clear: of the reference, or one per date. Default: the built-in
   * detector finds the clouds.
   */
  readonly values?: Uint8Array | readonly Uint8Array[];
  /**
   * Restores with the mask, as `restoreScene` does: it keeps clear pixels, and the model input has the cloud
   * fill. Default false.
   */
  readonly keepClear?: boolean;
}

/** Options of {@linkcode selfCheck}. */
export interface SelfCheckSeriesOptions extends Omit<RestoreSeriesOptions, "masks"> {
  /** Cloud masks. Default those of the built-in detector. */
  readonly mask?: SeriesMaskOptions;
  /** Checks the mean of an ensemble. Default one restoration. */
  readonly ensemble?: EnsembleOptions;
  /** Options of the check. */
  readonly check?: SelfCheckOptions;
}

/** Masks of a scene in memory. @throws {TypeError} If there is neither a mask nor a detector. */
function masksOf(
  scene: Scene,
  { card }: Pick<Model, "card">,
  values: SeriesMaskOptions["values"],
): SceneMasks {
  const { frames, reference, grid: { width, height } } = scene;
  if (values !== undefined) {
    const masks = values instanceof Uint8Array
      ? frames.map((_, l) => l === reference ? values : undefined)
      : values;
    return masksInMemory(masks, { width, height, reference });
  }
  if (detects(scene)) return detectorMasks(scene, { card });
  throw new TypeError(
    `Cannot detect clouds: the detector needs B02, B03 and B04, model ${card.name} has ` +
      `${card.bands.map(({ name }) => name).join(", ")}; give a mask`,
  );
}

/** The mean of the model, if it is made of all dates. @throws {TypeError} If a date has no mask or day. */
function meanOf(
  model: Model,
  { masks, frames, values, days = frames.map(() => 0) }: {
    readonly masks: SceneMasks;
    readonly frames: readonly Raster[];
    readonly values: SeriesMaskOptions["values"];
    readonly days: readonly number[] | undefined;
  },
): CheckedMean | undefined {
  const { mean } = model.card.modules;
  if (mean === undefined) return undefined;
  const count = values instanceof Uint8Array ? 1 : values?.length ?? frames.length;
  if (count !== frames.length || days.length !== frames.length) {
    throw new TypeError(
      `Cannot check the reference: the model's mean is ${mean.type}, which needs a mask and a day, if ` +
        `any, of each of ${frames.length} dates, got ${count} and ${days.length}`,
    );
  }
  return { mean: meanOfModel(model), masks, days };
}

/**
 * Checks the restoration of rasters in memory: covers clear parts of the reference with synthetic
 * clouds, restores them with the same options, and scores the result and the baselines against the
 * original pixels.
 *
 * Cover, shapes and thickness of the clouds follow those of the reference, if it has clouds. The other
 * dates stay as they are.
 *
 * @param frames One raster per date.
 * @throws {InputError} If too little of the reference is clear.
 * @throws {TypeError} If bands or sizes don't fit the model, or there is no mask and no detector for
 *   its bands.
 * @throws {RangeError} If an option is out of range, or as `restoreSeries`.
 */
export async function selfCheck(
  model: Model,
  frames: readonly Raster[],
  given: SelfCheckSeriesOptions = {},
): Promise<SelfCheck> {
  const { options } = withSampling(model, given);
  const { mask = {}, check, anyLength = false, reference = frames.length - 1, days, ...restore } =
    options;
  checkLength(model, { length: frames.length, anyLength });
  copyInput(frames, { reference });
  checkKeepClear(mask);
  const scene = sceneInMemory(model, frames, { reference });
  const { dilate, feather } = mask;
  const masks = { ...masksOf(scene, model, mask.values), dilate, feather };
  return await checkScene(model, {
    scene,
    area: { column: 0, row: 0, width: scene.grid.width, height: scene.grid.height },
    masks,
    mean: meanOf(model, { masks, frames, values: mask.values, days }),
    keepClear: mask.keepClear ?? false,
    detects: mask.values === undefined,
  }, { ...restore, name: "the reference", check });
}
