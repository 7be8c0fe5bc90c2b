/**
 * `emrdm evaluate`: restored images against clear ones, beside the baselines.
 *
 * @module
 */

import { readLpips } from "../checkpoints/mod.ts";
import { writeFileAtomically } from "../files/mod.ts";
import { tf } from "../engine/mod.ts";
import {
  compareEvaluations,
  evaluate as evaluateCases,
  type EvaluateOptions,
  type Evaluation,
  evaluationJson,
  evaluationMarkdown,
  evaluationRun,
  type LateCase,
  openEvaluationCsv,
  readEvaluationCsv,
  withReflectanceScale,
  withRestored,
} from "../evaluation/mod.ts";
import type { Model } from "../model/mod.ts";
import { checkOutputs, checkWritable } from "../restoration/mod.ts";
import { command, type Context, type Result } from "./command.ts";
import { calibrateModel, checkCalibrate } from "./evaluate_calibrate.ts";
import { casesOf, type Scored } from "./evaluate_cases.ts";
import { EVALUATE_FLAGS, type EvaluateValues } from "./evaluate_flags.ts";
import { commonBands, methodsOf } from "./evaluate_models.ts";
import { evaluationText } from "./evaluate_text.ts";
import { stemOf } from "./files.ts";
import { UsageError } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { openModel } from "./model.ts";

/** @throws {UsageError} If flags do not go together. */
function checkFlags(values: EvaluateValues, operands: readonly string[]): void {
  const { data, model, restored, method, cloudy, mask } = values;
  if (operands.length > (data === undefined ? 2 : 0)) {
    throw new UsageError(
      `it takes restored and clear images, or one place that has both, got ${operands.join(" ")}`,
    );
  }
  if (operands.length === 0 && data === undefined) {
    throw new UsageError("say what is scored: restored and clear images, a folder, a CSV or JSON");
  }
  const pair = operands.length === 2;
  if (pair && (model.length > 0 || restored !== undefined)) {
    throw new UsageError(
      "--model and --restored go with one place that has cloudy and clear images",
    );
  }
  if (!pair && (cloudy.length > 0 || mask !== undefined)) {
    throw new UsageError("--cloudy and --mask go with two images, restored and clear");
  }
  if (!pair && method !== undefined && restored === undefined) {
    throw new UsageError(
      "--method and --cloudy go with restored images; give their folder (--restored)",
    );
  }
}

/** A bar over the cases of all sets. */
function caseProgress({ progress }: Context, total: number) {
  const bar = progress("evaluate");
  let [begun, name] = [0, ""];
  return {
    cases: function* (cases: readonly LateCase[]): Generator<LateCase> {
      for (const each of cases) {
        name = each.name;
        bar.update(begun++, total, name);
        yield each;
      }
      bar.update(total, total);
    },
    update: (share: number) => bar.update(begun - 1 + share, total, name),
    end: () => bar.end(),
  };
}

async function write(path: string | undefined, text: string, overwrite: boolean): Promise<void> {
  if (path === undefined) return;
  await writeFileAtomically(path, [new TextEncoder().encode(text)], { overwrite });
}

/** The cases of all sets with the restored images that a folder has of them. */
function allCases({ sources, plan }: Scored, values: EvaluateValues): readonly LateCase[] {
  const { restored: folder, method = "restored" } = values;
  const { reflectanceScale = plan.reflectanceScale } = values;
  const found = sources.flatMap((source) => source.cases);
  const cases = folder === undefined ? found : withRestored(found, { folder, method });
  return reflectanceScale === undefined ? cases : withReflectanceScale(cases, reflectanceScale);
}

async function evaluateAll(
  scored: Scored,
  { values, models, context, signal }: {
    readonly values: EvaluateValues;
    readonly models: readonly Model[];
    readonly context: Context;
    readonly signal: AbortSignal;
  },
): Promise<Evaluation> {
  const { sources, plan } = scored;
  const { csv: path, overwrite, lpips: files, restored } = values;
  const { reflectanceScale = plan.reflectanceScale } = values;
  const bands = values.bands ?? commonBands(models);
  const cases = allCases(scored, values);
  const progress = caseProgress(context, cases.length);
  const lpips = files.length === 0 ? undefined : await readLpips(files);
  const options: EvaluateOptions = {
    profile: values.profile ?? plan.profile ?? "standard",
    methods: await methodsOf(models, {
      values,
      context,
      onProgress: progress.update,
    }),
    facts: {
      sets: sources.map(({ set, facts }) => ({ name: set, ...facts })),
      ...(restored !== undefined && { restored: stemOf(restored) }),
      ...(reflectanceScale !== undefined && { reflectanceScale }),
    },
    ...(lpips && { lpips }),
    ...(bands && { bands }),
    signal,
  };
  const run = await evaluationRun(options);
  const columns = bands ?? [...new Set(sources.flatMap((source) => source.bands))];
  const csv = path === undefined
    ? undefined
    : await openEvaluationCsv(path, { run, bands: columns, overwrite });
  try {
    if (csv !== undefined && csv.done.length > 0) {
      const kept = new Set(csv.done.map(({ set, image }) => JSON.stringify([set, image]))).size;
      context.log(`going on with ${path}: ${kept} of ${cases.length} images are there`);
    }
    return await evaluateCases(progress.cases(cases), {
      ...options,
      ...(csv && { done: csv.done, onCase: csv.append }),
    });
  } finally {
    csv?.close();
    progress.end();
    await lpips?.dispose();
  }
}

