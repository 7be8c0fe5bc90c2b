/**
 * Makes composites from files to files, without a model: dated rasters in, one image out for a date,
 * for every date or for a period, with its provenance, support and days in rasters next to it.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import { shownAddress } from "../../core/mod.ts";
import { dateOf } from "../../products/mod.ts";
import { orAborted } from "../abortable.ts";
import { areaOf } from "../area.ts";
import { shownMasks } from "../mask_choice.ts";
import { checkKeepClear, keepClearOf } from "../keep_clear.ts";
import { openDateMasks } from "../date_masks.ts";
import { checkParts, checkWritable, makeFoldersOf } from "../outputs.ts";
import { openReflectance } from "../reflectance_series.ts";
import type { FinishedReport } from "../rows/finish_rows.ts";
import type { Scene } from "../scene.ts";
import { createSceneFiles, type SceneFiles } from "../scene_files.ts";
import { acquisitionTime } from "../scene_layout.ts";
import type { ScenePaths } from "../scene_paths.ts";
import { areaTags, logScene, radiometryTags } from "../scene_tags.ts";
import type { OpenSeries } from "../open_series.ts";
import { withItems } from "../stac_inputs.ts";
import { ClassStore } from "./class_store.ts";
import {
  type CompositePlan,
  type CompositeSceneOptions,
  planComposite,
} from "./composite_options.ts";
import { cellCount, compositeRows } from "./composite_rows.ts";
import { pendingImages } from "./pending_images.ts";
import { type CompositeDate, daysOf, nameOf, notesOf, usedOf, usedText } from "./used_dates.ts";
import type { MeanFit } from "../../means/mod.ts";
import {
  type CompositeMethod,
  compositeMethod,
  type CompositeMethodName,
  DEFAULT_METHODS,
} from "./methods.ts";
import { windowThreads } from "../threads/window_pool.ts";
import { meanPool } from "./mean_pool.ts";
import { blockCount, surveyScene } from "./survey_scene.ts";

/** One image of a composite. */
export interface CompositeImage extends ScenePaths {
  /** Index of the depicted date among the dates; undefined for a period. */
  readonly reference?: number;
  /** Dates that it uses, in rising order. */
  readonly used: readonly CompositeDate[];
  /** Fallbacks that it took. */
  readonly notes: readonly string[];
  /** Tags added to the files. */
  readonly tags: Readonly<Record<string, string>>;
  /** Origin of its pixels, and the step at the edge of what was composed. */
  readonly report: FinishedReport;
}

/** Result of {@linkcode compositeScene}. */
export interface CompositeResult {
  /** Way in which it was made. */
  readonly method: CompositeMethodName;
  /** Dates in rising order; undefined where one is unknown. */
  readonly dates: readonly (string | undefined)[];
  /** Paths of the dates. */
  readonly paths: readonly string[];
  /** Images made by this call, by rising day. */
  readonly images: readonly CompositeImage[];
  /**
   * Files of the images, of several, that an earlier call with the same options and input paths
   * completed.
   */
  readonly complete: readonly ScenePaths[];
}

/** Tag of the uncertainty raster of a composite. */
export const UNCERTAINTY =
  "expected error of the composite in the image's unit, from a cross-check on clear " +
  "ground; 0 where the observed pixel is kept";
/** Cells of all images below which threads take longer to start than to work. */
const LEAST_CELLS = 8;

/** Dates of a plan whose images are complete, in rising order. */
function datesOf({ inputs, references }: CompositePlan): Pick<CompositeResult, "dates" | "paths"> {
  const sorted = references.map((index) => inputs[index!]!);
  return {
    dates: sorted.map(({ path, date = dateOf(path) }) => date),
    paths: sorted.map(({ path }) => shownAddress(path)),
  };
}

/** The scene with another reference, on the same grid. */
function withReference({ scene, files }: OpenSeries, reference: number): Scene {
  const { width, height, transform, crs } = scene.grid;
  return {
    ...scene,
    reference,
    grid: { ...files[reference]!.header, width, height, transform, crs },
  };
}

/** A list of what is known of the dates, for a tag; undefined if it is known of none. */
function listOf(used: readonly CompositeDate[], key: "error" | "clear"): string | undefined {
  if (used.every((date) => date[key] === undefined)) return undefined;
  return used.map((date) => date[key] ?? "unknown").join(",");
}

