/**
 * First pass of a composite, over the scene's own blocks, whatever part of it is written. A large scene can be
 * surveyed in part (see `surveyPlaces`).
 *
 * @module
 */

import { handled, yieldToEventLoop } from "../abortable.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import { FrameRows } from "../rows/frame_rows.ts";
import type { SceneMasks } from "../rows/scene_masks.ts";
import { cropped, grown } from "../rows/tiles.ts";
import type { Scene } from "../scene.ts";
import type { ClassStore } from "./class_store.ts";
import { type CellSize, cellsOf, DateRows, hasHidden } from "./date_rows.ts";
import { isLarge, type SurveyPlace, surveyPlaces } from "./survey_places.ts";
import type { Mean, MeanSurvey, MeanSurveyData } from "../../means/mod.ts";

/** Blocks of the survey. */
const BLOCK: CellSize = { rows: 256, columns: 512 };
/** Places of a large scene that are read while another is surveyed; one takes 30 MB for each date. */
const READ_AHEAD = 2;

/** Options of {@linkcode surveyScene}. */
export interface SurveySceneOptions {
  readonly mean: Mean;
  /** Day of each date; all equal where one is unknown. */
  readonly days: readonly number[];
  readonly masks: SceneMasks;
  /**
   * Surveys a large scene in part, which leaves the masks to be found later and no date known to be
   * clear. Default false.
   */
  readonly inPart?: boolean;
  /** Receives the mask classes of a scene that is surveyed as a whole. */
  readonly store: ClassStore;
  /** Called after each block. */
  readonly onBlock?: () => void;
  readonly signal?: AbortSignal;
}

/** Pixels of context of what is surveyed of a large scene. */
function contextOf({ mean, masks }: Pick<SurveySceneOptions, "mean" | "masks">): number {
  return mean.surveyMargin + masks.margin;
}

/** Number of blocks that a survey reads. */
export function blockCount(
  { grid }: Scene,
  options: Pick<SurveySceneOptions, "mean" | "masks" | "inPart">,
): number {
  return options.inPart && isLarge(grid)
    ? surveyPlaces(grid, contextOf(options)).reduce((sum, { cores }) => sum + cores.length, 0)
    : Math.ceil(grid.width / BLOCK.columns) * Math.ceil(grid.height / BLOCK.rows);
}

/** Result of the first pass. */
export interface SceneSurvey {
  /** Survey of the method. */
  readonly data: MeanSurveyData;
  /** True for each date that is known to be clear everywhere. */
  readonly isClear: readonly boolean[];
}

/** Feeds the blocks of a scene to the survey, which serves every date as the reference. */
export async function surveyScene(
  scene: Scene,
  options: SurveySceneOptions,
): Promise<SceneSurvey> {
  const { mean, days, inPart = false } = options;
  const { width, height } = scene.grid;
  const known = { width, height, bands: scene.bands.length, days };
  if (!inPart || !isLarge(scene.grid)) {
    const survey = mean.survey(known);
    const isClear = await surveyAll(scene, survey, options);
    return { data: survey.finish(), isClear };
  }
  const places = surveyPlaces(scene.grid, contextOf(options));
  const surveyed = places.flatMap(({ cores }) => cores)
    .reduce((sum, core) => sum + core.width * core.height, 0);
  const survey = mean.survey({ ...known, surveyed });
  const reading: Promise<ReadPlace>[] = [];
  for (const [i, { cores }] of places.entries()) {
    // Of the next two places, one is read while threads find the clouds of the other.
    while (reading.length < Math.min(i + 1 + READ_AHEAD, places.length)) {
      reading.push(handled(readPlace(scene, places[reading.length]!, options)));
    }
    const place = await reading[i]!;
    delete reading[i];
    await surveyPlace(scene, survey, { ...options, cores, place });
  }
  return { data: survey.finish(), isClear: days.map(() => false) };
}

/** Surveys every pixel; returns whether each date is clear everywhere. */
async function surveyAll(
  scene: Scene,
  survey: MeanSurvey,
  { mean, days, masks, store, onBlock = () => {}, signal }: SurveySceneOptions,
): Promise<readonly boolean[]> {
  const { width, height } = scene.grid;
  const isClear = days.map(() => true);
  const margin = mean.surveyMargin;
  const rows = new DateRows(scene, { masks, columns: [0, width], store });
  const area = { column: 0, row: 0, width, height };
  for (const line of cellsOf(scene.grid, { area, size: BLOCK })) {
    const { row: first, height: count } = line[0]!;
    await rows.load(Math.max(0, first - margin), Math.min(height, first + count + margin));
    for (const cell of line) {
      signal?.throwIfAborted();
      const window = rows.cut(grown(cell, { scene: scene.grid, margin }));
      for (const [l, mask] of window.masks.entries()) {
        if (isClear[l] && hasHidden(mask!)) isClear[l] = false;
      }
      survey.add(window, cell);
      onBlock();
    }
    rows.drop(first + count - margin);
  }
  return isClear;
}

/** A place that has been read, and the masks of its dates in `whole`. */
interface ReadPlace {
  readonly rows: readonly FrameRows[];
  readonly whole: RasterWindow;
  readonly classes: readonly Uint8Array[];
}

/** Reads a place, and no pixel around it. */
async function readPlace(
  scene: Scene,
  { read, inside }: SurveyPlace,
  { mean, masks, signal }: SurveySceneOptions,
): Promise<ReadPlace> {
  const columns = [read.column, read.column + read.width] as const;
  const rows = scene.frames.map((frame) => new FrameRows(frame, columns));
  for (const row of rows) {
    signal?.throwIfAborted();
    await row.load(read.row, read.row + read.height);
    await yieldToEventLoop();
  }
  const whole = grown(inside, { scene: scene.grid, margin: mean.surveyMargin });
  const classes: Uint8Array[] = [];
  for (const mask of masks.open(rows)) {
    signal?.throwIfAborted();
    classes.push(await mask?.read(whole) ?? new Uint8Array(whole.width * whole.height));
  }
  return { rows, whole, classes };
}

/** Surveys a place that has been read. */
async function surveyPlace(
  scene: Scene,
  survey: MeanSurvey,
  { mean, cores, place, onBlock = () => {}, signal }: SurveySceneOptions & {
    readonly cores: readonly RasterWindow[];
    readonly place: ReadPlace;
  },
): Promise<void> {
  const { rows, whole, classes } = place;
  // The first cell is the largest.
  const memory: (Float32Array | undefined)[] = [];
  for (const core of cores) {
    signal?.throwIfAborted();
    const window = grown(core, { scene: scene.grid, margin: mean.surveyMargin });
    const frames = rows.map((row, l) => row.values(window, memory[l]));
    for (const [l, values] of frames.entries()) memory[l] ??= values;
    survey.add({
      ...window,
      frames,
      masks: classes.map((found) => cropped(found, whole, window)),
    }, core);
    onBlock();
    await yieldToEventLoop();
  }
}
