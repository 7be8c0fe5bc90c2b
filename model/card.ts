/**
 * The model card: the description of a model, carried inside its file as JSON.
 *
 * @module
 */

import { normalizeBand } from "../core/mod.ts";

/** A band of the images. */
export interface CardBand {
  /** For example "B02" or "VV". */
  readonly name: string;
  /** For example "DN" (reflectance × 10000) or "dB". */
  readonly unit: string;
}

/** Number that stands for reflectance 1 in a band's unit; undefined if the unit isn't reflectance. */
export function bandReflectanceScale({ unit }: CardBand): number | undefined {
  return { DN: 10000, reflectance: 1 }[unit];
}

/**
 * Linear map of a file's values to the network's: [low, high] → [−1, 1], one range for all bands or
 * one for each. A range of its own keeps a dark band from a small part of [−1, 1].
 */
export interface CardScaling {
  /** File value that maps to −1. */
  readonly low: number | readonly number[];
  /** File value that maps to 1; above `low`. */
  readonly high: number | readonly number[];
  /** Values outside [low, high] are clipped first. */
  readonly clip: boolean;
}

/** The channels that the network sees next to the noised images. */
export interface CardCondition {
  /**
   * Channel groups in order: the cloudy image, the auxiliary bands, and one channel that marks the
   * reference frame (1 there, −1 in the other frames). Where μ is estimated from all dates, the
   * first two are those of the reference date, and there are further groups: μ without noise, its
   * evidence (see {@linkcode EVIDENCE}), and its misfit: on clear ground of the reference, what the
   * other dates miss there, in expected errors; 0 elsewhere.
   */
  readonly order: readonly (
    | "cloudy"
    | "auxiliary"
    | "reference"
    | "mean"
    | "evidence"
    | "misfit"
  )[];
  /** Auxiliary bands (SAR, NIR) in order. */
  readonly auxiliary: readonly CardBand[];
  /** Scaling of the auxiliary bands; default that of the images. */
  readonly auxiliaryScaling?: CardScaling;
}

/**
 * The process runs on the residual (x − μ)/e instead of the images, e the error that is expected of μ
 * at each pixel and band: a change of variables after which scenes with small and with large changes
 * are alike, x0 has σ_data ≈ 1 and μ is 0.
 */
export interface CardResidual {
  /** Least e, in reflectance. */
  readonly least: number;
  /** Largest e, in reflectance. */
  readonly most: number;
}

/** A module of one axis with every option, as JSON. */
export interface CardModule {
  /** Name of the module in the registry, for example "rational". */
  readonly type: string;
  /** Options of the module; the registry checks them. */
  readonly [option: string]: unknown;
}

/** Sampling of an ensemble, whose spread estimates the error. */
export interface CardSampling {
  /** Sampler steps N. */
  readonly steps: number;
  /** Sampler with every option. */
  readonly sampler: CardModule;
  /** Time steps with every option. */
  readonly timesteps: CardModule;
}

/**
 * Correction of the ensemble spread to the size of the errors:
 * standard deviation = √(floor² + (factor · spread)²).
 */
export interface CardCalibration {
  /** Factor of the spread. */
  readonly factor: number;
  /** Error that remains where all members agree, of each band in its unit. Default 0. */
  readonly floor?: readonly number[];
  /** Ensemble members of the measurement. */
  readonly samples: number;
  /** The sampling of the measurement; the factor holds for no other. */
  readonly sampling: CardSampling;
  /** Data of the measurement, in words. */
  readonly data: string;
}

/** The axes of a model. */
export const AXES = [
  "schedule",
  "precond",
  "network",
  "noise",
  "weighting",
  "timesteps",
  "sampler",
  "fusion",
] as const;

/** The modules of a card: one for each axis. */
export type CardModules = Readonly<Record<typeof AXES[number], CardModule>> & {
  /** The mean μ, estimated from all dates. Absent: the cloudy images themselves. */
  readonly mean?: CardModule;
};

/** Channels of the evidence of a mean, in order; each in [−1, 1]. */
export const EVIDENCE = ["support", "days", "error", "hidden"] as const;

/** The description of a model; all JSON. */
export interface ModelCard {
  /** Name of the model. Default "unnamed". */
  readonly name: string;
  /** Purpose of the model in a sentence or two. Default empty. */
  readonly description: string;
  /** SPDX identifier of the weights' licence. */
  readonly licence: string;
  /** Bands in order; the model's images have exactly these. */
  readonly bands: readonly CardBand[];
  /**
   * Processing level of the training images: top-of-atmosphere (L1C) or surface (L2A) reflectance.
   * Default see {@linkcode levelOf}.
   */
  readonly level?: "L1C" | "L2A";
  /** Scaling of the images to [−1, 1]. */
  readonly scaling: CardScaling;
  /** Channels that the network receives next to the noised images. */
  readonly condition: CardCondition;
  /** Default: the process runs on the images. Needs a mean of all dates. */
  readonly residual?: CardResidual;
  /** Side of the square tiles that the model was trained on, in pixels. */
  readonly tileSize: number;
  /**
   * Most frames L that the model was trained with; 1 is mono-temporal. With a mean of all dates, the
   * frames that the mean is made of; the network sees one.
   */
  readonly length: number;
  /** Every axis with every option. */
  readonly modules: CardModules;
  /** Default number of sampler steps N. */
  readonly steps: number;
  /** The training: data, steps, seed and time, as words and numbers. */
  readonly training: Readonly<Record<string, string | number | boolean>>;
  /** Sampling of ensembles (`--samples`). Default: `defaultSampling`. */
  readonly sampling?: CardSampling;
  /** Default none: the standard deviation is the ensemble spread. */
  readonly calibration?: CardCalibration;
  /**
   * Value of opaque cloud in training, of each band in its unit. A restoration with a cloud mask
   * replaces the masked pixels of its input by this. Default: the input stays as it is.
   */
  readonly opaqueCloud?: readonly number[];
}

/**
 * Returns the level of a model's images. A card without one is of L1C if it has B10, which L2A
 * products lack; else the level is unknown.
 */
export function levelOf({ level, bands }: Pick<ModelCard, "level" | "bands">): ModelCard["level"] {
  return level ?? (bands.some(({ name }) => normalizeBand(name) === "B10") ? "L1C" : undefined);
}

/** Returns the range of each of `count` bands. */
export function scalingRanges(
  { low, high }: CardScaling,
  count: number,
): readonly { readonly low: number; readonly high: number }[] {
  const at = (value: number | readonly number[], band: number) =>
    typeof value === "number" ? value : value[band]!;
  return Array.from({ length: count }, (_, band) => ({ low: at(low, band), high: at(high, band) }));
}

/** Returns a card as JSON. Infinity, which JSON lacks, is left out: it is the default of its option. */
export function stringifyCard(card: ModelCard): string {
  return JSON.stringify(card, (_, value) => value === Infinity ? undefined : value);
}

/** Returns the channels of the network's condition, without the noised images. */
export function conditionChannels(
  { bands, condition }: Pick<ModelCard, "bands" | "condition">,
): number {
  const sizes = {
    cloudy: bands.length,
    auxiliary: condition.auxiliary.length,
    reference: 1,
    mean: bands.length,
    evidence: EVIDENCE.length,
    misfit: bands.length,
  };
  return condition.order.reduce((sum, group) => sum + sizes[group], 0);
}

/** Returns L of the network for `length` dates: 1 where μ is one image estimated from all of them. */
export function networkLength(
  { modules }: Pick<ModelCard, "modules">,
  length: number,
): number {
  return modules.mean === undefined ? length : 1;
}