/** Tags of an image. */
function tagsOf(
  series: OpenSeries,
  { fit, reference, method, options }: {
    readonly fit: MeanFit;
    readonly reference: number | undefined;
    readonly method: CompositeMethodName;
    readonly options: CompositeSceneOptions;
  },
): Readonly<Record<string, string>> {
  const { radiometry, dates, scene } = series;
  const { mask: { source = "auto", ...keep } = {}, from, to, write } = options;
  const { dilate, feather } = keepClearOf(keep);
  const used = usedOf(series, fit);
  const [errors, clear] = [listOf(used, "error"), listOf(used, "clear")];
  const notes = notesOf(series, fit);
  const shown = reference ?? scene.reference;
  const period = [from ?? dates[0] ?? "", to ?? dates.at(-1) ?? ""].join("/");
  return {
    ...radiometryTags(series, options),
    EMRDM_VERSION: config.version,
    EMRDM_METHOD: method,
    EMRDM_DATES: used.map(({ name }) => name).join(","),
    ...(errors !== undefined && { EMRDM_DATE_ERRORS: errors }),
    ...(clear !== undefined && { EMRDM_DATE_CLEAR: clear }),
    ...(reference === undefined
      ? { EMRDM_PERIOD: period }
      : { EMRDM_REFERENCE: nameOf(series, reference) }),
    ...areaTags(series, options),
    ...(radiometry[shown] && { EMRDM_RADIOMETRY: radiometry[shown].evidence }),
    EMRDM_MASK: `${shownMasks(source)} dilate ${dilate} feather ${feather}`,
    ...(notes.length > 0 && { EMRDM_NOTES: notes.join("; ") }),
    ...write.tags,
  };
}

/** First and last day of a period; undefined if one is unknown. */
function periodOf(
  { dates }: OpenSeries,
  { from = dates[0], to = dates.at(-1) }: CompositeSceneOptions,
): readonly [string, string] | undefined {
  return from === undefined || to === undefined ? undefined : [from, to];
}

/** Files of all images, which appear together. */
async function createAll(
  scenes: readonly Scene[],
  { series, plan, fits, tags, overwrite, options }: {
    readonly series: OpenSeries;
    readonly plan: CompositePlan;
    readonly fits: readonly MeanFit[];
    readonly tags: readonly Readonly<Record<string, string>>[];
    readonly overwrite: boolean;
    readonly options: CompositeSceneOptions;
  },
): Promise<readonly SceneFiles[]> {
  const files: SceneFiles[] = [];
  try {
    for (const [i, scene] of scenes.entries()) {
      const paths = plan.paths[i]!;
      const area = areaOf(scene.grid, options);
      await makeFoldersOf(Object.values(paths));
      if (paths.picture !== undefined) await checkWritable(paths.picture);
      const { reference } = scene;
      const isPeriod = plan.references[i] === undefined;
      const facts = {
        radiometry: series.radiometry[reference],
        // A period has no day of its own.
        day: isPeriod ? undefined : series.dates[reference],
        path: series.paths[reference]!,
        datetime: series.files[reference]!.datetime,
      };
      const used = new Set([
        reference,
        ...fits[i]!.dates.flatMap((one) => one.used ? one.index : []),
      ]);
      files.push(
        await createSceneFiles(scene, {
          paths,
          area,
          tags: tags[i]!,
          facts,
          origin: {
            sources: series.paths.filter((_, l) => used.has(l)),
            time: isPeriod ? periodOf(series, options) : acquisitionTime(facts),
          },
          overwrite,
          uncertainty: UNCERTAINTY,
        }),
      );
    }
  } catch (error) {
    for (const one of files) await one.abort();
    throw error;
  }
  return files;
}

/** Plan of a date without a hidden pixel, which no window is computed of. */
function keptWhole(reference: number): MeanFit {
  return { reference, dates: [], uses: [reference], notes: [] };
}

/** @throws {RangeError} If a method lacks what it needs. */
function checkMethod(
  name: CompositeMethodName,
  { method, plan: { inputs, references } }: {
    readonly method: CompositeMethod;
    readonly plan: CompositePlan;
  },
): void {
  const undated = inputs.find(({ path, date = dateOf(path) }) => date === undefined);
  if (method.needsDays && undated !== undefined) {
    throw new RangeError(
      `Cannot make the composite ${name}: the day of ${
        shownAddress(undated.path)
      } must be known, ` +
        "got none in its name; give it (--date)",
    );
  }
  if (method.needsReference && references.includes(undefined)) {
    throw new RangeError(
      `Cannot make the composite ${name} of a period: it must depict one date, got none; give it ` +
        "(--reference), or use medoid or geomedian",
    );
  }
}

/**
 * Makes composites of a series without a model, of any sensor: clear pixels of the depicted date come
 * back bit for bit, the others from the dates that show the ground there. Of a period without a depicted
 * date, every pixel is composed.
 *
 * A first pass over the whole scene measures what the method must know; then windows are read and rows
 * written. A window or a shard has the pixels of the whole scene.
 *
 * @throws {InputError} If a file can't be read or doesn't fit the others, or a date has no mask.
 * @throws {OutputError} If a file exists already, is one of the inputs, or can't be written. Nothing is
 *   written then.
 * @throws {RangeError} If there is no such date or method, or a number is out of range.
 */
