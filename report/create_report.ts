/**
 * Making a report's data: a series is restored and everything that can be told about it is measured.
 *
 * @module
 */

import { normalizeBand, SENTINEL2_BANDS } from "../core/mod.ts";
import { type Model, modelDigest, scalingRanges } from "../model/mod.ts";
import {
  baselines,
  copyInput,
  openSeries,
  openSky,
  type RestoreSceneOptions,
  type SceneInput,
  withSampling,
} from "../restoration/mod.ts";
import { canDetect } from "./clouds.ts";
import { compare } from "./compare.ts";
import { frameOf, nameOf, notesOf } from "./describe.ts";
import { detailOf, gather, type Gathered } from "./gather.ts";
import { insideOf } from "./inside_tile.ts";
import { rasterOf, reflectanceScaleOf } from "./pixels.ts";
import type { ReportBand, ReportData, ReportFrame, ReportTruth } from "./report_data.ts";
import { runFacts } from "./run_facts.ts";
import { stretchOf } from "./stretch.ts";
import { selfCheckOf, uncertaintyOf } from "./trust.ts";
import { viewsOf } from "./views.ts";

/** Options of {@linkcode createReport}. */
export interface CreateReportOptions extends Omit<RestoreSceneOptions, "output" | "picture"> {
  /** A clear image of the reference's ground, to compare with. */
  readonly truth?: SceneInput;
  /** Default says the date and the first file. */
  readonly title?: string;
  /** How the report can be made again. */
  readonly command?: string;
  /** What computed, as `native, cpu`. */
  readonly engine?: string;
  /** Called as the work goes on: the stage, and how much of it is done. */
  readonly onStage?: (stage: string, done: number, total: number) => void;
}

function bandOf(name: string): ReportBand {
  const normal = normalizeBand(name);
  const known = SENTINEL2_BANDS.find((band) => band.name === normal);
  return { name: normal, wavelength: known?.wavelength ?? null };
}

/** Restorations to compare with, by name; the model's first. */
async function methodsOf(
  { restored, dates, kept }: Gathered,
  { model, reference }: { readonly model: Model; readonly reference: number },
): Promise<Readonly<Record<string, Float32Array>>> {
  const frames = dates.map((data) => rasterOf(data, kept, model.card));
  const { bands, reflectanceScale } = frames[0]!;
  const others = frames.length > 1 && reflectanceScale !== undefined && canDetect(bands)
    ? await baselines(frames, { reference })
    : { "copy the input": copyInput(frames, { reference }) };
  return {
    [model.card.name]: restored,
    ...Object.fromEntries(
      Object.entries(others).map(([name, { data }]) => [name, Float32Array.from(data)]),
    ),
  };
}

/**
 * Restores the reference date of a series and measures all that a report shows: see
 * {@linkcode ReportData}. Memory is bounded: of a large scene it keeps a small picture, and a part at
 * full resolution where clouds are worst.
 *
 * @throws {InputError} If a file cannot be read, or does not fit the others or the model.
 * @throws {RangeError} If there are more dates than the model was trained with, the reference is none
 *   of them, or a number is out of range.
 */
