/**
 * First pass of a composite: every block of the scene's own grid, whatever part of it is written.
 *
 * @module
 */

import type { SceneMasks } from "../rows/scene_masks.ts";
import type { Scene } from "../scene.ts";
import { cellsOf, DateRows } from "./date_rows.ts";
import type { CompositeFit, CompositeMethod, CompositeSurvey } from "./method.ts";

/** Side of a block of the survey, and of a cell that is computed at once. */
export const CELL = 256;

/** Options of {@linkcode surveyScene}. */
export interface SurveySceneOptions {
  readonly method: CompositeMethod;
  /** Surveys of all references, which share the reading. */
  readonly surveys: readonly CompositeSurvey[];
  readonly masks: SceneMasks;
  /** Growth of the mask of a date, in pixels. */
  readonly grow: (date: number) => number;
  /** Called after each block. */
  readonly onBlock?: () => void;
  readonly signal?: AbortSignal;
}

/** Number of blocks that a survey reads. */
export function blockCount({ grid }: Scene): number {
  return Math.ceil(grid.width / CELL) * Math.ceil(grid.height / CELL);
}

/** Feeds every block of a scene to the surveys and finishes them. */
export async function surveyScene(
  scene: Scene,
  { method, surveys, masks, grow, onBlock = () => {}, signal }: SurveySceneOptions,
): Promise<readonly CompositeFit[]> {
  if (!method.surveys) return surveys.map((survey) => survey.finish());
  const { width, height } = scene.grid;
  const rows = new DateRows(scene, { masks, columns: [0, width] });
  const context = Math.max(...scene.frames.map((_, l) => grow(l)));
  const area = { column: 0, row: 0, width, height };
  for (const line of cellsOf(scene.grid, { area, side: CELL })) {
    const { row: first, height: count } = line[0]!;
    await rows.load(Math.max(0, first - context), Math.min(height, first + count + context));
    for (const cell of line) {
      signal?.throwIfAborted();
      const block = rows.cut(cell, grow);
      for (const survey of surveys) survey.add(block);
      onBlock();
    }
    rows.drop(first + count - context);
  }
  return surveys.map((survey) => survey.finish());
}
