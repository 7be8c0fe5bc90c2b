/**
 * What a restored file tells of its making, and what a user is told of it.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import type { RasterWindow } from "../rasters/mod.ts";
import { type Model, modelDigest } from "../model/mod.ts";
import { areaOf } from "./area.ts";
import { KEEP_CLEAR_DEFAULTS } from "./keep_clear.ts";
import type { Sampling } from "./sampling.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";
import type { OpenSeries } from "./series.ts";

/** Pixels as `column,row,width,height`. */
function show({ column, row, width, height }: RasterWindow): string {
  return [column, row, width, height].join(",");
}

/**
 * Which part of the scene the file is, for who puts parts together: all of it in `EMRDM_AREA`, and for
 * a shard its number and what was cut into shards in `EMRDM_SHARD`.
 */
function areaTags(
  { scene: { grid } }: OpenSeries,
  options: RestoreSceneOptions,
): Readonly<Record<string, string>> {
  const { shard, ...uncut } = options;
  return {
    EMRDM_AREA: `${show(areaOf(grid, options))} of ${grid.width}x${grid.height}`,
    ...(shard && { EMRDM_SHARD: `${shard.index}/${shard.count} of ${show(areaOf(grid, uncut))}` }),
  };
}

/** The product's tags as the user corrected them, so that the result is understood as the input was. */
function radiometryTags(
  { files, scene: { reference } }: OpenSeries,
  { offset }: RestoreSceneOptions,
): Readonly<Record<string, string>> {
  if (typeof offset !== "number") return {};
  const kind = files[reference]!.product.level === "L1C" ? "RADIO" : "BOA";
  return { [`${kind}_ADD_OFFSET`]: String(offset) };
}

/** What the file tells of its making. */
export async function sceneTags(
  model: Model,
  series: OpenSeries,
  options: RestoreSceneOptions,
): Promise<Readonly<Record<string, string>>> {
  const { card } = model;
  const { dates, paths, radiometry, scene: { reference } } = series;
  const { seed = 0, steps = card.steps, overlap = 0.25, blend = "end", mask } = options;
  const { hideClouds = true } = options;
  const { dilate = KEEP_CLEAR_DEFAULTS.dilate, feather = KEEP_CLEAR_DEFAULTS.feather } = options;
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
    ...(mask !== undefined && {
      EMRDM_MASK: `${mask.replace(/^.*[\\/](?=.)/, "")} dilate ${dilate} feather ${feather}` +
        (hideClouds && card.opaqueCloud !== undefined ? ", clouds hidden from the model" : ""),
    }),
  };
}

/** What a file tells of its samples. */
export function sampleTags(
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

/** Says how numbers were understood, in one line where all dates are alike, and what to beware of. */
export function logScene(
  { radiometry, paths, files }: OpenSeries,
  { mask, log }: { readonly mask: string | undefined; readonly log: (line: string) => void },
): void {
  const alike = Map.groupBy(paths.keys(), (l) => radiometry[l]?.evidence);
  for (const [evidence, which] of alike) {
    if (evidence === undefined) continue;
    const names = which.map((l) => paths[l]).join(", ");
    log(`radiometry of ${which.length === paths.length ? "all dates" : names}: ${evidence}`);
  }
  for (const one of radiometry) if (one?.warning !== undefined) log(`warning: ${one.warning}`);
  const surface = files.find(({ product }) => product.level === "L2A");
  if (mask === "detector" && surface !== undefined) {
    log(
      `warning: ${surface.source} is an L2A product, of which the detector, made for L1C, misses thin ` +
        `clouds; its own classification is better: --mask scl`,
    );
  }
}
