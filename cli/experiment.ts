/**
 * `emrdm experiment`: experiment files side by side.
 *
 * @module
 */

import { type ExperimentResult, runExperiments } from "../evaluation/mod.ts";
import { readExperiment } from "../training/mod.ts";
import { command } from "./command.ts";
import { stemOf } from "./files.ts";
import { text, UsageError } from "./flags.ts";
import { interruptible, TRAINING } from "./interrupt.ts";
import { table } from "./table.ts";
import { validationLine } from "./train.ts";

/** One row per experiment; a dash where there is nothing to say. */
function resultTable(results: readonly ExperimentResult[]): string {
  const rows = results.map(({ name, steps, loss, validation }) => [
    name,
    `${steps}`,
    loss?.toFixed(4) ?? "–",
    validation?.loss.toFixed(4) ?? "–",
    validation?.psnr.toFixed(2) ?? "–",
    validation?.mae.toFixed(4) ?? "–",
    validation?.cloudyPsnr.toFixed(2) ?? "–",
  ]);
  return table([
    ["experiment", "steps", "last loss", "validation loss", "PSNR", "MAE", "PSNR of the input"],
    ...rows,
  ]);
}

/** `emrdm experiment`. */
export const experiment = command({
  summary: "train experiment files one after the other and compare them",
  operands: "<experiment.json ...>",
  details: "Each goes to a folder of its file's name; a run that was interrupted there goes on.\n" +
    "They are compared by their last validation: loss, PSNR in dB and MAE relative to the range\n" +
    "of the model's scaling, beside the PSNR of the input.",
  flags: { out: text("Folder that holds one folder per experiment", "DIR") },
  examples: ["experiment experiments/a.json experiments/b.json --out runs"],
  async run({ out }, { operands, registry, log, progress, engine }) {
    if (operands.length === 0) throw new UsageError("give at least one experiment file");
    if (out === undefined) throw new UsageError("give the folder of the runs with --out");
    const named = await Promise.all(
      operands.map(async (path) => ({
        name: stemOf(path),
        experiment: await readExperiment(path),
      })),
    );
    const names = new Set(named.map(({ name }) => name));
    if (names.size < named.length) throw new UsageError("experiment files must differ in name");
    await engine();
    const bar = progress("experiment");
    const results = await interruptible({ ...TRAINING, log }, (signal) =>
      runExperiments(named, {
        out,
        registry,
        signal,
        onProgress(name, state) {
          bar.update(state.step, state.steps, `${name} loss ${state.loss.toFixed(4)}`);
          const line = validationLine(state);
          if (line !== undefined) log(`${name} ${line}`);
        },
      })).finally(() => bar.end());
    return { text: resultTable(results), json: results };
  },
});
