/**
 * `emrdm evaluate`: scores restored images against clear ones, next to the baselines.
 *
 * @module
 */

import { readLpips } from "../checkpoints/mod.ts";
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
import { command, type Context, type Result } from "./command.ts";
import { defined } from "./defined.ts";
import { calibrateModel, checkCalibrate } from "./evaluate_calibrate.ts";
import { casesOf, type Scored } from "./evaluate_cases.ts";
import { EVALUATE_FLAGS, type EvaluateValues } from "./evaluate_flags.ts";
import { commonBands, methodsOf } from "./evaluate_models.ts";
import { type EvaluateOutputs, evaluateOutputs } from "./evaluate_outputs.ts";
import { evaluationText } from "./evaluate_text.ts";
import { stemOf } from "./files.ts";
import { UsageError } from "./flags.ts";
import { interruptible, RESUMES } from "./interrupt.ts";
import { freeModel, openModel } from "./model.ts";

/** @throws {UsageError} If operands and flags do not fit together. */
function checkFlags(values: EvaluateValues, operands: readonly string[]): void {
  const { data, model, restored, method, cloudy, mask } = values;
  if (operands.length > (data === undefined ? 2 : 0)) {
    const expected = data === undefined ? "one or two operands" : "no operand next to --data";
    throw new UsageError(`expected ${expected}, got ${operands.join(" ")}`);
  }
  if (operands.length === 0 && data === undefined) {
    throw new UsageError(
      "expected a folder, CSV or JSON with images, or restored and clear images, got nothing",
    );
  }
  const pair = operands.length === 2;
  if (pair && (model.length > 0 || restored !== undefined)) {
    throw new UsageError("--model and --restored require one source of cloudy and clear images");
  }
  if (!pair && (cloudy.length > 0 || mask !== undefined)) {
    throw new UsageError("--cloudy and --mask require two operands, restored and clear images");
  }
  if (!pair && method !== undefined && restored === undefined) {
    throw new UsageError("--method requires restored images (--restored, or two operands)");
  }
}

/** A progress bar over the cases of all sets. */
function caseProgress({ progress }: Context, total: number) {
  const bar = progress("evaluate");
  bar.wait("opening images");
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

/** The cases of all sets, with the restored images of `--restored`. */
function allCases({ sources, plan }: Scored, values: EvaluateValues): readonly LateCase[] {
  const { restored: folder, method = "restored" } = values;
  const { reflectanceScale = plan.reflectanceScale } = values;
  const found = sources.flatMap((source) => source.cases);
  const cases = folder === undefined ? found : withRestored(found, {
    folder,
    method,
    keepValues: reflectanceScale !== undefined,
  });
  return reflectanceScale === undefined ? cases : withReflectanceScale(cases, reflectanceScale);
}

/** Doubts of one kind that are printed. */
const SHOWN = 3;

/** Reports doubts about images, of each kind the first ones. */
function doubtsOf({ log }: Context): NonNullable<EvaluateOptions["onDoubt"]> {
  const counts = new Map<string, number>();
  return ({ kind, message }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count <= SHOWN) log(`warning: ${message}`);
    else if (count === SHOWN + 1) {
      log(`warning: more images are doubtful in the same way (${kind})`);
    }
  };
}

