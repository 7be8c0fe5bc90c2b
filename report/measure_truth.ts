/**
 * Comparison of the result and the baselines with a clear image.
 *
 * @module
 */

import { type Model, scalingRanges } from "../model/mod.ts";
import { baselines, copyInput, type OpenSeries } from "../restoration/mod.ts";
import { compare, type CompareOptions } from "./compare.ts";
import { frameOf } from "./describe.ts";
import type { Gathered } from "./gathered.ts";
import { rasterOf, reflectanceScaleOf } from "./pixels.ts";
import type { ReportTruth } from "./report_data.ts";
import type { ReportInputs } from "./report_inputs.ts";

/** Images of the kept window by method: the model's first, then the baselines. */
async function methodsOf(
  { restored, dates, kept, dateClouds }: Gathered,
  { model, series }: { readonly model: Model; readonly series: OpenSeries },
): Promise<Readonly<Record<string, Float32Array>>> {
  const frames = dates.map((data) => rasterOf(data, kept, model.card));
  const { reflectanceScale } = frames[0]!;
  const { scene: { reference }, dates: days } = series;
  const others = reflectanceScale === undefined
    ? { "copy the input": copyInput(frames, { reference }) }
    : await baselines(frames, { reference, dates: days, masks: dateClouds });
  return {
    [model.card.name]: restored,
    ...Object.fromEntries(
      Object.entries(others).map(([name, { data }]) => [name, Float32Array.from(data)]),
    ),
  };
}

/** Width of the widest value range among the model's bands. */
function rangeOf({ card }: Model): number {
  const ranges = scalingRanges(card.scaling, card.bands.length);
  return Math.max(...ranges.map(({ high }) => high)) - Math.min(...ranges.map(({ low }) => low));
}

/** Bands and divisor that errors and scores of a report use. */
export function compareOptionsOf(model: Model, { series }: ReportInputs): CompareOptions {
  return {
    depth: model.card.bands.length,
    dataRange: reflectanceScaleOf(model.card) ?? rangeOf(model),
    bands: series.scene.output.toSorted((a, b) => a - b),
  };
}

/** Scores and error maps against the clear image; null without one. */
export async function measureTruth(
  model: Model,
  { clear, series }: ReportInputs,
  { gathered, compared }: { readonly gathered: Gathered; readonly compared: CompareOptions },
): Promise<ReportTruth | null> {
  if (clear === undefined) return null;
  const { small } = gathered;
  return {
    frame: await frameOf(clear.paths[0]!, {
      data: small.truth!,
      clouds: small.truthClouds,
      depth: compared.depth,
      date: clear.dates[0],
      radiometry: clear.radiometry[0]?.evidence,
    }),
    scored: gathered.kept === gathered.area ? "the whole area" : "the detail view",
    ...compare(gathered, await methodsOf(gathered, { model, series }), compared),
  };
}
