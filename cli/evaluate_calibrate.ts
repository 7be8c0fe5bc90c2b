/**
 * `emrdm evaluate --calibrate`: fits a model's ensemble spread to its errors.
 *
 * @module
 */

import { saveModel } from "../checkpoints/mod.ts";
import { readTensor } from "../engine/mod.ts";
import { calibrate, calibrationCases, type LateCase, type Reliability } from "../evaluation/mod.ts";
import type { Model } from "../model/mod.ts";
import type { Context, Result } from "./command.ts";
import { type EvaluateValues, methodOptions } from "./evaluate_flags.ts";
import { kebab, UsageError } from "./flags.ts";

/** @throws {UsageError} If flags do not apply to a calibration. */
export function checkCalibrate({ calibrate: out, model, ...others }: EvaluateValues): void {
  if (out === undefined) return;
  if (model.length !== 1) {
    throw new UsageError(`--calibrate requires exactly one --model, got ${model.length}`);
  }
  const scoring = ["csv", "out", "markdown", "compare", "restored", "profile", "bands"] as const;
  const odd = scoring.find((name) => others[name] !== undefined);
  if (odd !== undefined) {
    throw new UsageError(`--calibrate scores nothing: leave out --${odd}, or evaluate afterwards`);
  }
  const sampling = (["steps", "sampler", "timesteps"] as const)
    .find((name) => others[name] !== undefined);
  if (sampling !== undefined) {
    throw new UsageError(`--calibrate is for the model's own sampling: leave out --${sampling}`);
  }
  const mask = (["keepClear", "keepMasked", "dilate", "feather"] as const)
    .find((name) => others[name] !== undefined && others[name] !== false);
  if (mask !== undefined) {
    throw new UsageError(`--calibrate uses hidden pixels only: leave out --${kebab(mask)}`);
  }
}

/** True if all weights are float16 values, so that float16 stores them without loss. */
async function isHalf({ weights: { params } }: Model): Promise<boolean> {
  for (const tensor of Object.values(params)) {
    const values = await readTensor(tensor);
    if (values.some((value) => Math.f16round(value) !== value)) return false;
  }
  return true;
}

function reliabilityText({ ratio, ence, correlation }: Reliability): string {
  return `RMS error / RMS standard deviation ${ratio.toFixed(2)}, ` +
    `expected normalized calibration error ${ence.toFixed(3)}, ` +
    `rank correlation ${correlation.spearman.toFixed(2)}`;
}

/** Calibrates a model on cases with truth and writes it. */
export async function calibrateModel(
  model: Model,
  cases: readonly LateCase[],
  { values, context, signal, data }: {
    readonly values: EvaluateValues;
    readonly context: Context;
    readonly signal: AbortSignal;
    /** Description of the cases. */
    readonly data: string;
  },
): Promise<Result> {
  const path = values.calibrate!;
  const { mask: _mask, ensemble: _ensemble, facts: _facts, ...options } = methodOptions(
    values,
    context,
  );
  const bar = context.progress("calibrate");
  const counted = function* () {
    for (const [i, each] of cases.entries()) {
      bar.update(i, cases.length, each.name);
      yield each;
    }
    bar.wait("fitting the spread");
  };
  const { card, calibration, before, after } = await calibrate(
    model,
    calibrationCases(model, counted(), { fill: !values.showClouds, signal }),
    { ...options, samples: values.samples, signal, data },
  ).finally(() => bar.end());
  const dtype = await isHalf(model) ? "float16" : "float32";
  await saveModel({ ...model, card }, path, { overwrite: values.overwrite, dtype });
  const text = [
    `${path}: ${model.card.name}, calibrated on ${data} with ${calibration.samples} ensemble members`,
    `factor of the spread: ${calibration.factor.toFixed(3)}`,
    `before: ${reliabilityText(before)}`,
    `after:  ${reliabilityText(after)} (same images; verify on others)`,
  ].join("\n");
  return { text, json: { path, calibration, before, after } };
}