async function evaluateAll(
  scored: Scored,
  { values, outputs, models, context, signal }: {
    readonly values: EvaluateValues;
    readonly outputs: EvaluateOutputs;
    readonly models: readonly Model[];
    readonly context: Context;
    readonly signal: AbortSignal;
  },
): Promise<Evaluation> {
  const { sources, plan, notes } = scored;
  const { csv: path, overwrite, lpips: files, restored } = values;
  const { reflectanceScale = plan.reflectanceScale } = values;
  const bands = values.bands ?? commonBands(models);
  const cases = allCases(scored, values);
  const progress = caseProgress(context, cases.length);
  const lpips = files.length === 0 ? undefined : await readLpips(files);
  const options: EvaluateOptions = {
    profile: values.profile ?? plan.profile ?? "standard",
    methods: await methodsOf(models, { values, context, onProgress: progress.update }),
    facts: defined({
      sets: sources.map(({ set, facts }) => ({ name: set, ...facts })),
      restored: restored === undefined ? undefined : stemOf(restored),
      reflectanceScale,
    }),
    lpips,
    bands,
    notes,
    signal,
    onDoubt: doubtsOf(context),
  };
  const run = await evaluationRun(options);
  await outputs.checkRun(run);
  const columns = bands ?? [...new Set(sources.flatMap((source) => source.bands))];
  const csv = path === undefined
    ? undefined
    : await openEvaluationCsv(path, { run, bands: columns, overwrite });
  try {
    if (csv !== undefined && csv.done.length > 0) {
      const kept = new Set(csv.done.map(({ set, image }) => JSON.stringify([set, image]))).size;
      context.log(`resuming ${path}: ${kept} of ${cases.length} images are scored`);
    }
    return await evaluateCases(progress.cases(cases), {
      ...options,
      done: csv?.done,
      onCase: csv?.append,
    });
  } finally {
    await csv?.close();
    progress.end();
    await lpips?.dispose();
  }
}

async function run(values: EvaluateValues, context: Context): Promise<Result> {
  const operands = values.data === undefined ? context.operands : [values.data];
  const { out, markdown, compare } = values;
  const inputs = [...operands, ...values.model, ...values.lpips, ...(compare ? [compare] : [])];
  // Fails before hours of work, not after.
  const outputs = await evaluateOutputs(values, { inputs });
  const others = compare === undefined ? undefined : await readEvaluationCsv(compare);
  await context.engine();
  const models: Model[] = [];
  let stopped = false;
  try {
    for (const path of values.model) models.push(await openModel(path, context));
    const bands = values.bands ?? commonBands(models);
    const scored = await casesOf(operands, {
      values,
      bands,
      registry: context.registry,
      log: context.log,
    });
    const work = async <T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> =>
      await interruptible({
        log: context.log,
        reason: values.csv === undefined ? "interrupted" : RESUMES,
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
      evaluateAll(scored, { values, outputs, models, context, signal })
    );
    const comparisons = others === undefined
      ? []
      : compareEvaluations(evaluation.rows, others, { label: stemOf(compare!) });
    const text = evaluationJson(evaluation);
    await outputs.write(markdown, evaluationMarkdown(evaluation, comparisons));
    await outputs.write(out, text);
    return {
      text: evaluationText(evaluation, comparisons),
      json: { ...JSON.parse(text), ...(others && { comparisons }) },
    };
  } finally {
    // After an interruption another thread may still compute, and the program exits anyway.
    if (!stopped) models.forEach(freeModel);
  }
}

/** `emrdm evaluate`. */
export const evaluate = command({
  operands: "<images> | <restored> <clear>",
  details:
    `Scores models, or images that are already restored, over all pixels, over the pixels under cloud or
shadow on the reference date, and over the clear ones. Baselines are always included.

<images> has cloudy and clear images: a folder with clear/ and cloudy/ as synth writes it; a CSV or
JSON lines file with a row per image (docs/datasets.md); or JSON with a dataset, an experiment (its
data.test) or a list of sets (docs/evaluate.md). <restored> and <clear> are two files, or two
folders with files of the same names.

The masks are those of the data, those of the synthetic clouds, or the built-in detector's. PSNR is
in dB for a data range of 1, MAE and RMSE are in reflectance, SAM is in degrees; values are not
clipped. The other profiles repeat the definitions of published tables. Means are over images, with
bootstrap intervals. LPIPS requires weights that are not part of emrdm (docs/metrics.md).

--calibrate FILE compares the ensemble spread with the errors at cloudy pixels, and writes the model
with a calibration (docs/trust.md).

With --csv, an interrupted evaluation resumes when the same command runs again.`,
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
