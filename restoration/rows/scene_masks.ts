/**
 * Cloud masks of a scene.
 *
 * @module
 */

import type { ModelCard } from "../../model/mod.ts";
import type { KeepClearOptions } from "../keep_clear.ts";
import type { MaskSource } from "../scene.ts";
import type { FrameRows } from "./frame_rows.ts";

/** Cloud masks of all dates: which reference pixels are kept, and where each restored one comes from. */
export interface SceneMasks extends KeepClearOptions {
  /** Pixels of context that the mask of a pixel depends on. */
  readonly margin: number;
  /** True if the mask of a date depends on the pixels of all dates. Default false. */
  readonly comparesDates?: boolean;
  /**
   * Replaces the masked clouds in the model input by the card's cloud fill, if it has one. Default true.
   */
  readonly fill?: boolean;
  /**
   * Opens the mask of each date over its rows; the reference always has one.
   *
   * @param dates Dates whose masks are read; those of others may be undefined. Default all.
   */
  open(
    rows: readonly FrameRows[],
    dates?: readonly number[],
  ): readonly (MaskSource | undefined)[];
}

/** The values that replace masked clouds in the model input, per band; undefined if none do. */
export function cloudFillOf(
  { opaqueCloud }: Pick<ModelCard, "opaqueCloud">,
  masks: Pick<SceneMasks, "fill"> | undefined,
): readonly number[] | undefined {
  return masks === undefined || masks.fill === false ? undefined : opaqueCloud;
}
