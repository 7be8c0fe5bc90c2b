/**
 * The composite of a scene whose mean is planned, in place of a model's result.
 *
 * @module
 */

import { composite } from "../../means/mod.ts";
import type { Model } from "../../model/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import { keepClearOf, type KeepClearOptions } from "../keep_clear.ts";
import type { FinishedReport, FinishedRows } from "../rows/finish_rows.ts";
import { type CardMean, cardMean } from "./card_mean.ts";
import { compositeRows } from "./composite_rows.ts";
import { meanOfModel, type PlannedScene } from "./scene_mean.ts";

/** The mean that stands in for a model: its own, or the composite of the dates. */
export function standInOf(model: Model, mask: KeepClearOptions | undefined): CardMean {
  return model.card.modules.mean === undefined
    ? cardMean(composite({ grow: keepClearOf(mask).dilate }), model.card)
    : meanOfModel(model);
}

/** Writes the composite of a part of a scene; clear pixels of the reference are kept. */
export async function composeScene(
  { mean: { dates, mean, fit, masks, store } }: PlannedScene,
  { area, hasError = false, write, signal }: {
    readonly area: RasterWindow;
    /** Writes the expected error as the deviation. Default false. */
    readonly hasError?: boolean;
    readonly write: (rows: FinishedRows) => void | Promise<void>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<FinishedReport> {
  // Expected errors are in reflectance.
  const unit = dates.reflectanceScale ?? 1;
  const inUnits: CardMean = {
    ...mean,
    apply(fit, window, core) {
      const made = mean.apply(fit, window, core);
      return { ...made, error: made.error.map((value) => value * unit) };
    },
  };
  const [report] = await compositeRows(dates, {
    targets: [{
      scene: dates,
      fit,
      isPeriod: false,
      hasError,
      write: async (rows) => await write(rows),
    }],
    mean: inUnits,
    ...{ masks, store, area },
    ...(signal && { signal }),
  });
  return report!;
}
