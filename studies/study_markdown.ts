/**
 * A study as Markdown: our values next to the paper's, and a verdict on each of the paper's steps.
 *
 * @module
 */

import { STUDY_METRICS, type StudyMetric } from "./study.ts";
import { type GroupResult, type RowResult, seedsOf, type StudyResult } from "./study_result.ts";
import { type Step, stepsOf } from "./study_steps.ts";

const DASH = "–";

function shown(value: number | undefined, metric: StudyMetric): string {
  return value === undefined ? DASH : value.toFixed(STUDY_METRICS[metric].digits);
}

/** Our mean ± standard deviation over seeds. */
export function ours(
  { mean, spread }: Pick<RowResult, "mean" | "spread">,
  metric: StudyMetric,
): string {
  const by = spread[metric];
  return shown(mean[metric], metric) + (by === undefined ? "" : ` ± ${shown(by, metric)}`);
}

/** As "PSNR (dB)". */
export function titleOf(metric: StudyMetric): string {
  const { label, unit } = STUDY_METRICS[metric];
  return unit === "" ? label : `${label} (${unit})`;
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = header.map((_, i) => i === 0 ? "---" : "--:");
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}

function rowName({ name, label }: Pick<RowResult, "name" | "label">): string {
  return label === undefined ? name : `**${name}** ${label}`;
}

/** Table of our values next to the paper's. */
function scoresTable(
  { rows }: GroupResult,
  { metrics, baselines }: Pick<StudyResult, "metrics" | "baselines">,
): string {
  const arrow = (metric: StudyMetric) => STUDY_METRICS[metric].better === "higher" ? "↑" : "↓";
  const header = [
    "",
    ...metrics.flatMap((metric) => [`${titleOf(metric)} ${arrow(metric)}`, "paper"]),
  ];
  const none = metrics.map(() => DASH);
  const first = baselines.map(({ name, scores }) => [
    `_${name}_`,
    ...metrics.flatMap((
      metric,
      i,
    ) => [shown(metric === "lpips" ? undefined : scores[metric], metric), none[i]!]),
  ]);
  const all = rows.map((row) => [
    rowName(row),
    ...metrics.flatMap((metric) => [ours(row, metric), shown(row.paper?.[metric], metric)]),
  ]);
  return markdownTable(header, [...first, ...all]);
}

const VERDICTS: Readonly<Record<Step["verdict"], string>> = {
  holds: "holds",
  reversed: "**reversed**",
  mixed: "seeds disagree",
  unknown: DASH,
};

function signed(value: number | undefined, metric: StudyMetric): string {
  return value === undefined ? DASH : `${value > 0 ? "+" : ""}${shown(value, metric)}`;
}

/** Table of the steps in the study's metrics. */
function stepsTable(steps: readonly Step[]): string {
  const rows = steps.map(({ from, to, metric, paper, paperChange, change, verdict }) => [
    `${from} → ${to}`,
    STUDY_METRICS[metric].label,
    paperChange === undefined
      ? paper ?? DASH
      : `${paper ?? "stays"} (${signed(paperChange, metric)})`,
    signed(change, metric),
    VERDICTS[verdict],
  ]);
  return markdownTable(["step", "metric", "paper", "ours", "verdict"], rows);
}

/** Notes below a table: sources, missing values, failed runs. */
function notesOf(
  { rows }: GroupResult,
  { metrics }: Pick<StudyResult, "metrics">,
): readonly string[] {
  const sources = rows.flatMap(({ name, paper }) =>
    paper === undefined ? [] : [`${name}: ${paper.source}`]
  );
  const missing = rows.some(({ paper }) => metrics.some((metric) => paper?.[metric] === undefined));
  const failed = rows.flatMap(({ name, seeds }) =>
    seeds.flatMap(({ seed, failed }) =>
      failed === undefined ? [] : [`${name}, seed ${seed}: ${failed}`]
    )
  );
  return [
    ...(sources.length > 0 ? [`Sources of the paper's values: ${sources.join("; ")}.`] : []),
    ...(missing ? [`${DASH} in a paper column: value not available.`] : []),
    ...(metrics.includes("lpips")
      ? ["LPIPS needs weights that are not part of this project."]
      : []),
    ...failed.map((what) => `Failed: ${what}`),
  ];
}

/** Table of the runs. */
function runsTable(groups: readonly GroupResult[]): string {
  const runs = new Map(
    groups.flatMap(({ rows }) => rows.flatMap(({ seeds }) => seeds)).map((
      seed,
    ) => [seed.run, seed]),
  );
  const rows = [...runs.values()].map(({ run, steps, parameters, seconds }) => [
    `\`${run}\``,
    `${steps ?? DASH}`,
    parameters === undefined ? DASH : `${(parameters / 1e6).toFixed(2)} M`,
    seconds === undefined ? DASH : `${(seconds / 60).toFixed(1)}`,
  ]);
  return markdownTable(["run", "steps", "parameters", "minutes"], rows);
}

/** File name of a group's chart. */
export function plotName({ name }: StudyResult, group: GroupResult): string {
  return group.name === "" ? `${name}.svg` : `${name}-${group.name}.svg`;
}

function seedText(seeds: readonly number[]): string {
  return seeds.length === 1
    ? `Training seed: ${seeds[0]}.`
    : `Training seeds: ${seeds.join(", ")}; ± is the standard deviation over seeds.`;
}

/** Formats a study as Markdown, with links to its charts in the same folder. */
export function studyMarkdown(result: StudyResult): string {
  const { title, description, groups, claims, metrics, preset, weights, evaluation } = result;
  const { limit, reflectanceScale: scale, seed, data } = evaluation;
  const parts = groups.flatMap((group) => {
    const steps = stepsOf(group, claims)
      .filter(({ metric, verdict }) => metrics.includes(metric) && verdict !== "unknown");
    return [
      ...(groups.length > 1 || group.title !== title ? [`## ${group.title}`] : []),
      scoresTable(group, result),
      ...notesOf(group, result),
      `![${group.title}](${plotName(result, group)})`,
      ...(steps.length > 0 ? ["### The paper's steps", stepsTable(steps)] : []),
    ];
  });
  const how = [
    weights === undefined
      ? seedText(seedsOf(result))
      : `Weights of \`${weights}\` instead of training; schedule, preconditioning and sampling are ` +
        "the experiment's.",
    `Scored on ${limit ?? "all"} samples of ` +
    `${data.map((config) => `\`${JSON.stringify(config)}\``).join(" and ")}, drawn with seed ` +
    `${seed ?? 1}; every row gets the same images and the same noise` +
    `${
      scale === undefined ? "" : `; reflectance 1 is stored as ${scale}`
    }. The metrics are the standard ones, not ` +
    "the profile of a published table, so compare differences between rows with the paper's, not " +
    "absolute values.",
  ].join(" ");
  return [
    `# ${title}`,
    ...(description === "" ? [] : [description]),
    ...(preset === undefined ? [] : [
      `Preset: ${preset} The paper's values are for its own data at full size.`,
    ]),
    ...parts,
    "## Method",
    how,
    runsTable(groups),
  ].join("\n\n") + "\n";
}
