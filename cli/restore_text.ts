/**
 * Results of `emrdm restore` as text.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import type { Model } from "../model/mod.ts";
import type { RestoredScene, SceneEstimate, SceneStatus, SelfCheck } from "../restoration/mod.ts";
import { duration, durationRange } from "./durations.ts";
import { scoreTable } from "./scores.ts";

/** A number of bytes as MB or GB. */
function size(bytes: number): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : [bytes / 1e6, "MB"];
  return `${value.toPrecision(3)} ${unit}`;
}

/** Tiles to restore: their number, or the range that a sample of the mask gives. */
function tilesText({ restored, total, range }: SceneEstimate["tiles"]): string {
  const count = range === undefined ? `${restored}` : `${range[0]}–${range[1]}`;
  return `${count} of ${total}`;
}

/** Tiles, time, memory and disk usage of a restoration. */
export function estimateText(
  { width, height, tiles, evaluations, seconds, memory, bytes, files }: SceneEstimate,
) {
  return [
    `${width}×${height} pixels, ${tilesText(tiles)} tiles, ` +
    `${tiles.range === undefined ? "" : "about "}${evaluations} evaluations of the network`,
    `time    ${durationRange(seconds.range)} ` +
    `(network ${duration(seconds.network)}, files ${duration(seconds.files)})` +
    (seconds.check === undefined
      ? ""
      : `, plus up to ${duration(seconds.check)} for the self-check`),
    `memory  up to ${size(memory)}`,
    `disk    up to ${size(bytes)}, twice that while writing`,
    `writes  ${files.join(", ")}`,
  ].join("\n");
}

/** Files of a restored scene, with the origin of its pixels and its checks. */
export function resultText(
  { output, dates, paths, reference, report, provenance, uncertainty, selfCheck, choice, tags }:
    RestoredScene,
  { model, seconds, engine }: {
    readonly model: Model;
    readonly seconds: number;
    readonly engine: string;
  },
): string {
  const depicted = dates[reference] ?? paths[reference]!;
  const { tiles, pixels, border } = report;
  const { unit } = model.card.bands[0]!;
  const all = Object.values(pixels ?? {}).reduce((sum, n) => sum + n, 0);
  const share = (n: number) => `${(100 * n / all).toFixed(1)} %`;
  const [composed, restored] = [
    "composed of its dates",
    `restored from ${paths.length} date${paths.length === 1 ? "" : "s"} by ${model.card.name}`,
  ];
  const by = choice === undefined
    ? restored
    : choice.method === "composite"
    ? `${composed} rather than restored by ${model.card.name} (${choice.reason})`
    : `${restored} rather than ${composed} (${choice.reason})`;
  return [
    `${output}: ${depicted} ${by} in ${seconds.toFixed(1)} s on ${engine}`,
    ...(pixels === undefined ? [] : [
      `${provenance}: ${share(pixels.observed)} observed, ${
        share(pixels.otherDate)
      } restored and ` +
      `clear on another date, ${share(pixels.reconstructed)} reconstructed, ` +
      `${share(pixels.noData)} no data; ${tiles.restored} of ${tiles.total} tiles restored`,
    ]),
    ...(uncertainty === undefined || tags.EMRDM_SAMPLES === undefined ? [] : [
      `${uncertainty}: standard deviation of ${tags.EMRDM_SAMPLES} ensemble members, calibration: ` +
      tags.EMRDM_CALIBRATION,
    ]),
    ...(border === undefined ? [] : [
      `restored − observed at the mask's edge: mean ${mean(border.bias).toFixed(0)} ${unit}, ` +
      `mean absolute ${mean(border.absolute).toFixed(0)} ${unit}`,
    ]),
    ...(selfCheck === undefined ? [] : [checkText(selfCheck)]),
  ].join("\n");
}

/** Scores of a self-check, one row per method. */
export function checkText(
  { scores, better, pixels, runs, cover, clear, deviation }: SelfCheck,
): string {
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  return [
    `self-check: ${pixels} clear pixels hidden under ${runs.length} synthetic clouds ` +
    `(${percent(cover)} cover; ${percent(clear)} of the examined parts is clear)`,
    scoreTable(scores),
    ...(better !== "composite"
      ? []
      : ["the composite of the dates is better here than the result"]),
    ...(deviation === undefined ? [] : [
      `at these pixels, in reflectance: RMS standard deviation ${
        deviation.predicted.toFixed(4)
      }, ` +
      `RMS error ${deviation.observed.toFixed(4)}, ratio ${deviation.ratio.toFixed(2)}`,
    ]),
  ].join("\n");
}

/** Outcome of one scene of a manifest, in a line. */
export function statusText(status: SceneStatus): string {
  const { number, output, seconds } = status;
  const scene = `scene ${number}, ${output}`;
  const time = `${seconds.toFixed(1)} s`;
  switch (status.status) {
    case "estimated": {
      const { tiles, seconds: { range } } = status.estimate;
      return `${scene}: ${tilesText(tiles)} tiles, ${durationRange(range)}`;
    }
    case "restored":
      return `${scene}: restored in ${time}`;
    case "complete":
      return `${scene}: already complete`;
    case "failed":
      return `${scene}: failed after ${time}: ${status.error}`;
  }
}

/** Sum of the estimates of all scenes; of memory, the largest. */
export function sumText(all: readonly SceneStatus[]): string {
  const estimates = all.flatMap((one) => one.status === "estimated" ? [one.estimate] : []);
  const sum = (of: (estimate: SceneEstimate) => number) =>
    estimates.reduce((total, estimate) => total + of(estimate), 0);
  return [
    `time    ${
      durationRange([
        sum(({ seconds }) => seconds.range[0]),
        sum(({ seconds }) => seconds.range[1]),
      ])
    }`,
    `memory  up to ${size(Math.max(0, ...estimates.map(({ memory }) => memory)))}`,
    `disk    up to ${size(sum(({ bytes }) => bytes))}`,
  ].join("\n");
}