async function run(values: EvaluateValues, context: Context): Promise<Result> {
  const operands = values.data === undefined ? context.operands : [values.data];
  const { out, markdown, compare, calibrate, overwrite } = values;
  const written = [out, markdown, calibrate].filter((path) => path !== undefined);
  const read = [...operands, ...values.model, ...values.lpips, ...(compare ? [compare] : [])];
  // That one of them is in the way must not come out after hours.
  await checkOutputs(written, { inputs: read, overwrite });
  for (const path of written) await checkWritable(path);
  const others = compare === undefined ? undefined : await readEvaluationCsv(compare);
  await context.engine();
  const models: Model[] = [];
  let stopped = false;
  try {
    for (const place of values.model) {
      models.push(await openModel(place, context));
    }
    const bands = values.bands ?? commonBands(models);
    const scored = await casesOf(operands, { values, bands, registry: context.registry });
    const work = async <T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> =>
      await interruptible({
        log: context.log,
        heard: "stopping; Ctrl-C again ends at once",
        reason: values.csv === undefined ? "stopped" : "stopped; the same call goes on",
      }, (signal) => {
        signal.addEventListener("abort", () => stopped = true);
        return run(signal);
      });
    if (values.calibrate !== undefined) {
      const data = scored.sources
        .map(({ set, size }) => `${set} (${size} image${size === 1 ? "" : "s"})`).join(", ");
      const cases = allCases(scored, values);
      return await work((signal) =>
        calibrateModel(models[0]!, cases, { values, context, signal, data })
      );
    }
    const evaluation = await work((signal) =>
      evaluateAll(scored, { values, models, context, signal })
    );
    const comparisons = others === undefined
      ? []
      : compareEvaluations(evaluation.rows, others, { label: stemOf(compare!) });
    const text = evaluationJson(evaluation);
    await write(out, text, overwrite);
    await write(markdown, evaluationMarkdown(evaluation, comparisons), overwrite);
    return {
      text: evaluationText(evaluation, comparisons),
      json: { ...JSON.parse(text), ...(others && { comparisons }) },
    };
  } finally {
    // Stopped, it ends anyway, and another thread may still be at a batch.
    if (!stopped) {
      for (const { weights } of models) tf.dispose({ ...weights.params, ...weights.buffers });
    }
  }
}

/** `emrdm evaluate`. */
export const evaluate = command({
  summary: "score restored images and models beside simple baselines",
  operands: "<place> | <restored> <clear>",
  details:
    "A place has cloudy and clear images: a folder with clear/ and cloudy/ as synth writes it, a CSV\n" +
    "or JSON lines with a row for each image (docs/datasets.md), or JSON: a dataset, an experiment\n" +
    "(its data.test) or a list of sets (docs/evaluate.md). Or give restored images and clear ones:\n" +
    "two files, or two folders whose files have the same names.\n" +
    "\n" +
    "Scores are over all pixels, and over those that cloud or shadow hides on the reference date and\n" +
    "the clear ones: by masks that are given, those that synthetic clouds were made with, or the\n" +
    "built-in detector's. MAE and RMSE are in reflectance (--reflectance-scale), PSNR is in dB for a\n" +
    "data range of 1, SAM in degrees; numbers are not clipped. Other profiles repeat what was done for\n" +
    "published tables. Means are over images, with bootstrap intervals. LPIPS needs\n" +
    "weights that are not part of this project (docs/metrics.md).\n" +
    "\n" +
    "--calibrate FILE measures on the place's hidden pixels how large errors are beside the deviations\n" +
    "of samples, and writes the model with what it found (docs/trust.md).\n" +
    "\n" +
    "With --csv a stopped evaluation goes on where it ended; --compare tests against another's CSV.",
  flags: EVALUATE_FLAGS,
  examples: [
    "evaluate restored.tif clear.tif --cloudy a.tif --cloudy b.tif",
    "evaluate restored/ data/test --json",
    "evaluate data/test --model weights/s2-temporal.safetensors --keep-clear --csv scores.csv",
    "evaluate sets.json --model a.safetensors --model b.safetensors --markdown table.md",
    "evaluate pairs.csv --restored theirs/ --method theirs --csv theirs.csv --compare ours.csv",
  ],
  async run(values, context) {
    checkFlags(values, context.operands);
    checkCalibrate(values);
    return await run(values, context);
  },
});
