/**
 * A study as Markdown: ours and the paper's side by side, and which of the paper's steps hold.
 *
 * @module
 */

import { STUDY_METRICS, type StudyMetric } from "./study.ts";
import {
  type GroupResult,
  type RowResult,
  seedsOf,
  type Step,
  stepsOf,
  type StudyResult,
} from "./study_result.ts";

const DASH = "–";

function shown(value: number | undefined, metric: StudyMetric): string {
  return value === undefined ? DASH : value.toFixed(STUDY_METRICS[metric].digits);
}

/** The mean with its spread. */
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

/** Rows with ours and the paper's side by side. */
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

/** The steps of a group in the metrics of the study. */
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
  return markdownTable(["step", "metric", "the paper", "ours", "verdict"], rows);
}

/** What stands below a table: what dashes mean, sources, what failed. */
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
    ...(sources.length > 0 ? [`The paper's numbers are from ${sources.join("; ")}.`] : []),
    ...(missing ? [`${DASH} in a column of the paper: its number is not known here.`] : []),
    ...(metrics.includes("lpips")
      ? ["LPIPS needs weights that are not part of this project."]
      : []),
    ...failed.map((what) => `Failed: ${what}`),
  ];
}

/** The runs behind the rows. */
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

/** The name of the plot of a group. */
export function plotName({ name }: StudyResult, group: GroupResult): string {
  return group.name === "" ? `${name}.svg` : `${name}-${group.name}.svg`;
}

function seedText(seeds: readonly number[]): string {
  return seeds.length === 1
    ? `Seed of training: ${seeds[0]}.`
    : `Seeds of training: ${seeds.join(", ")}; ± is the standard deviation over them.`;
}

/** A study as Markdown; its plots lie beside it. */
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
      ...(steps.length > 0 ? ["### Which of the paper's steps hold", stepsTable(steps)] : []),
    ];
  });
  const how = [
    weights === undefined
      ? seedText(seedsOf(result))
      : `Weights of \`${weights}\` in the place of training; schedule, preconditioning and sampling ` +
        "are the experiment's.",
    `Scored on ${limit ?? "all"} samples of ` +
    `${data.map((config) => `\`${JSON.stringify(config)}\``).join(" and ")}, drawn with seed ` +
    `${seed ?? 1}, the same images and the same noise for every row` +
    `${
      scale === undefined ? "" : `; reflectance 1 is stored as ${scale}`
    }. Plain metrics: not the profile of a ` +
    "published table, so compare differences between rows, not numbers, with the paper's.",
  ].join(" ");
  return [
    `# ${title}`,
    ...(description === "" ? [] : [description]),
    ...(preset === undefined ? [] : [
      `Preset: ${preset} The paper's numbers are of its own data and full size.`,
    ]),
    ...parts,
    "## How",
    how,
    runsTable(groups),
  ].join("\n\n") + "\n";
}
