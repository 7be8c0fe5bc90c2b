/**
 * What `emrdm restore` tells people.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import type { Model } from "../model/mod.ts";
import type { RestoredScene, SceneEstimate, SceneStatus, SelfCheck } from "../restoration/mod.ts";
import { clock } from "./progress.ts";
import { table } from "./table.ts";

/** Bytes for people. */
function size(bytes: number): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : [bytes / 1e6, "MB"];
  return `${value.toPrecision(3)} ${unit}`;
}

/** What a restoration will take. */
export function estimateText(
  { width, height, tiles, evaluations, seconds, memory, bytes, files }: SceneEstimate,
) {
  return [
    `${width}×${height} pixels, ${tiles.restored} of ${tiles.total} tiles, ${evaluations} evaluations`,
    `time    about ${clock(seconds.network + seconds.files)} ` +
    `(network ${clock(seconds.network)}, files ${clock(seconds.files)})` +
    (seconds.check === undefined ? "" : `, and for the self-check up to ${clock(seconds.check)}`),
    `memory  up to ${size(memory)}`,
    `disk    up to ${size(bytes)}, and as much again while writing`,
    `writes  ${files.join(", ")}`,
  ].join("\n");
}

/** What was done, in a line or two. */
export function resultText(
  { output, dates, paths, reference, report, provenance, uncertainty, selfCheck, tags }:
    RestoredScene,
  { model, seconds, engine }: {
    readonly model: Model;
    readonly seconds: number;
    readonly engine: string;
  },
): string {
  const depicted = dates[reference] ?? paths[reference]!;
  const { tiles, pixels, border } = report;
  const all = Object.values(pixels ?? {}).reduce((sum, n) => sum + n, 0);
  const share = (n: number) => `${(100 * n / all).toFixed(1)} %`;
  return [
    `${output}: ${depicted} from ${paths.length} date${paths.length === 1 ? "" : "s"} ` +
    `with ${model.card.name} in ${seconds.toFixed(1)} s on ${engine}`,
    ...(pixels === undefined ? [] : [
      `${provenance}: ${share(pixels.observed)} observed, ${share(pixels.otherDate)} seen on ` +
      `another date, ${share(pixels.reconstructed)} reconstructed, ${
        share(pixels.noData)
      } no data; ` +
      `${tiles.restored} of ${tiles.total} tiles`,
    ]),
    ...(uncertainty === undefined ? [] : [
      `${uncertainty}: standard deviation of ${tags.EMRDM_SAMPLES} samples; calibration ` +
      tags.EMRDM_CALIBRATION,
    ]),
    ...(border === undefined ? [] : [
      `restored − observed at the mask's edge: ${mean(border.bias).toFixed(0)} on average, ` +
      `${mean(border.absolute).toFixed(0)} absolute`,
    ]),
    ...(selfCheck === undefined ? [] : [checkText(selfCheck)]),
  ].join("\n");
}

/** What a self-check found: one row a method. */
export function checkText(
  { scores, pixels, runs, cover, clear, deviation }: SelfCheck,
): string {
  const share = (value: number) => `${(100 * value).toFixed(0)} %`;
  const cell = (value: number | null, digits: number) =>
    value === null ? "–" : value.toFixed(digits);
  const rows = Object.entries(scores).map(([method, { mae, rmse, psnr, ssim, sam }]) => [
    method,
    cell(psnr, 2),
    cell(ssim, 4),
    cell(mae, 4),
    cell(rmse, 4),
    cell(sam, 2),
  ]);
  return `self-check: ${pixels} clear pixels hidden under ${runs.length} synthetic clouds ` +
    `(${share(cover)} cover; ${share(clear)} of what was looked at is clear)\n` +
    table([["", "PSNR", "SSIM", "MAE", "RMSE", "SAM"], ...rows]) +
    (deviation === undefined
      ? ""
      : `\nthere the deviation is ${cell(deviation.predicted, 4)} and the ` +
        `error ${cell(deviation.observed, 4)}: ${cell(deviation.ratio, 2)} times as large`);
}

/** What became of a scene of a manifest, in a line. */
export function statusText(status: SceneStatus): string {
  const { number: place, output, seconds } = status;
  if (status.status === "estimated") {
    const { tiles, seconds: { network, files } } = status.estimate;
    return `${place} ${output} ${tiles.restored} of ${tiles.total} tiles, about ${
      clock(network + files)
    }`;
  }
  const what = status.status === "failed" ? `failed: ${status.error}` : status.status;
  return `${place} ${output} ${what} (${seconds.toFixed(1)} s)`;
}

/** Estimates of all scenes: times and sizes add up, memory does not. */
export function sumText(all: readonly SceneStatus[]): string {
  const estimates = all.flatMap((one) => one.status === "estimated" ? [one.estimate] : []);
  const sum = (of: (estimate: SceneEstimate) => number) =>
    estimates.reduce((total, estimate) => total + of(estimate), 0);
  return [
    `time    about ${clock(sum(({ seconds }) => seconds.network + seconds.files))}`,
    `memory  up to ${size(Math.max(0, ...estimates.map(({ memory }) => memory)))}`,
    `disk    up to ${size(sum(({ bytes }) => bytes))}`,
  ].join("\n");
}
