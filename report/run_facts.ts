/**
 * What was run with what.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import type { Model } from "../model/mod.ts";
import type { RestoreSceneOptions } from "../restoration/mod.ts";
import type { Gathered } from "./gather.ts";
import type { ReportFrame, ReportRun } from "./report_data.ts";

/** As `rational (alpha 3)`. */
function moduleText({ type, ...options }: Readonly<Record<string, unknown>>): string {
  const plain = Object.entries(options).filter(([, value]) => typeof value !== "object");
  const text = plain.map(([name, value]) => `${name} ${value}`).join(", ");
  return text === "" ? String(type) : `${type} (${text})`;
}

/** How numbers of files became reflectances; once for files that are alike. */
function radiometryOf(files: readonly ReportFrame[]): ReportRun["groups"] {
  const alike = Map.groupBy(files, ({ radiometry }) => radiometry);
  const facts = [...alike].flatMap(([radiometry, which]) => {
    if (radiometry === null) return [];
    const names = which.length === files.length
      ? "All files"
      : which.map(({ name }) => name).join(", ");
    return [[names, radiometry] as const];
  });
  return facts.length === 0 ? [] : [{ label: "Radiometry", facts }];
}

/** Names and values for people, in groups. */
export function runFacts(
  { card }: Model,
  { options, frames, gathered, truth, digest, seconds, crs, sampling }: {
    readonly options:
      & Pick<
        RestoreSceneOptions,
        "seed" | "steps" | "sampler" | "samples" | "overlap" | "blend" | "mask" | "hideClouds"
      >
      & { readonly engine?: string };
    readonly frames: readonly ReportFrame[];
    readonly gathered: Gathered;
    readonly truth: ReportFrame | null;
    readonly digest: string;
    readonly seconds: { readonly restored: number; readonly all: number };
    readonly crs: number | undefined;
    /** How samples were drawn, where there are some. */
    readonly sampling: { readonly sampling: string; readonly calibration: string } | undefined;
  },
): ReportRun["groups"] {
  const { report, area } = gathered;
  const { seed = 0, steps = card.steps, overlap = 0.25, blend = "end" } = options;
  const { tiles, evaluations } = report;
  const files = [...frames, ...(truth === null ? [] : [truth])];
  const plain = (value: unknown) => String(value);
  return [
    {
      label: "Restoration",
      facts: [
        [
          "Area",
          `${area.width} × ${area.height} pixels from column ${area.column}, row ${area.row}`,
        ],
        ...(crs === undefined ? [] : [["Coordinates", `EPSG:${crs}`] as const]),
        ["Seed", plain(seed)],
        ["Sampler steps", plain(steps)],
        ...(sampling === undefined
          ? [
            [
              "Sampler",
              options.sampler === undefined
                ? moduleText(card.modules.sampler)
                : "as the command says",
            ] as const,
          ]
          : [
            ["Samples", `${options.samples}, each of ${sampling.sampling}`] as const,
            ["Calibration", sampling.calibration] as const,
          ]),
        [
          "Clear pixels",
          options.mask === undefined
            ? "restored like the others"
            : `kept, by ${options.mask.replace(/^.*[\\/](?=.)/, "")}`,
        ],
        [
          "Clouds",
          options.mask !== undefined && card.opaqueCloud !== undefined &&
            options.hideClouds !== false
            ? "hidden from the model"
            : "shown to the model",
        ],
        [
          "Tiles",
          `${tiles.restored} of ${tiles.total}, overlap ${overlap}, blended at the ${
            blend === "end" ? "end" : "steps"
          }`,
        ],
        ["Evaluations of the network", plain(evaluations)],
        ["Time", `${seconds.restored.toFixed(1)} s to restore, ${seconds.all.toFixed(1)} s in all`],
      ],
    },
    {
      label: "Model",
      facts: [
        ["Name", card.name],
        ["SHA-256", digest],
        ["Licence", card.licence],
        ["Bands", card.bands.map(({ name, unit }) => `${name} (${unit})`).join(", ")],
        ["Dates", `at most ${card.length}`],
        ["Tile", `${card.tileSize} × ${card.tileSize} pixels`],
        ["Schedule", moduleText(card.modules.schedule)],
        ["Preconditioning", moduleText(card.modules.precond)],
        ["Network", moduleText(card.modules.network)],
        ...Object.entries(card.training).map(([name, value]) =>
          [`Training: ${name}`, plain(value)] as const
        ),
      ],
    },
    ...radiometryOf(files),
    {
      label: "Files (SHA-256)",
      facts: files.map(({ name, sha256 }) =>
        [name, sha256 ?? "a folder or address: not hashed"] as const
      ),
    },
    {
      label: "Software",
      facts: [
        ["emrdm", config.version],
        ["Deno", Deno.version.deno],
        ...(options.engine === undefined ? [] : [["Engine", options.engine] as const]),
      ],
    },
  ];
}