export async function createReport(
  model: Model,
  given: CreateReportOptions,
): Promise<ReportData> {
  const { options, text } = withSampling(model, given);
  const { truth, command, signal, onStage = () => {} } = options;
  const started = performance.now();
  const lines: string[] = [];
  const log = (line: string) => {
    lines.push(line);
    options.log?.(line);
  };
  const { card } = model;
  const depth = card.bands.length;
  const closing: (() => Promise<void>)[] = [];
  try {
    const series = await openSeries(model, { ...options, log });
    closing.push(series.close);
    const { selfCheck, selfCheckRefusal } = await selfCheckOf(model, {
      ...given,
      log: () => {},
      onProgress: ({ done, total }) => onStage("self-check", done, total),
    });
    if (selfCheckRefusal !== null) log(`warning: ${selfCheckRefusal}`);
    const { auxiliary: _, reference: _own, ...common } = options;
    const clear = truth && await openSeries({ ...model, card: withoutAuxiliary(card) }, {
      ...common,
      inputs: [truth],
      log,
    });
    if (clear !== undefined) closing.push(clear.close);
    const { scene: { reference } } = series;
    for (const one of series.radiometry) {
      if (one?.warning !== undefined) log(`warning: ${one.warning}`);
    }
    const sky = await openSky(series, { model, options: { ...options, output: "" } });
    if (sky !== undefined) closing.push(sky.close);
    const gathered = await gather(model, series, {
      ...options,
      sky: sky?.sky,
      truth: clear?.scene.frames[0],
      names: { grid: series.paths[reference]!, truth: truth?.path ?? "" },
      onStage,
    });
    const restoredIn = (performance.now() - started) / 1000;
    const { small } = gathered;
    const frames: ReportFrame[] = [];
    for (const [l, path] of series.paths.entries()) {
      frames.push(
        await frameOf(path, {
          data: small.dates[l]!,
          clouds: small.clouds[l],
          depth,
          date: series.dates[l],
          radiometry: series.radiometry[l]?.evidence,
        }),
      );
    }
    onStage("measuring", 0, 3);
    const reflectanceScale = reflectanceScaleOf(card) ?? null;
    const { low, high } = rangeOf(model);
    const compared = {
      depth,
      dataRange: reflectanceScale ?? high - low,
      bands: series.scene.output.toSorted((a, b) => a - b),
    };
    const told: ReportTruth | null = clear === undefined ? null : {
      frame: await frameOf(truth!.path, {
        data: small.truth!,
        clouds: small.truthClouds,
        depth,
        date: clear.dates[0],
        radiometry: clear.radiometry[0]?.evidence,
      }),
      scored: gathered.kept === gathered.area ? "everything that was restored" : "the detail",
      ...compare(gathered, await methodsOf(gathered, { model, reference }), compared),
    };
    signal?.throwIfAborted();
    const uncertainty = uncertaintyOf(gathered, {
      ...compared,
      samples: options.samples,
      factor: options.deviations?.factor ?? 1,
    });
    onStage("measuring", 1, 3);
    const inside = await insideOf(model, series, { gathered, sky: sky?.sky, options });
    onStage("measuring", 3, 3);
    const provenance = gathered.provenance && detailOf(gathered, gathered.provenance, 1);
    const depicted = series.dates[reference] ?? nameOf(series.paths[reference]!);
    return {
      type: "report",
      title: options.title ?? `${depicted} without clouds`,
      model: card.name,
      description: card.description,
      unit: { name: card.bands[0]!.unit, reflectanceScale },
      bands: card.bands.map(({ name }) => bandOf(name)),
      stretch: stretchOf({
        reference: gathered.dates[reference]!,
        restored: gathered.restored,
        clouds: gathered.clouds,
      }, depth),
      frames,
      reference,
      views: viewsOf(gathered, { frames, reference, bands: card.bands.map(({ name }) => name) }),
      truth: told,
      provenance: provenance === undefined
        ? null
        : { data: provenance, counts: gathered.report.pixels! },
      uncertainty,
      selfCheck,
      selfCheckRefusal,
      inside,
      seams: gathered.report.seams,
      run: {
        command: command ?? null,
        groups: runFacts(model, {
          options,
          frames,
          gathered,
          truth: told?.frame ?? null,
          digest: await modelDigest(model),
          seconds: { restored: restoredIn, all: (performance.now() - started) / 1000 },
          crs: series.scene.grid.crs?.epsg,
          sampling: text,
        }),
      },
      notes: notesOf(gathered, lines),
    };
  } finally {
    await Promise.allSettled(closing.map((close) => close()));
  }
}

/** The card for reading a clear image, which has no auxiliary bands. */
function withoutAuxiliary(card: Model["card"]): Model["card"] {
  return { ...card, condition: { ...card.condition, auxiliary: [] } };
}

/** The widest range of the model's numbers. */
function rangeOf({ card }: Model): { readonly low: number; readonly high: number } {
  const ranges = scalingRanges(card.scaling, card.bands.length);
  return {
    low: Math.min(...ranges.map(({ low }) => low)),
    high: Math.max(...ranges.map(({ high }) => high)),
  };
}
