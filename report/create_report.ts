/**
 * Data of a report: restores a series and measures everything that the page shows.
 *
 * @module
 */

import { normalizeBand, redacted, SENTINEL2_BANDS } from "../core/mod.ts";
import type { Model } from "../model/mod.ts";
import { optionsForModel, withItems, withSampling } from "../restoration/mod.ts";
import { framesOf, nameOf, notesOf } from "./describe.ts";
import { gather } from "./gather.ts";
import { detailOf, type Gathered } from "./gathered.ts";
import { insideOf } from "./inside_tile.ts";
import { compareOptionsOf, measureTruth } from "./measure_truth.ts";
import { reflectanceScaleOf } from "./pixels.ts";
import type { ReportBand, ReportData, ReportProvenance } from "./report_data.ts";
import { openReportInputs, type ReportInputs } from "./report_inputs.ts";
import type { CreateReportOptions } from "./report_options.ts";
import { runFacts } from "./run_facts.ts";
import { stretchOf } from "./stretch.ts";
import { selfCheckOf, uncertaintyOf } from "./trust.ts";
import { viewsOf } from "./views.ts";

/** Log that keeps its lines and forwards them to another one. */
function recorded(forward: CreateReportOptions["log"]) {
  const lines: string[] = [];
  const log = (line: string) => {
    lines.push(line);
    forward?.(line);
  };
  return { lines, log };
}

function bandOf(name: string): ReportBand {
  const normal = normalizeBand(name);
  const known = SENTINEL2_BANDS.find((band) => band.name === normal);
  return { name: normal, wavelength: known?.wavelength ?? null };
}

function provenanceOf(gathered: Gathered): ReportProvenance | null {
  const { provenance, report } = gathered;
  if (provenance === undefined) return null;
  return { data: detailOf(gathered, provenance, 1), counts: report.pixels! };
}

/** Measurements on the gathered pixels: errors, ensemble spread, states inside the model. */
async function measure(
  model: Model,
  inputs: ReportInputs,
  { gathered, options, factor }: {
    readonly gathered: Gathered;
    readonly options: CreateReportOptions;
    /** Calibration factor of the ensemble spread. */
    readonly factor: number;
  },
): Promise<Pick<ReportData, "truth" | "uncertainty" | "inside">> {
  const { signal, ensemble, onStage } = options;
  onStage?.("measuring", 0, 3);
  const compared = compareOptionsOf(model, inputs);
  const truth = await measureTruth(model, inputs, { gathered, compared });
  signal?.throwIfAborted();
  const uncertainty = uncertaintyOf(gathered, {
    ...compared,
    samples: ensemble?.samples,
    factor,
  });
  onStage?.("measuring", 1, 3);
  const { series, masks } = inputs;
  const inside = await insideOf(model, series, { gathered, masks, options });
  onStage?.("measuring", 3, 3);
  return { truth, uncertainty, inside };
}

/**
 * Restores the reference date of a series and measures everything that a report shows, see
 * {@linkcode ReportData}. Memory is bounded: of a large scene it keeps a downsampled image, and at
 * full resolution only the window with the most cloud.
 *
 * @throws {InputError} If a file cannot be read, or does not fit the others or the model.
 * @throws {RangeError} If there are more dates than the model was trained with, the reference is not
 *   one of them, or a number is out of range.
 */
export async function createReport(
  model: Model,
  given: CreateReportOptions,
): Promise<ReportData> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const { lines, log } = recorded(given.log);
  const { options: { onStage = () => {}, ...rest }, text } = withSampling(
    model,
    optionsForModel(model, given),
  );
  const options = { ...rest, onStage, log };
  const { card } = model;

  await using inputs = await openReportInputs(model, await withItems(options));
  const { series, masks, clear } = inputs;
  const { reference, grid } = series.scene;
  const check = await selfCheckOf(model, {
    ...given,
    log: () => {},
    onProgress: ({ done, total }) => onStage("self-check", done, total),
  });
  if (check.selfCheckRefusal !== null) log(`warning: ${check.selfCheckRefusal}`);

  const gathered = await gather(model, series, {
    ...options,
    masks,
    truth: clear?.scene.frames[0],
    names: { grid: series.paths[reference]!, truth: options.truth?.path ?? "" },
  });
  const restored = seconds();
  const frames = await framesOf(series, gathered);
  const measured = await measure(model, inputs, {
    gathered,
    options,
    factor: options.ensemble?.factor ?? 1,
  });

  const depicted = series.dates[reference] ?? nameOf(series.paths[reference]!);
  const groups = await runFacts(model, {
    options,
    frames,
    gathered,
    truth: measured.truth?.frame ?? null,
    seconds: { restored, all: seconds() },
    crs: grid.crs?.epsg,
    sampling: text,
  });
  return {
    type: "report",
    title: options.title ?? `${depicted}, clouds removed`,
    model: card.name,
    description: card.description,
    unit: { name: card.bands[0]!.unit, reflectanceScale: reflectanceScaleOf(card) ?? null },
    bands: card.bands.map(({ name }) => bandOf(name)),
    stretch: stretchOf({
      reference: gathered.dates[reference]!,
      restored: gathered.restored,
      clouds: gathered.clouds,
    }, card.bands.length),
    frames,
    reference,
    views: viewsOf(gathered, { frames, reference, bands: card.bands.map(({ name }) => name) }),
    provenance: provenanceOf(gathered),
    ...measured,
    ...check,
    seams: gathered.report.seams,
    run: { command: options.command === undefined ? null : redacted(options.command), groups },
    notes: notesOf(gathered, lines),
  };
}
