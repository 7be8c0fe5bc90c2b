/**
 * `emrdm train`: a model from an experiment file.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { readExperiment, train as trainModel, type TrainingProgress } from "../training/mod.ts";
import { command, operandsOf } from "./command.ts";
import { count, text, toggle, UsageError } from "./flags.ts";
import { interruptible, TRAINING } from "./interrupt.ts";

/** A validation as one line. */
export function validationLine({ step, validation }: TrainingProgress): string | undefined {
  if (validation === undefined) return undefined;
  const { loss, psnr, mae, cloudyPsnr } = validation;
  return `step ${step}: validation loss ${loss.toFixed(4)}, PSNR ${psnr.toFixed(2)} dB ` +
    `(cloudy ${cloudyPsnr.toFixed(2)}), MAE ${mae.toFixed(4)}`;
}

/** `emrdm train`. */
export const train = command({
  summary: "train a model as an experiment file says",
  operands: "<experiment.json>",
  details:
    "Writes model.safetensors (averaged weights with their card), checkpoint.safetensors and\n" +
    "log.jsonl. Ctrl-C ends after the current step with a checkpoint; --resume goes on from it,\n" +
    "with the same numbers as a run that was never stopped.",
  flags: {
    out: text("Folder of the run", "DIR"),
    resume: toggle("Go on from the folder's checkpoint"),
    steps: count("Updates in all, instead of the experiment's", { min: 1 }),
    seed: count("Seed, instead of the experiment's"),
  },
  examples: [
    "train experiments/s2_small.json --out runs/s2_small",
    "train experiments/s2_small.json --out runs/s2_small --resume",
  ],
  async run({ out, resume, steps, seed }, context) {
    const [path] = operandsOf(context, { min: 1, what: "one experiment file" });
    if (out === undefined) throw new UsageError("give the folder of the run with --out");
    const read = await readExperiment(path!);
    const experiment = {
      ...read,
      ...(steps !== undefined && { steps }),
      ...(seed !== undefined && { seed }),
    };
    const { registry, log, progress, engine } = context;
    const { device } = await engine();
    const bar = progress("train");
    const trained = await interruptible({ ...TRAINING, log }, (signal) =>
      trainModel(experiment, {
        out,
        resume,
        registry,
        signal,
        onProgress(state) {
          bar.update(state.step, state.steps, `loss ${state.loss.toFixed(4)}`);
          const line = validationLine(state);
          if (line !== undefined) log(line);
        },
      })).finally(() => bar.end());
    const { model: { card, weights }, loss, path: file } = trained;
    tf.dispose({ ...weights.params, ...weights.buffers });
    return {
      text: `${file}: ${card.name} after ${experiment.steps} steps` +
        (loss === undefined ? ", complete before" : `, last loss ${loss.toFixed(4)}`),
      json: { file, steps: experiment.steps, loss: loss ?? null, device },
    };
  },
});
