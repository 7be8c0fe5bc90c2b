/**
 * `emrdm train`: trains the model of an experiment file.
 *
 * @module
 */

import { OptionsError } from "../core/mod.ts";
import { readConfigJson } from "../files/mod.ts";
import type { AnyRegistry } from "../builtins.ts";
import {
  type CheckedExperiment,
  experimentCard,
  parseExperiment,
  type PixelScores,
  setOption,
  train as trainModel,
  type TrainingProgress,
} from "../training/mod.ts";
import { command, operandsOf } from "./command.ts";
import { inConfigFile } from "./config_file.ts";
import { count, required, text, texts, toggle, UsageError } from "./flags.ts";
import { interruptible, TRAINING } from "./interrupt.ts";
import { freeModel } from "./model.ts";
import { clock } from "./durations.ts";

function samplesText(count: number): string {
  return `${count} sample${count === 1 ? "" : "s"}`;
}

/** The unit of a validation metric, such as "cloudy.psnr", with the space before it. */
function unitOf(metric: string): string {
  if (/psnr$/i.test(metric)) return " dB";
  return /sam$/i.test(metric) ? "°" : /mae$/i.test(metric) ? " of the range" : "";
}

/** The PSNR of the input and of the mean of all dates, in brackets. */
function besideText({ inputPsnr, meanPsnr }: PixelScores): string {
  const mean = meanPsnr === undefined ? "" : `, mean ${meanPsnr.toFixed(2)} dB`;
  return `(input ${inputPsnr.toFixed(2)} dB${mean})`;
}

/** A validation as one line; undefined if there is none. */
function validationLine({ step, validation }: TrainingProgress): string | undefined {
  if (validation === undefined) return undefined;
  const { loss, psnr, mae, ssim, sam, weave, contrast, cloudy, skipped } = validation;
  const parts = [
    `loss ${loss.toFixed(4)}`,
    `PSNR ${psnr.toFixed(2)} dB ${besideText(validation)}`,
    ...(ssim === undefined ? [] : [`SSIM ${ssim.toFixed(4)}`]),
    `MAE ${mae.toFixed(4)} of the range`,
    ...(sam === undefined ? [] : [`SAM ${sam.toFixed(2)}°`]),
    ...(weave === undefined ? [] : [`weave ${weave.toFixed(2)}`]),
    ...(contrast === undefined ? [] : [`contrast ${contrast.toFixed(2)}`]),
    ...(cloudy === undefined ? [] : [
      `PSNR under cloud ${cloudy.psnr.toFixed(2)} dB ${besideText(cloudy)}`,
    ]),
    ...(skipped ? [`${samplesText(skipped.length)} with bad files skipped`] : []),
  ];
  return `step ${step}: validation ${parts.join(", ")}`;
}

/** An experiment file with the changes of the flags. */
async function experimentOf(
  path: string,
  { steps, seed, set, registry }: {
    readonly steps: number | undefined;
    readonly seed: number | undefined;
    readonly set: readonly string[];
    readonly registry: AnyRegistry;
  },
): Promise<CheckedExperiment> {
  const flags = [
    ...(steps === undefined ? [] : [`steps=${steps}`]),
    ...(seed === undefined ? [] : [`seed=${seed}`]),
  ];
  const changed = (json: unknown, changes: readonly string[]) =>
    parseExperiment(changes.reduce<unknown>((set, one) => setOption(set, one), json), { registry });
  // A mistake in the file itself is not a usage error.
  const { json, own } = await inConfigFile(path, async (options) => {
    const json = await readConfigJson(path, options);
    return { json, own: changed(json, set.length === 0 ? flags : []) };
  });
  if (set.length === 0) return own;
  try {
    const experiment = changed(json, [...set, ...flags]);
    experimentCard(experiment, { registry });
    return experiment;
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    throw new UsageError(`--set gives an invalid experiment: ${error.message}`);
  }
}

/** `emrdm train`. */
export const train = command({
  operands: "<experiment.json>",
  details:
    `Writes into the folder of the run: model.safetensors (averaged weights with their model card),
model_card.md, checkpoints/ (last, best and kept ones), log.jsonl, tensorboard/, experiment.json and
environment.json.

Ctrl-C and SIGTERM save a checkpoint after the current step. --resume continues from it, with the
same results as a run without interruption.`,
  flags: {
    out: text("Folder of the run.", "DIR"),
    resume: toggle("Continue from the last checkpoint in the folder."),
    steps: count("Total number of updates, instead of the experiment's.", { min: 1 }),
    seed: count("Seed, instead of the experiment's."),
    set: texts("Change an option, such as optimizer.learningRate=0.001.", "PATH=JSON"),
    workers: count("Threads that prepare samples in advance. Default: 0."),
  },
  examples: [
    "train experiments/s2_temporal.json --out runs/s2_temporal",
    "train experiments/s2_temporal.json --out runs/s2_temporal --resume",
    "train experiments/s2_temporal.json --out runs/fast --set optimizer.learningRate=0.003 --workers 2",
  ],
  async run({ resume, steps, seed, set, workers, ...values }, context) {
    const [path] = operandsOf(context, { min: 1, what: "one experiment file" });
    const out = required(values.out, "--out, the folder of the run,");
    const { registry, plugins, log, progress } = context;
    const experiment = await experimentOf(path!, { steps, seed, set, registry });
    const engine = await context.engine();
    const bar = progress("train");
    bar.wait("first step, with reading data and compiling the network");
    const report = reporter(experiment, log);
    const trained = await interruptible({ ...TRAINING, log }, (signal) =>
      trainModel(experiment, {
        ...{ out, resume, registry, plugins, signal, engine, workers },
        onProgress(state) {
          bar.update(state.step, state.steps, `steps, loss ${state.loss.toFixed(4)}`);
          report(state);
        },
      })).finally(() => bar.end());
    const { model, loss, validation, best, path: file } = trained;
    const { card } = model;
    freeModel(model);
    return {
      text: `${file}: ${card.name} after ${card.training["steps"]} steps` +
        (loss === undefined ? ", already complete" : `, last loss ${loss.toFixed(4)}`) +
        (best === undefined
          ? ""
          : `; best ${best.metric} ${best.value.toPrecision(4)}${
            unitOf(best.metric)
          } at step ${best.step}`),
      json: {
        file,
        steps: experiment.steps,
        loss: loss ?? null,
        validation: validation ?? null,
        best: best ?? null,
        device: engine.device,
      },
    };
  },
});

/** Reports validations and skipped samples, and the loss if no progress bar is drawn. */
function reporter(
  { logEvery }: CheckedExperiment,
  log: (line: string) => void,
): (state: TrainingProgress) => void {
  let skipped = 0;
  let first = true;
  const plain = !Deno.stderr.isTerminal();
  return (state) => {
    const { step, steps, loss, secondsLeft } = state;
    if (first && state.incomplete > 0) {
      log(`skipping ${samplesText(state.incomplete)} with missing files`);
    }
    first = false;
    if (state.skipped > skipped) {
      skipped = state.skipped;
      log(
        `step ${step}: ${samplesText(skipped)} with bad files skipped so far, listed in log.jsonl`,
      );
    }
    if (plain && step % logEvery === 0) {
      log(`step ${step} of ${steps}: loss ${loss.toFixed(4)}, ${clock(secondsLeft)} left`);
    }
    const line = validationLine(state);
    if (line !== undefined) log(line);
  };
}
