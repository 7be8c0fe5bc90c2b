/**
 * Options of a report.
 *
 * @module
 */

import type { SceneInput, SceneOptions } from "../restoration/mod.ts";

/** Options of `createReport`. */
export interface CreateReportOptions extends SceneOptions {
  /** Clear image of the reference's ground, to compare with. */
  readonly truth?: SceneInput;
  /** Default: the reference's date, else its file name. */
  readonly title?: string;
  /** Command line that reproduces the report. */
  readonly command?: string;
  /** Engine and device, as `native, cpu`. */
  readonly engine?: string;
  /** Progress callback: the stage, and how much of it is done. */
  readonly onStage?: (stage: string, done: number, total: number) => void;
}
