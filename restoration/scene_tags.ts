/**
 * Tags of restored files, and log lines about the inputs.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import type { RasterWindow } from "../rasters/mod.ts";
import { type Model, modelDigest } from "../model/mod.ts";
import { areaOf, type AreaOptions } from "./area.ts";
import { comparedBands } from "./compare_dates.ts";
import { keepClearOf } from "./keep_clear.ts";
import { maskList, shownMasks } from "./mask_choice.ts";
import type { MaskNames } from "./mask_names.ts";
import type { Sampling } from "./sampling.ts";
import type { MaskOptions, SceneOptions } from "./scene_options.ts";
import { dateDoubts } from "./date_doubts.ts";
import type { OpenSeries } from "./open_series.ts";

/** Formats a window as `column,row,width,height`. */
function show({ column, row, width, height }: RasterWindow): string {
  return [column, row, width, height].join(",");
}

/**
 * Part of the scene that the file holds, for joining parts: the area in `EMRDM_AREA`, and for a shard its
 * number and the whole area in `EMRDM_SHARD`.
 */
export function areaTags(
  { scene: { grid } }: Pick<OpenSeries, "scene">,
  options: AreaOptions,
): Readonly<Record<string, string>> {
  const { shard, ...uncut } = options;
  return {
    EMRDM_AREA: `${show(areaOf(grid, options))} of ${grid.width}x${grid.height}`,
    ...(shard && { EMRDM_SHARD: `${shard.index}/${shard.count} of ${show(areaOf(grid, uncut))}` }),
  };
}

/** Tags of an offset set by the user, so that readers of the result apply it too. */
export function radiometryTags(
  { files, scene: { reference } }: Pick<OpenSeries, "files" | "scene">,
  { offset }: Pick<SceneOptions, "offset">,
): Readonly<Record<string, string>> {
  if (typeof offset !== "number") return {};
  const kind = files[reference]!.product.level === "L1C" ? "RADIO" : "BOA";
  return { [`${kind}_ADD_OFFSET`]: String(offset) };
}

/** Mask of the restoration, as in `clouds.tif dilate 8 feather 6`. */
function maskTags(
  { card }: Pick<Model, "card">,
  mask: MaskOptions = {},
): Readonly<Record<string, string>> {
  const { source, fill = true } = mask;
  if (source === undefined) return {};
  const { dilate, feather } = keepClearOf(mask);
  const filled = fill && card.opaqueCloud !== undefined;
  return {
    EMRDM_MASK: `${shownMasks(source)} dilate ${dilate} feather ${feather}` +
      (filled ? ", clouds hidden from the model" : ""),
  };
}

/** Tags of a restoration: model, inputs and options. */
export async function sceneTags(
  model: Model,
  series: OpenSeries,
  options: SceneOptions,
): Promise<Readonly<Record<string, string>>> {
  const { card } = model;
  const { dates, paths, radiometry, scene: { reference } } = series;
  const { seed = 0, steps = card.steps, tiles: { overlap = 0.25, blend = "end" } = {} } = options;
  const name = (i: number) => dates[i] ?? paths[i]!.replace(/^.*[\\/](?=.)/, "");
  const own = radiometry[reference];
  return {
    ...radiometryTags(series, options),
    EMRDM_VERSION: config.version,
    EMRDM_MODEL: card.name,
    EMRDM_MODEL_SHA256: await modelDigest(model),
    EMRDM_SEED: String(seed),
    EMRDM_STEPS: String(steps),
    EMRDM_DATES: paths.map((_, i) => name(i)).join(","),
    EMRDM_REFERENCE: name(reference),
    EMRDM_TILES: `${card.tileSize} overlap ${overlap} blend ${blend}`,
    ...areaTags(series, options),
    ...(own && { EMRDM_RADIOMETRY: own.evidence }),
    ...(options.missingB10 && options.missingB10 !== "error" && {
      EMRDM_MISSING_B10: options.missingB10,
    }),
    ...maskTags(model, options.mask),
  };
}

/** Tags of an ensemble. */
export function ensembleTags(
  seeds: readonly number[],
  { sampling, calibration }: Sampling["text"],
): Readonly<Record<string, string>> {
  return {
    EMRDM_SAMPLES: String(seeds.length),
    EMRDM_SAMPLE_SEEDS: seeds.join(","),
    EMRDM_SAMPLING: sampling,
    EMRDM_CALIBRATION: calibration,
  };
}

/** Logs the radiometry, in one line if all dates agree, and warnings. */
export function logScene(
  { radiometry, paths, files, dates, scene }: OpenSeries,
  { mask, log }: { readonly mask: MaskNames | undefined; readonly log: (line: string) => void },
): void {
  const alike = Map.groupBy(paths.keys(), (l) => radiometry[l]?.evidence);
  for (const [evidence, which] of alike) {
    if (evidence === undefined) continue;
    const names = which.map((l) => paths[l]).join(", ");
    log(`radiometry of ${which.length === paths.length ? "all dates" : names}: ${evidence}`);
  }
  const assumed = files.filter(({ header }) => header.assumedBands === true);
  if (assumed.length > 0) {
    const names = assumed.map(({ source }) => source).join(", ");
    const which = assumed.length > 1 && assumed.length === files.length ? "all dates" : names;
    log(`bands of ${which}: no names, taken for B01, …, B12 in the order of Sentinel-2 L1C`);
  }
  for (const { source, renamed, doubt } of files) {
    if (doubt !== undefined) log(`warning: ${source}: ${doubt}`);
    if (renamed.length > 0) log(`bands of ${source}: ${renamed.join(", ")}`);
  }
  for (const one of radiometry) if (one?.warning !== undefined) log(`warning: ${one.warning}`);
  for (const doubt of dateDoubts(dates, { paths, reference: scene.reference })) {
    log(`warning: ${doubt}`);
  }
  const surface = files.find(({ product }) => product.level === "L2A");
  const isAlone = typeof comparedBands(scene) === "string";
  if (isAlone && mask !== undefined && maskList(mask).join() === "detector" && surface) {
    log(
      `warning: ${surface.source} is an L2A product; the detector is for L1C and misses thin clouds. ` +
        `The scene classification is better: --mask scl`,
    );
  }
}