export async function compositeScene(given: CompositeSceneOptions): Promise<CompositeResult> {
  const options = await withItems(given);
  const { mask: { source = "auto", ...keep } = {}, log = () => {}, signal } = options;
  checkKeepClear(keep);
  const isPeriod = planComposite(options, { hasError: false }).references[0] === undefined;
  const { method: name = DEFAULT_METHODS[isPeriod ? "period" : "reference"] } = options;
  const grow = keepClearOf(keep).dilate;
  const method = compositeMethod(name, { grow });
  const whole = planComposite(options, { hasError: method.hasError === true });
  checkMethod(name, { method, plan: whole });
  const pending = await pendingImages(whole, { options, method: name, masks: source });
  const { plan, overwrite, complete } = pending;
  if (complete.length > 0) log(`${complete.length} of ${whole.paths.length} images are complete`);
  if (plan.paths.length === 0) return { method: name, ...datesOf(whole), images: [], complete };
  const series = await openReflectance({ ...options, inputs: plan.inputs, reference: plan.grid });
  const closing: (() => Promise<void>)[] = [series.close];
  try {
    await checkParts(plan.paths.flatMap((files) => Object.values(files)), series.files);
    logScene(series, { mask: source, log });
    const { scene, dates, paths } = series;
    const opened = await openDateMasks(series, {
      ...options,
      mask: { ...keep, source },
      isEach: true,
    });
    closing.push(opened.close);
    const { masks } = opened;
    const references = plan.references.map((input) =>
      input === undefined ? undefined : series.inputs.indexOf(input)
    );
    const area = areaOf(scene.grid, options);
    const total = blockCount(scene, { mean: method.mean, masks, inPart: true }) +
      cellCount(scene, area);
    let done = 0;
    const step = (stage: "survey" | "images") => () =>
      options.onProgress?.({ done: ++done, total, stage });
    const days = daysOf(dates);
    const store = new ClassStore();
    const survey = await orAborted(
      surveyScene(scene, {
        mean: method.mean,
        days,
        masks,
        inPart: true,
        store,
        onBlock: step("survey"),
        signal,
      }),
      signal,
    );
    const fits = references.map((reference) =>
      reference !== undefined && survey.isClear[reference]
        ? keptWhole(reference)
        : method.mean.fit(survey.data, reference)
    );
    const tags = fits.map((fit, i) => ({
      ...tagsOf(series, { fit, reference: references[i], method: name, options }),
      ...pending.tags[i],
    }));
    for (const [i, fit] of fits.entries()) {
      const reference = references[i];
      const what = reference === undefined ? "the period" : nameOf(series, reference);
      log(
        reference !== undefined && survey.isClear[reference]
          ? `${what} is clear and kept as it is`
          : `${name} of ${what} from ${usedText(usedOf(series, fit))}`,
      );
      for (const note of notesOf(series, fit)) log(`warning: ${what}: ${note}`);
    }
    const scenes = references.map((reference) =>
      reference === undefined ? scene : withReference(series, reference)
    );
    const files = await createAll(scenes, { series, plan, fits, tags, overwrite, options });
    closing.unshift(...files.map((one) => one.abort));
    const cells = cellCount(scene, area) * fits.length;
    const threads = cells < LEAST_CELLS ? 0 : options.threads ?? windowThreads();
    const pool = threads > 0 ? meanPool({ method: name, grow, fits }, threads) : undefined;
    if (pool !== undefined) closing.unshift(() => pool.close());
    const work = compositeRows(scene, {
      targets: scenes.map((own, i) => ({
        scene: own,
        fit: fits[i]!,
        isPeriod: references[i] === undefined,
        hasError: plan.paths[i]!.uncertainty !== undefined,
        write: (rows) => files[i]!.write(rows),
      })),
      mean: method.mean,
      pool,
      masks,
      store,
      area,
      onCell: step("images"),
      signal,
    });
    const reports = await orAborted(work, signal);
    // All are complete before the first gets its name: a kill in between leaves little to repeat.
    for (const one of files) await one.complete();
    for (const one of files) await one.finish();
    return {
      complete,
      method: name,
      dates,
      paths,
      images: reports.map((report, i) => ({
        ...plan.paths[i]!,
        ...(references[i] !== undefined && { reference: references[i] }),
        used: usedOf(series, fits[i]!),
        notes: notesOf(series, fits[i]!),
        tags: tags[i]!,
        report,
      })),
    };
  } finally {
    for (const close of closing) await close().catch(() => {});
  }
}
