/**
 * Self-check of a scene in files.
 *
 * @module
 */

import type { Model } from "../../model/mod.ts";
import { areaOf } from "../area.ts";
import { standInOf } from "../composite/compose_scene.ts";
import { daysOf } from "../composite/used_dates.ts";
import type { OpenMasks } from "../date_masks.ts";
import { openMasks } from "../open_masks.ts";
import { optionsForModel } from "../options_for_model.ts";
import { type EnsembleRestoration, withSampling } from "../sampling.ts";
import type { SceneOptions } from "../scene_options.ts";
import type { OpenSeries } from "../open_series.ts";
import { openSeries } from "../series.ts";
import { withItems } from "../stac_inputs.ts";
import { checkScene } from "./check_scene.ts";
import { shownPsnr } from "./choice.ts";
import type { SelfCheck } from "./self_check_result.ts";

/**
 * Checks an open series. The parts are chosen from the whole scene, whatever shard of it is restored, so
 * all shards have the same result.
 *
 * @param known Masks of the restoration, if they are open; those of a shard cover too little.
 */
export async function checkSeries(
  model: Model,
  series: OpenSeries,
  { shard, onProgress, ...options }: EnsembleRestoration<SceneOptions>["options"],
  known?: OpenMasks,
): Promise<SelfCheck> {
  const { scene, files, paths, dates: days } = series;
  const { mask, selfCheck } = options;
  const own = files[scene.reference]!.classification === undefined ? "detector" : "scl";
  const source = mask?.source ?? own;
  const masked = {
    ...options,
    mask: { ...mask, source },
    ...(options.choose && { window: undefined, bbox: undefined }),
  };
  const isMean = model.card.modules.mean !== undefined;
  // Masks for a mean are those of the whole scene.
  const isKnown = known !== undefined && (isMean || (shard === undefined && !options.choose));
  const opened = isKnown ? known : await openMasks(series, { model, options: masked });
  let each: OpenMasks | undefined;
  try {
    each = isMean ? opened : options.choose
      ? await openMasks(series, {
        model,
        options: { ...masked, log: () => {} },
        isEach: true,
      })
      : undefined;
    const check = await checkScene(model, {
      scene,
      days,
      // A choice is one for all windows.
      area: areaOf(scene.grid, options.choose ? {} : options),
      masks: opened!.masks,
      mean: each && {
        mean: standInOf(model, mask),
        masks: each.masks,
        days: daysOf(days),
      },
      keepClear: mask?.source !== undefined,
      detects: opened!.isDetected,
    }, {
      ...options,
      name: paths[scene.reference]!,
      check: typeof selfCheck === "object" ? selfCheck : {},
      onProgress: onProgress && ((progress) => onProgress({ ...progress, stage: "self-check" })),
    });
    const warning = checkWarning(check, model.card.name);
    if (warning !== undefined && !options.choose) {
      options.log?.(`warning: ${paths[scene.reference]}: ${warning}`);
    }
    return check;
  } finally {
    if (!isKnown) await opened!.close();
    if (each !== opened) await each?.close();
  }
}

/**
 * Measures the expected error of a restoration on the scene itself; writes nothing.
 *
 * Clear parts of the reference are covered with synthetic clouds that resemble its own, and restored with
 * the same model, dates, tiles, steps, ensemble and mask; the result is compared with the original
 * pixels. At most `runs` parts of 4 × 4 tiles are restored, however large the scene is.
 *
 * Clear pixels are those of the restoration's mask; without one, of the product's classification, else
 * of the detector. A restoration with the detector must find the synthetic clouds by itself, as it must
 * find real ones; other masks have them added.
 *
 * @throws {InputError} If too little of the reference is clear, or as `restoreScene`.
 * @throws {RangeError} If an option is out of range, or as `restoreScene`.
 */
export async function selfCheckScene(model: Model, given: SceneOptions): Promise<SelfCheck> {
  const { options } = withSampling(model, optionsForModel(model, await withItems(given)));
  const series = await openSeries(model, options);
  try {
    return await checkSeries(model, series, options);
  } finally {
    await series.close();
  }
}

/** A sentence where the composite of the dates is better than the model; else undefined. */
export function checkWarning(check: SelfCheck, model: string): string | undefined {
  if (check.better !== "composite") return undefined;
  return `the composite of the dates is better than ${model} on hidden clear ground, ` +
    `${shownPsnr(check, "composite")} against ${shownPsnr(check, "restored")}`;
}

/** Tags of the expected error. */
export function checkTags(
  { scores, better, unit, pixels, runs }: SelfCheck,
): Readonly<Record<string, string>> {
  const { mae, rmse, psnr, ssim, sam } = scores.restored!;
  const show = (value: number | null) =>
    value === null ? "none" : String(Number(value.toPrecision(4)));
  return {
    EMRDM_EXPECTED_MAE: show(mae),
    EMRDM_EXPECTED_RMSE: show(rmse),
    EMRDM_EXPECTED_PSNR: show(psnr),
    EMRDM_EXPECTED_SSIM: show(ssim),
    EMRDM_EXPECTED_SAM: show(sam),
    ...(better !== undefined && {
      EMRDM_EXPECTED_COMPOSITE_RMSE: show(scores.composite!.rmse),
      EMRDM_EXPECTED_BETTER: better,
    }),
    EMRDM_EXPECTED_OVER:
      `${pixels} clear pixels hidden under ${runs.length} synthetic clouds; MAE and ` +
      `RMSE in ${unit}, PSNR in dB, SAM in degrees`,
  };
}
