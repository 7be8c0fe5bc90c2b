/**
 * `emrdm train`: a model from an experiment file.
 *
 * @module
 */

import { OptionsError } from "../core/mod.ts";
import { tf } from "../engine/mod.ts";
import { readConfigJson } from "../files/mod.ts";
import type { AnyRegistry } from "../builtins.ts";
import {
  type CheckedExperiment,
  experimentCard,
  parseExperiment,
  setOption,
  train as trainModel,
  type TrainingProgress,
} from "../training/mod.ts";
import { command, operandsOf } from "./command.ts";
import { count, text, texts, toggle, UsageError } from "./flags.ts";
import { interruptible, TRAINING } from "./interrupt.ts";
import { clock } from "./progress.ts";

/** A validation as one line. */
export function validationLine({ step, validation }: TrainingProgress): string | undefined {
  if (validation === undefined) return undefined;
  const { loss, psnr, mae, ssim, sam, inputPsnr, cloudy, skipped } = validation;
  const parts = [
    `loss ${loss.toFixed(4)}`,
    `PSNR ${psnr.toFixed(2)} dB (input ${inputPsnr.toFixed(2)})`,
    ...(ssim === undefined ? [] : [`SSIM ${ssim.toFixed(4)}`]),
    `MAE ${mae.toFixed(4)}`,
    ...(sam === undefined ? [] : [`SAM ${sam.toFixed(2)}°`]),
    ...(cloudy === undefined ? [] : [
      `under cloud PSNR ${cloudy.psnr.toFixed(2)} dB (input ${cloudy.inputPsnr.toFixed(2)})`,
    ]),
    ...(skipped ? [`${skipped.length} samples with bad files left out`] : []),
  ];
  return `step ${step}: validation ${parts.join(", ")}`;
}

/** An experiment file with what flags change in it. */
async function experimentOf(
  path: string,
  { steps, seed, set, registry }: {
    readonly steps: number | undefined;
    readonly seed: number | undefined;
    readonly set: readonly string[];
    readonly registry: AnyRegistry;
  },
): Promise<CheckedExperiment> {
  const json = await readConfigJson(path);
  const flags = [
    ...(steps === undefined ? [] : [`steps=${steps}`]),
    ...(seed === undefined ? [] : [`seed=${seed}`]),
  ];
  if (set.length === 0) {
    return parseExperiment(flags.reduce<unknown>((set, one) => setOption(set, one), json), {
      registry,
    });
  }
  // What is wrong in the file itself is no mistake of the call.
  parseExperiment(json, { registry });
  try {
    const experiment = parseExperiment(
      [...set, ...flags].reduce<unknown>((set, one) => setOption(set, one), json),
      { registry },
    );
    experimentCard(experiment, { registry });
    return experiment;
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    throw new UsageError(`--set leads to ${error.message}`);
  }
}

/** `emrdm train`. */
export const train = command({
  operands: "<experiment.json>",
  details:
    "The folder of the run gets model.safetensors (averaged weights with their card), model_card.md,\n" +
    "checkpoints/ (last, best and those that are kept), log.jsonl, tensorboard/, experiment.json and\n" +
    "environment.json. Ctrl-C and SIGTERM end after the current step with a checkpoint; --resume goes\n" +
    "on from it, with the same numbers as a run that was never stopped.",
  flags: {
    out: text("Folder of the run", "DIR"),
    resume: toggle("Go on from the folder's last checkpoint"),
    steps: count("Updates in all, instead of the experiment's", { min: 1 }),
    seed: count("Seed, instead of the experiment's"),
    set: texts("Change an option, as optimizer.learningRate=0.001", "PATH=JSON"),
    workers: count("Threads that make samples ahead of the steps (default 0: none)"),
  },
  examples: [
    "train experiments/s2_temporal.json --out runs/s2_temporal",
    "train experiments/s2_temporal.json --out runs/s2_temporal --resume",
    "train experiments/s2_temporal.json --out runs/fast --set optimizer.learningRate=0.003 --workers 2",
  ],
  async run({ out, resume, steps, seed, set, workers }, context) {
    const [path] = operandsOf(context, { min: 1, what: "one experiment file" });
    if (out === undefined) throw new UsageError("give the folder of the run with --out");
    const { registry, plugins, log, progress } = context;
    const experiment = await experimentOf(path!, { steps, seed, set, registry });
    const engine = await context.engine();
    const bar = progress("train");
    const report = reporter(experiment, log);
    const trained = await interruptible({ ...TRAINING, log }, (signal) =>
      trainModel(experiment, {
        ...{ out, resume, registry, plugins, signal, engine },
        ...(workers !== undefined && { workers }),
        onProgress(state) {
          const left = clock(state.secondsLeft);
          bar.update(state.step, state.steps, `loss ${state.loss.toFixed(4)}, ${left} left`);
          report(state);
        },
      })).finally(() => bar.end());
    const { model: { card, weights }, loss, validation, best, path: file } = trained;
    tf.dispose({ ...weights.params, ...weights.buffers });
    return {
      text: `${file}: ${card.name} after ${card.training["steps"]} steps` +
        (loss === undefined ? ", complete before" : `, last loss ${loss.toFixed(4)}`) +
        (best === undefined
          ? ""
          : `; best ${best.metric} ${best.value.toPrecision(4)} at step ${best.step}`),
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

/** Tells what happens on the way: validations, bad samples, and where no bar is drawn, the loss. */
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
      log(`${state.incomplete} samples of which files are missing are left out`);
    }
    first = false;
    if (state.skipped > skipped) {
      skipped = state.skipped;
      log(`step ${step}: ${skipped} samples with bad files left out so far, named in log.jsonl`);
    }
    if (plain && step % logEvery === 0) {
      log(`step ${step} of ${steps}: loss ${loss.toFixed(4)}, ${clock(secondsLeft)} left`);
    }
    const line = validationLine(state);
    if (line !== undefined) log(line);
  };
}
