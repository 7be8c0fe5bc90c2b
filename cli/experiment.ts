/**
 * `emrdm experiment`: a study of the paper, or experiment files side by side.
 *
 * @module
 */

import {
  EXPERIMENTS,
  findPreset,
  findStudies,
  type NamedStudy,
  PRESETS,
  previewStudy,
  runStudy,
  type RunStudyOptions,
  STUDIES,
  STUDY_METRICS,
  type StudyPlan,
  type StudyResult,
  writeStudy,
} from "../studies/mod.ts";
import { command, type Context } from "./command.ts";
import { count, numbers, text, texts, toggle, UsageError } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { table } from "./table.ts";

const SHOWN = ["psnr", "ssim", "mae", "sam"] as const;

/** One row per experiment with ours and, in brackets, the paper's. */
function resultText({ title, groups, baselines, metrics }: StudyResult): string {
  const own = SHOWN.filter((metric) => metrics.includes(metric));
  const header = ["", ...own.map((metric) => STUDY_METRICS[metric].label)];
  const show = (value: number | undefined, metric: typeof SHOWN[number]) =>
    value?.toFixed(STUDY_METRICS[metric].digits) ?? "–";
  const rows = groups.flatMap(({ rows }) => rows).map(({ name, mean, spread, paper }) => [
    name,
    ...own.map((metric) => {
      const by = spread[metric] === undefined ? "" : ` ± ${show(spread[metric], metric)}`;
      const theirs = paper?.[metric] === undefined ? "" : ` (${show(paper[metric], metric)})`;
      return `${show(mean[metric], metric)}${by}${theirs}`;
    }),
  ]);
  const first = baselines.map(({ name, scores }) => [
    name,
    ...own.map((metric) => show(scores[metric], metric)),
  ]);
  return `${title}\n${table([header, ...first, ...rows])}`;
}

function planText(name: string, { runs }: StudyPlan): string {
  const rows = runs.map(({ name, steps, trained, rows }) => [
    name,
    `${steps}`,
    trained ? "there" : "to train",
    `${rows.length}`,
  ]);
  return `${name}\n${table([["run", "steps", "", "rows"], ...rows])}`;
}

/** Bars and lines that tell where a study stands. */
function reporting(
  name: string,
  { progress, log }: Pick<Context, "progress" | "log">,
): Pick<RunStudyOptions, "onTraining" | "onScoring"> & { end(): void } {
  const bar = progress(name);
  let last = "";
  const announce = (what: string) => {
    if (what !== last) log(`${name}: ${what}`);
    last = what;
  };
  return {
    onTraining(run, { step, steps, loss }) {
      announce(`training ${run}`);
      bar.update(step, steps, `${run} loss ${loss.toFixed(4)}`);
    },
    onScoring(row, done, total) {
      announce(`scoring ${row}`);
      bar.update(done, total, row);
    },
    end: () => bar.end(),
  };
}

/** `emrdm experiment`. */
export const experiment = command({
  summary: "run a study of the paper, or experiment files side by side",
  operands: "<study|experiment ...>",
  details: `Studies: ${STUDIES.join(", ")}.\n` +
    `Experiments: ${EXPERIMENTS.join(", ")};\n` +
    "or paths of JSON files. Trains what must be trained, uses the runs that are there (whichever\n" +
    "study they were for), goes on with those that were interrupted, scores every row on the same\n" +
    "images with the same noise, and writes NAME.md, NAME.csv, NAME.json and plots (SVG) with the\n" +
    "paper's numbers beside ours. Experiments that are no study become the rows of one.",
  flags: {
    out: text("Folder of tables, plots and trained/ runs (default runs)", "DIR"),
    preset: text(`The same ladder at another size: ${PRESETS.join(", ")}, or a JSON file`, "NAME"),
    data: text("Root of the datasets, instead of the experiments'", "DIR"),
    seeds: numbers("Seeds of training (default: each experiment's)", "1,2"),
    set: texts("Option of all experiments, as steps=100", "PATH=VALUE"),
    weights: text("Model file whose weights take the place of training", "FILE"),
    limit: count("Score the first N images of the test set only", { min: 1 }),
    workers: count("Threads that make training samples (default 0); they change no number"),
    dryRun: toggle("Say what would be trained and what is there"),
  },
  examples: [
    "experiment table2 --preset small --seeds 1,2 --out runs",
    "experiment table2 alpha table3 figure5 table4 --preset small --data ../shared/data/oscd",
    "experiment sen2_mtc_new --weights sen2.safetensors --data data/Sen2_MTC_New",
    "experiment experiments/a.json experiments/b.json --out runs",
  ],
  async run(
    { out = "runs", preset, data, seeds, set, weights, limit, workers, dryRun },
    context,
  ) {
    const { operands, registry, plugins, log, engine } = context;
    if (operands.length === 0) {
      throw new UsageError(
        `give at least one study (${STUDIES.join(", ")}), experiment or JSON file`,
      );
    }
    if (seeds?.some((seed) => !Number.isSafeInteger(seed) || seed < 0)) {
      throw new UsageError(`--seeds must be integers ≥ 0, got ${seeds.join(",")}`);
    }
    if (weights !== undefined && (seeds !== undefined || dryRun)) {
      throw new UsageError("with --weights nothing is trained: leave out --seeds and --dry-run");
    }
    const studies = await findStudies(operands);
    const options = {
      out,
      set,
      registry,
      plugins,
      ...(preset !== undefined && { preset: await findPreset(preset) }),
      ...(data !== undefined && { data }),
      ...(seeds && { seeds }),
      ...(workers !== undefined && { workers }),
      ...(weights !== undefined && { weights }),
      ...(limit !== undefined && { evaluation: { limit } }),
    };
    // Whatever is wrong in any of them is said before the first one starts.
    const plans = await Promise.all(studies.map(({ study }) => previewStudy(study, options)));
    if (dryRun) {
      const json = Object.fromEntries(studies.map(({ name }, i) => [name, plans[i]!]));
      return { text: studies.map(({ name }, i) => planText(name, plans[i]!)).join("\n\n"), json };
    }
    await engine();
    const run = async ({ name, study }: NamedStudy, signal: AbortSignal) => {
      const { end, ...callbacks } = reporting(name, context);
      const result = await runStudy(study, {
        ...options,
        ...callbacks,
        name,
        signal,
        onResult: async (partial) => void await writeStudy(partial, { out }),
      }).finally(end);
      log(`${name}: wrote ${(await writeStudy(result, { out })).join(", ")}`);
      return result;
    };
    const heard = "stopping after this step; Ctrl-C again ends at once";
    const reason = "stopped, and what was done is kept; the same call goes on from it";
    const results = await interruptible({ log, heard, reason }, async (signal) => {
      const all: StudyResult[] = [];
      for (const study of studies) all.push(await run(study, signal));
      return all;
    });
    return { text: results.map(resultText).join("\n\n"), json: results };
  },
});
