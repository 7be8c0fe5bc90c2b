/**
 * `emrdm experiment`: trains and scores the models of a study, or of experiment files, side by side.
 *
 * @module
 */

import { OptionsError } from "../core/mod.ts";
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
import { inConfigFile } from "./config_file.ts";
import { count, numbers, text, texts, toggle, UsageError } from "./flags.ts";
import { interruptible, RESUMES, TRAINING } from "./interrupt.ts";
import { table } from "./table.ts";

const SHOWN = ["psnr", "ssim", "mae", "sam"] as const;

/** One row per experiment: our scores and, in parentheses, the paper's. */
function resultText({ title, groups, baselines, metrics }: StudyResult): string {
  const own = SHOWN.filter((metric) => metrics.includes(metric));
  const header = [
    "",
    ...own.map((metric) => {
      const { label, unit } = STUDY_METRICS[metric];
      return unit === "" ? label : `${label} (${unit})`;
    }),
  ];
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
    trained ? "trained" : "to train",
    `${rows.length}`,
  ]);
  return `${name}\n${table([["run", "steps", "", "rows"], ...rows])}`;
}

/** Reports the progress of a study: bars, and a line for each stage. */
function reporting(
  name: string,
  { progress, log }: Pick<Context, "progress" | "log">,
): Pick<RunStudyOptions, "onTraining" | "onScoring"> & { end(): void } {
  const bar = progress(name);
  bar.wait("opening data");
  let last = "";
  const announce = (what: string) => {
    if (what === last) return;
    log(`${name}: ${what}`);
    bar.wait(what);
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

/**
 * The plans of all studies.
 *
 * @throws {UsageError} If the studies are sound, but not with the changes of `--set`.
 */
async function previewAll(
  studies: readonly NamedStudy[],
  options: Parameters<typeof previewStudy>[1] & { readonly set: readonly string[] },
): Promise<readonly StudyPlan[]> {
  const preview = (set: readonly string[]) =>
    Promise.all(studies.map(({ study }) => previewStudy(study, { ...options, set })));
  try {
    return await preview(options.set);
  } catch (error) {
    if (!(error instanceof OptionsError) || options.set.length === 0) throw error;
    // A mistake in a file itself is not a usage error.
    await preview([]);
    throw new UsageError(`--set gives an invalid experiment: ${error.message}`);
  }
}

/** `emrdm experiment`. */
export const experiment = command({
  operands: "<study|experiment ...>",
  details: `Studies: ${STUDIES.join(", ")}. Experiments: ${EXPERIMENTS.join(", ")}. ` +
    `Both can also be paths of JSON files (docs/experiments.md). Experiments become the rows of one study.

Trains the models that are not trained yet and resumes interrupted runs; runs are shared by all
studies. Scores every row on the same images with the same noise, and writes NAME.md, NAME.csv,
NAME.json and plots (SVG) with the paper's numbers next to ours.`,
  flags: {
    out: text("Folder of tables, plots and trained/ models. Default: runs.", "DIR"),
    preset: text(
      `Changes to all rows, such as their size: ${PRESETS.join(", ")}, or a JSON file.`,
      "NAME",
    ),
    data: text("Root folder of the datasets. Default: the experiments'.", "DIR"),
    seeds: numbers(
      "Seeds of training; every row is trained with each. Default: each experiment's.",
      "1,2",
    ),
    set: texts("Option of all experiments, such as steps=100.", "PATH=JSON"),
    weights: text("Model file to score instead of training.", "FILE"),
    limit: count("Score only the first N images of the test set.", { min: 1 }),
    workers: count(
      "Threads that prepare training samples; results do not depend on them. Default: 0.",
    ),
    dryRun: toggle("List the runs and which of them are trained; train and write nothing."),
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
        `expected at least one study (${STUDIES.join(", ")}), experiment or JSON file, got nothing`,
      );
    }
    if (seeds?.some((seed) => !Number.isSafeInteger(seed) || seed < 0)) {
      throw new UsageError(`--seeds must be integers ≥ 0, got ${seeds.join(",")}`);
    }
    if (weights !== undefined && (seeds !== undefined || dryRun)) {
      throw new UsageError("--weights replaces training: leave out --seeds and --dry-run");
    }
    const named = operands.length === 1 ? operands[0]! : "the experiments";
    const studies = await inConfigFile(named, (options) => findStudies(operands, options));
    const options = {
      out,
      set,
      registry,
      plugins,
      preset: preset === undefined
        ? undefined
        : await inConfigFile(preset, (options) => findPreset(preset, options)),
      data,
      seeds,
      workers,
      weights,
      evaluation: limit === undefined ? undefined : { limit },
    };
    // All studies are checked before the first one starts.
    const plans = await previewAll(studies, options);
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
    const { stopping } = TRAINING;
    const results = await interruptible({ log, stopping, reason: RESUMES }, async (signal) => {
      const all: StudyResult[] = [];
      for (const study of studies) all.push(await run(study, signal));
      return all;
    });
    return { text: results.map(resultText).join("\n\n"), json: results };
  },
});
