/**
 * Open files of a report: the series, the clear image and the cloud masks.
 *
 * @module
 */

import type { Model } from "../model/mod.ts";
import { openMasks, type OpenSeries, openSeries, type SceneMasks } from "../restoration/mod.ts";
import type { CreateReportOptions } from "./report_options.ts";

/** Files of a report. Disposing closes them. */
export interface ReportInputs extends AsyncDisposable {
  readonly series: OpenSeries;
  /** The clear image, if one was given. */
  readonly clear: OpenSeries | undefined;
  /** Cloud masks of the restoration, if it uses any. */
  readonly masks: SceneMasks | undefined;
}

/** The model's card without auxiliary bands, for reading a clear image, which has none. */
function withoutAuxiliary(card: Model["card"]): Model["card"] {
  return { ...card, condition: { ...card.condition, auxiliary: [] } };
}

/**
 * Opens the files of a report and logs the radiometry warnings of the series.
 *
 * @throws {InputError} If a file cannot be read or does not fit the others or the model.
 */
export async function openReportInputs(
  model: Model,
  options: CreateReportOptions & { readonly log: (line: string) => void },
): Promise<ReportInputs> {
  const { truth, log } = options;
  const closing: (() => Promise<void>)[] = [];
  // Files that were only read lose nothing when closing fails.
  const close = async () => void await Promise.allSettled(closing.map((close) => close()));
  try {
    const series = await openSeries(model, options);
    closing.push(series.close);
    const { auxiliary: _, reference: _own, ...common } = options;
    const clear = truth && await openSeries({ ...model, card: withoutAuxiliary(model.card) }, {
      ...common,
      inputs: [truth],
    });
    if (clear !== undefined) closing.push(clear.close);
    for (const one of series.radiometry) {
      if (one?.warning !== undefined) log(`warning: ${one.warning}`);
    }
    const opened = await openMasks(series, { model, options });
    if (opened !== undefined) closing.push(opened.close);
    return { series, clear, masks: opened?.masks, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
