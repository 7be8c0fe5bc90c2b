/**
 * Model card as Markdown: images, training, compute, metrics and limits of a trained model.
 *
 * @module
 */

import type { ModelCard } from "../model/mod.ts";
import type { Best } from "./best.ts";
import type { DataFacts } from "./data_facts.ts";
import type { Environment } from "./environment.ts";
import type { CheckedExperiment } from "./experiment.ts";
import type { PixelScores, Validation } from "./scores.ts";

/** Facts of a run that its model card states. */
export interface RunFacts {
  readonly card: ModelCard;
  readonly experiment: CheckedExperiment;
  readonly environment: Environment;
  /** Number of trained parameters. */
  readonly parameters: number;
  readonly step: number;
  /** Training data. */
  readonly data: DataFacts;
  /** Wall time of all steps, in seconds. */
  readonly seconds: number;
  /** Number of samples skipped because their files are bad. */
  readonly skipped: number;
  /** Latest validation. */
  readonly validation: Validation | undefined;
  readonly best: Best | undefined;
}

const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join("\n");
const code = (value: unknown) => `\`${JSON.stringify(value)}\``;
const fixed = (value: number | undefined, digits: number, unit = "") =>
  value === undefined ? "–" : `${value.toFixed(digits)}${unit}`;

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function images({ bands, scaling, tileSize, length }: ModelCard): string {
  return list([
    `bands: ${bands.map(({ name, unit }) => `${name} (${unit})`).join(", ")}`,
    `scaling: ${code(scaling)}`,
    `tiles of ${tileSize}×${tileSize} pixels, 1 to ${length} dates`,
  ]);
}

function training({ experiment, step, parameters, skipped, card, data }: RunFacts): string {
  const { batchSize, accumulate, cropSize, loss } = experiment;
  const { optimizer, learningRateSchedule, ema, clip, seed } = experiment;
  const samples = step * batchSize * accumulate;
  const from = card.training["initialWeights"];
  const { network, noise, weighting } = card.modules;
  return list([
    `data: ${code(experiment.data.train)}, ${data.samples} samples per epoch` +
    (data.incomplete ? `; ${data.incomplete} with missing files were left out` : ""),
    `${step} of ${experiment.steps} updates of ${batchSize * accumulate} samples${
      cropSize === undefined ? "" : ` of ${cropSize}×${cropSize} pixels`
    }, ` +
    `${samples} in all` +
    (skipped > 0 ? `; ${skipped} with bad files were left out` : ""),
    `${parameters} parameters, initialized from ${
      from === undefined ? "random values" : `the model ${from} (SHA-256)`
    }`,
    `network ${network.type}, σ from ${code(noise)}, loss weight ${code(weighting)}`,
    `AdamW ${code(optimizer)}, schedule ${code(learningRateSchedule)}, ` +
    `gradients ${clip === Infinity ? "not clipped" : `clipped to ${clip}`}` +
    (loss === "linear" ? "" : `, losses averaged on a ${loss} scale`),
    `moving average with decay ${ema.use}, seed ${seed}`,
  ]);
}

function compute({ environment, seconds }: RunFacts): string {
  const { engine, device, platform, versions: { emrdm, deno } } = environment;
  return list([
    `${duration(seconds)} of training on engine ${engine}${
      device === undefined ? "" : `, ${device}`
    }`,
    `emrdm ${emrdm}, Deno ${deno}, ${platform}`,
  ]);
}

function row(
  name: string,
  { psnr, inputPsnr, meanPsnr, ssim, mae, sam, samples }: PixelScores & {
    readonly samples: number;
  },
) {
  const cells = [
    fixed(psnr, 2, " dB"),
    fixed(inputPsnr, 2, " dB"),
    ...(meanPsnr === undefined ? [] : [fixed(meanPsnr, 2, " dB")]),
    fixed(ssim, 4),
    fixed(mae, 4),
    fixed(sam, 2, "°"),
  ];
  return `| ${[name, ...cells, samples].join(" | ")} |`;
}

function metrics({ validation, best, experiment: { data } }: RunFacts): string {
  if (validation === undefined) return "The model was not validated.";
  const ofMean = validation.meanPsnr === undefined ? "" : " PSNR of the mean |";
  const table = [
    `| pixels | PSNR | PSNR of the input |${ofMean} SSIM | MAE | SAM | samples |`,
    `| --- | --- | --- |${ofMean && " --- |"} --- | --- | --- | --- |`,
    row("all", validation),
    ...(validation.cloudy ? [row("under cloud or shadow", validation.cloudy)] : []),
  ].join("\n");
  const kept = best === undefined
    ? ""
    : `\n\nBest ${best.metric}: ${best.value.toPrecision(5)} at step ${best.step} ` +
      "(`checkpoints/best.safetensors`).";
  const { skipped = [] } = validation;
  const lacking = skipped.length > 0 ? ` (${skipped.length} with bad files skipped)` : "";
  return `Measured by sampling, on ${
    data.validation ? code(data.validation) : "samples from the caller"
  }${lacking}; ` +
    `PSNR and MAE relative to the range of the scaling. Loss ${
      validation.loss.toPrecision(4)
    }.\n\n` +
    `${table}${kept}`;
}

function limits({ card, validation, experiment: { data } }: RunFacts): string {
  return list([
    "Pixels under thick cloud are estimated from their surroundings and from other dates. They " +
    "are not measurements.",
    "The model was trained on the bands, units, sensors and processing levels above, and on the " +
    "regions, seasons and clouds of its training data. Expect worse results on others.",
    ...(data.train.type.startsWith("synthetic")
      ? ["It was trained on synthetic clouds, not on observed ones."]
      : []),
    validation === undefined
      ? "The quality of its restorations has not been measured."
      : `The metrics above are means over ${validation.samples} samples of ` +
        `${card.tileSize}×${card.tileSize} pixels that monitored the training. Evaluate the model ` +
        "on your own data.",
  ]);
}

/** Returns the model card of a run as Markdown. */
export function cardText(facts: RunFacts): string {
  const { card } = facts;
  return [
    `# ${card.name}`,
    ...(card.description === "" ? [] : [card.description]),
    `Licence of the weights: ${card.licence}.`,
    "## Images",
    images(card),
    "## Training",
    training(facts),
    "## Compute",
    compute(facts),
    "## Metrics",
    metrics(facts),
    "## Limits",
    limits(facts),
  ].join("\n\n") + "\n";
}
