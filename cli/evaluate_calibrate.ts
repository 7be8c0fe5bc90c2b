/**
 * `emrdm evaluate --calibrate`: how large a model's deviations must be, into its card.
 *
 * @module
 */

import { saveModel } from "../checkpoints/mod.ts";
import { readTensor } from "../engine/mod.ts";
import { calibrate, calibrationCases, type LateCase, type Reliability } from "../evaluation/mod.ts";
import type { Model } from "../model/mod.ts";
import type { Context, Result } from "./command.ts";
import { type EvaluateValues, methodOptions } from "./evaluate_flags.ts";
import { UsageError } from "./flags.ts";

/** @throws {UsageError} If flags do not go with a calibration. */
export function checkCalibrate({ calibrate: out, model, ...others }: EvaluateValues): void {
  if (out === undefined) return;
  if (model.length !== 1) {
    throw new UsageError(`--calibrate needs one --model, got ${model.length}`);
  }
  const scoring = ["csv", "out", "markdown", "compare", "restored", "profile", "bands"] as const;
  const odd = scoring.find((name) => others[name] !== undefined);
  if (odd !== undefined) {
    throw new UsageError(`--calibrate scores nothing: leave out --${odd}, or evaluate afterwards`);
  }
}

/** Whether all weights are float16 numbers: they can be stored as such again. */
async function isHalf({ weights: { params } }: Model): Promise<boolean> {
  for (const tensor of Object.values(params)) {
    const values = await readTensor(tensor);
    if (values.some((value) => Math.f16round(value) !== value)) return false;
  }
  return true;
}

function reliabilityText({ ratio, ence, correlation }: Reliability): string {
  return `errors ${ratio.toFixed(2)} times the deviations, calibration error ${ence.toFixed(3)}, ` +
    `rank correlation ${correlation.spearman.toFixed(2)}`;
}

/** Measures on cases with truth, and writes the model with its calibration. */
export async function calibrateModel(
  model: Model,
  cases: readonly LateCase[],
  { values, context, signal, data }: {
    readonly values: EvaluateValues;
    readonly context: Context;
    readonly signal: AbortSignal;
    /** What the cases are, in plain words. */
    readonly data: string;
  },
): Promise<Result> {
  const path = values.calibrate!;
  const { mask, ensemble: _ensemble, facts: _facts, ...how } = methodOptions(values, context);
  const { steps, sampler, timesteps } = how;
  if ([steps, sampler, timesteps].some((option) => option !== undefined)) {
    throw new UsageError(
      "--calibrate is for the model's own sampling: leave out --steps and --sampler",
    );
  }
  if ([mask, values.dilate, values.feather].some((option) => option !== undefined)) {
    throw new UsageError("--calibrate uses clouded pixels only: leave out --keep-clear");
  }
  const bar = context.progress("calibrate");
  const counted = function* () {
    for (const [i, each] of cases.entries()) {
      bar.update(i, cases.length, each.name);
      yield each;
    }
  };
  const { card, calibration, before, after } = await calibrate(
    model,
    calibrationCases(model, counted(), { fill: !values.showClouds, signal }),
    { ...how, samples: values.samples, signal, data },
  ).finally(() => bar.end());
  const dtype = await isHalf(model) ? "float16" : "float32";
  await saveModel({ ...model, card }, path, { overwrite: values.overwrite, dtype });
  const text = [
    `${path}: ${model.card.name} with a calibration on ${data}, ${calibration.samples} samples`,
    `factor ${calibration.factor.toFixed(3)}`,
    `before: ${reliabilityText(before)}`,
    `after:  ${reliabilityText(after)} (the same images: judge it on others)`,
  ].join("\n");
  return { text, json: { path, calibration, before, after } };
}
