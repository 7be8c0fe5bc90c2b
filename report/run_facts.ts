/**
 * Run details: settings of the restoration, model, files and software.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { type Model, type ModelCard, modelDigest } from "../model/mod.ts";
import { type SceneOptions, shownMasks } from "../restoration/mod.ts";
import type { Gathered } from "./gathered.ts";
import type { ReportFrame, ReportRun } from "./report_data.ts";

type Group = ReportRun["groups"][number];
type Fact = Group["facts"][number];

/** Settings and measurements of a run. */
export interface RunOptions {
  readonly options:
    & Pick<SceneOptions, "seed" | "steps" | "sampler" | "ensemble" | "tiles" | "mask">
    & { readonly engine?: string };
  readonly frames: readonly ReportFrame[];
  readonly gathered: Gathered;
  readonly truth: ReportFrame | null;
  /** Seconds for the restoration, and in total. */
  readonly seconds: { readonly restored: number; readonly all: number };
  /** EPSG code. */
  readonly crs: number | undefined;
  /** Sampling of the ensemble, in words; undefined without one. */
  readonly sampling: { readonly sampling: string; readonly calibration: string } | undefined;
}

/** A module with its plain options, as `rational (alpha 3)`. */
function moduleText({ type, ...options }: Readonly<Record<string, unknown>>): string {
  const plain = Object.entries(options).filter(([, value]) => typeof value !== "object");
  const text = plain.map(([name, value]) => `${name} ${value}`).join(", ");
  return text === "" ? String(type) : `${type} (${text})`;
}

function samplingFacts(card: ModelCard, { options, sampling }: RunOptions): readonly Fact[] {
  if (sampling !== undefined) {
    return [
      ["Ensemble members", `${options.ensemble!.samples}, each with ${sampling.sampling}`],
      ["Calibration", sampling.calibration],
    ];
  }
  const own = options.sampler === undefined;
  return [["Sampler", own ? moduleText(card.modules.sampler) : "set by the caller"]];
}

function cloudFacts(
  { opaqueCloud }: ModelCard,
  { mask: { source, fill } = {} }: RunOptions["options"],
): readonly Fact[] {
  const masked = source !== undefined && opaqueCloud !== undefined && fill !== false;
  return [
    [
      "Clear pixels",
      source === undefined
        ? "restored by the model"
        : `kept as observed (mask: ${shownMasks(source)})`,
    ],
    ["Clouds", masked ? "masked in the model input" : "visible to the model"],
  ];
}

function restorationFacts(card: ModelCard, run: RunOptions): Group {
  const { options, gathered: { area, report }, seconds, crs } = run;
  const { seed = 0, steps = card.steps } = options;
  const { overlap = 0.25, blend = "end" } = options.tiles ?? {};
  const { tiles, evaluations } = report;
  return {
    label: "Restoration",
    facts: [
      ["Area", `${area.width} × ${area.height} pixels from column ${area.column}, row ${area.row}`],
      ...(crs === undefined ? [] : [["Coordinates", `EPSG:${crs}`] as const]),
      ["Seed", String(seed)],
      ["Sampler steps", String(steps)],
      ...samplingFacts(card, run),
      ...cloudFacts(card, options),
      [
        "Tiles",
        `${tiles.restored} of ${tiles.total} restored, overlap ${overlap}, blended ` +
        (blend === "end" ? "after the last step" : "at every step"),
      ],
      ["Network evaluations", String(evaluations)],
      [
        "Time",
        `${seconds.restored.toFixed(1)} s for the restoration, ${
          seconds.all.toFixed(1)
        } s in total`,
      ],
    ],
  };
}

function modelFacts(card: ModelCard, digest: string): Group {
  const { schedule, precond, network } = card.modules;
  return {
    label: "Model",
    facts: [
      ["Name", card.name],
      ["SHA-256", digest],
      ["Licence", card.licence],
      ["Bands", card.bands.map(({ name, unit }) => `${name} (${unit})`).join(", ")],
      ["Dates", `at most ${card.length}`],
      ["Tile", `${card.tileSize} × ${card.tileSize} pixels`],
      ["Schedule", moduleText(schedule)],
      ["Preconditioning", moduleText(precond)],
      ["Network", moduleText(network)],
      ...Object.entries(card.training).map(([name, value]) =>
        [`Training: ${name}`, String(value)] as const
      ),
    ],
  };
}

/** Radiometric conversion of the files; one entry for files with the same conversion. */
function radiometryFacts(files: readonly ReportFrame[]): readonly Group[] {
  const alike = Map.groupBy(files, ({ radiometry }) => radiometry);
  const facts = [...alike].flatMap(([radiometry, which]): readonly Fact[] => {
    if (radiometry === null) return [];
    const all = which.length === files.length;
    return [[all ? "All files" : which.map(({ name }) => name).join(", "), radiometry]];
  });
  return facts.length === 0 ? [] : [{ label: "Radiometry", facts }];
}

function softwareFacts(engine: string | undefined): Group {
  return {
    label: "Software",
    facts: [
      ["emrdm", config.version],
      ["Deno", Deno.version.deno],
      ...(engine === undefined ? [] : [["Engine", engine] as const]),
    ],
  };
}

/** Run details in groups of names and values. */
export async function runFacts(model: Model, run: RunOptions): Promise<ReportRun["groups"]> {
  const { card } = model;
  const files = [...run.frames, ...(run.truth === null ? [] : [run.truth])];
  return [
    restorationFacts(card, run),
    modelFacts(card, await modelDigest(model)),
    ...radiometryFacts(files),
    {
      label: "Files (SHA-256)",
      facts: files.map(({ name, sha256 }) =>
        [name, sha256 ?? "folder or URL, not hashed"] as const
      ),
    },
    softwareFacts(run.options.engine),
  ];
}
