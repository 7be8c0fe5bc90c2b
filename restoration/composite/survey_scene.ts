/**
 * First pass of a composite: every block of the scene's own grid, whatever part of it is written.
 *
 * @module
 */

import type { SceneMasks } from "../rows/scene_masks.ts";
import { grown } from "../rows/tiles.ts";
import type { Scene } from "../scene.ts";
import type { ClassStore } from "./class_store.ts";
import { type CellSize, cellsOf, DateRows, hasHidden } from "./date_rows.ts";
import type { Mean, MeanScene, MeanSurveyData } from "../../means/mod.ts";

/** Blocks of the survey. */
const BLOCK: CellSize = { rows: 256, columns: 512 };

/** Options of {@linkcode surveyScene}. */
export interface SurveySceneOptions {
  readonly mean: Mean;
  /** Day of each date; all equal where one is unknown. */
  readonly days: readonly number[];
  readonly masks: SceneMasks;
  /** Receives the mask classes of the scene. */
  readonly store: ClassStore;
  /** Called after each block. */
  readonly onBlock?: () => void;
  readonly signal?: AbortSignal;
}

/** Number of blocks that a survey reads. */
export function blockCount({ grid }: Scene): number {
  return Math.ceil(grid.width / BLOCK.columns) * Math.ceil(grid.height / BLOCK.rows);
}

/** Result of the first pass. */
export interface SceneSurvey {
  /** Survey of the method. */
  readonly data: MeanSurveyData;
  /** True for each date that is clear everywhere. */
  readonly isClear: readonly boolean[];
}

/** Feeds every block of a scene to the survey, which serves every date as the reference. */
export async function surveyScene(
  scene: Scene,
  { mean, days, masks, store, onBlock = () => {}, signal }: SurveySceneOptions,
): Promise<SceneSurvey> {
  const { width, height } = scene.grid;
  const known: MeanScene = { width, height, bands: scene.bands.length, days };
  const survey = mean.survey(known);
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
  return { data: survey.finish(), isClear };
}
