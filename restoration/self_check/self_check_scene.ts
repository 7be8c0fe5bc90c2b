/**
 * The self-check of a scene in files.
 *
 * @module
 */

import type { Model } from "../../model/mod.ts";
import { areaOf } from "../area.ts";
import { withSampling } from "../sampling.ts";
import type { RestoreSceneOptions } from "../scene_options.ts";
import { openSky } from "../scene_sky.ts";
import { checkScene } from "./check_scene.ts";
import type { SelfCheck } from "./self_check_result.ts";
import { type OpenSeries, openSeries } from "../series.ts";

/** Options of {@linkcode selfCheckScene}: those of the restoration that is checked. */
export type SelfCheckSceneOptions = Omit<RestoreSceneOptions, "output" | "overwrite" | "picture">;

/**
 * Checks an open series. Parts of the whole are checked, whatever shard of it is restored, so that all
 * shards say the same.
 */
export async function checkSeries(
  model: Model,
  series: OpenSeries,
  { shard: _, onProgress, ...options }: SelfCheckSceneOptions & {
    readonly seeds?: readonly number[];
  },
): Promise<SelfCheck> {
  const { scene, files, paths } = series;
  const own = files[scene.reference]!.classification === undefined ? "detector" : "scl";
  const mask = options.mask ?? own;
  const sky = await openSky(series, { model, options: { ...options, output: "", mask } });
  try {
    return await checkScene(model, {
      scene,
      area: areaOf(scene.grid, options),
      clouds: sky!.sky,
      keepClear: options.mask !== undefined,
      looks: mask === "detector",
    }, {
      ...options,
      name: paths[scene.reference]!,
      check: typeof options.selfCheck === "object" ? options.selfCheck : {},
      ...(onProgress && {
        onProgress: (progress) => onProgress({ ...progress, stage: "self-check" }),
      }),
    });
  } finally {
    await sky!.close();
  }
}

/**
 * Checks how a scene would be restored, on the scene itself; nothing is written.
 *
 * Clear parts of the reference are hidden under synthetic clouds, which are like its own, and restored
 * with the same model, dates, tiles, steps, samples and mask; what comes out is compared with what was
 * there. At most `runs` parts of 4 × 4 tiles are restored, however large the scene is.
 *
 * What is clear is told by the mask of the restoration; without one, by the product's classification,
 * else the detector. A restoration that keeps clear pixels by the detector must find the synthetic clouds
 * by itself, as it must the real ones; other masks are told of them.
 *
 * @throws {InputError} If too little of the reference is clear, or as `restoreScene`.
 * @throws {RangeError} If an option is out of range, or as `restoreScene`.
 */
export async function selfCheckScene(
  model: Model,
  given: SelfCheckSceneOptions,
): Promise<SelfCheck> {
  const { options } = withSampling(model, given);
  const series = await openSeries(model, options);
  try {
    return await checkSeries(model, series, options);
  } finally {
    await series.close();
  }
}

/** What a file tells of its check. */
export function checkTags(
  { scores, unit, pixels, runs }: SelfCheck,
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
    EMRDM_EXPECTED_OVER:
      `${pixels} clear pixels hidden under ${runs.length} synthetic clouds; MAE and ` +
      `RMSE in ${unit}, PSNR in dB, SAM in degrees`,
  };
}
