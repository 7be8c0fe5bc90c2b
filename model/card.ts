/**
 * The model card: what a model is and what it saw, carried inside its file.
 *
 * @module
 */

import {
  boolean,
  type Check,
  checkOptions,
  type Checks,
  integer,
  list,
  number,
  object,
  oneOf,
  OptionsError,
  show,
  string,
} from "../core/mod.ts";

/** One band of the images. */
export interface CardBand {
  /** As "B02", "VV". */
  readonly name: string;
  /** As "DN" (reflectance × 10000), "dB". */
  readonly unit: string;
}

/** Number that stands for reflectance 1 in a band's unit; undefined if the unit isn't reflectance. */
export function bandReflectanceScale({ unit }: CardBand): number | undefined {
  return { DN: 10000, reflectance: 1 }[unit];
}

/**
 * Linear map of file numbers to network numbers: [low, high] → [−1, 1], for all bands alike or for
 * each: dark bands drown on the scale of bright ones.
 */
export interface CardScaling {
  readonly low: number | readonly number[];
  readonly high: number | readonly number[];
  /** Whether values outside [low, high] are clipped first. */
  readonly clip: boolean;
}

/** What goes to the network beside the noised images. */
export interface CardCondition {
  /**
   * Channel groups in order: the cloudy image, the auxiliary bands, and one channel that marks the
   * reference frame (1 there, −1 in the other frames).
   */
  readonly order: readonly ("cloudy" | "auxiliary" | "reference")[];
  /** Auxiliary bands (SAR, NIR) in order. */
  readonly auxiliary: readonly CardBand[];
  /** Scaling of the auxiliary bands; default that of the images. */
  readonly auxiliaryScaling?: CardScaling;
}

/** A module of one axis with every option, as JSON. */
export interface CardModule {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** How samples are drawn whose spread tells how sure a model is. */
export interface CardSampling {
  /** Sampler steps N. */
  readonly steps: number;
  readonly sampler: CardModule;
  readonly timesteps: CardModule;
}

/**
 * What makes the spread of samples as large as the errors are:
 * deviation = √(floor² + (factor · spread)²).
 */
export interface CardCalibration {
  /** What spreads are multiplied by. */
  readonly factor: number;
  /** The error that is left where samples agree, of each band in its unit. Default 0. */
  readonly floor?: readonly number[];
  /** Samples that the spread was of. */
  readonly samples: number;
  /** How they were drawn; the factor is for no other way. */
  readonly sampling: CardSampling;
  /** On what it was measured, in plain words. */
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

/** Everything a user must know of a model; all JSON. */
export interface ModelCard {
  readonly name: string;
  readonly description: string;
  /** SPDX identifier of the weights' licence. */
  readonly licence: string;
  /** Bands in order; the model's images have exactly these. */
  readonly bands: readonly CardBand[];
  readonly scaling: CardScaling;
  readonly condition: CardCondition;
  /** Side of the square tiles that the model was trained on, in pixels. */
  readonly tileSize: number;
  /** Most frames L that the model was trained with; 1 is mono-temporal. */
  readonly length: number;
  /** Every axis with every option. */
  readonly modules: Readonly<Record<typeof AXES[number], CardModule>>;
  /** Sampler steps N by default. */
  readonly steps: number;
  /** How it was trained: data, steps, seed, time; plain words and numbers. */
  readonly training: Readonly<Record<string, string | number | boolean>>;
  /** How `--samples` draws; default the rule of `samplingOf` in restoration. */
  readonly sampling?: CardSampling;
  /** Default none: deviations are what samples spread. */
  readonly calibration?: CardCalibration;
  /**
   * How cloud that lets nothing through looked in training, of each band in its unit. A restoration
   * with a mask of clouds shows the model this where the mask has cloud. Default: what is there.
   */
  readonly opaqueCloud?: readonly number[];
}

const bandCheck = object<CardBand>({ name: string, unit: string }, { unit: "DN" });

/** A number for all bands, or a list with one for each. */
const perBand: Check<number | readonly number[]> = (value, path) =>
  Array.isArray(value) ? list(number(), { min: 1 })(value, path) : number()(value, path);

const scalingCheck: Check<CardScaling> = (value, path) => {
  const scaling = object<CardScaling>({ low: perBand, high: perBand, clip: boolean }, {
    clip: true,
  })(value, path);
  const count = Math.max(listLength(scaling.low), listLength(scaling.high), 1);
  for (const { low, high } of scalingRanges(scaling, count)) {
    if (!(low < high)) {
      throw new OptionsError(path, `low must be below high, got ${low} and ${high}`);
    }
  }
  return scaling;
};

function listLength(value: number | readonly number[]): number {
  return typeof value === "number" ? 0 : value.length;
}

/** What each of `count` bands is scaled from. */
export function scalingRanges(
  { low, high }: CardScaling,
  count: number,
): readonly { readonly low: number; readonly high: number }[] {
  const at = (value: number | readonly number[], band: number) =>
    typeof value === "number" ? value : value[band]!;
  return Array.from({ length: count }, (_, band) => ({ low: at(low, band), high: at(high, band) }));
}

/** @throws {OptionsError} If lists of a scaling are not as long as there are bands. */
function checkScalingLength(scaling: CardScaling, count: number, path: string): void {
  for (const key of ["low", "high"] as const) {
    const found = listLength(scaling[key]);
    if (found !== 0 && found !== count) {
      throw new OptionsError(
        `${path}.${key}`,
        `must be a number, or one for each of ${count} bands, got ${found}`,
      );
    }
  }
}

const conditionCheck = object<CardCondition>({
  order: list(oneOf("cloudy", "auxiliary", "reference")),
  auxiliary: list(bandCheck),
  auxiliaryScaling: scalingCheck,
}, { auxiliary: [], auxiliaryScaling: undefined });

/** A module of any type; its options are checked by its entry. */
export const moduleCheck: Check<CardModule> = (value, path) => {
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type !== "string") {
    throw new OptionsError(`${path}.type`, `must name a module, got ${show(type)}`);
  }
  return value as CardModule;
};

const trainingCheck: Check<ModelCard["training"]> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionsError(path, `must be an object, got ${show(value)}`);
  }
  for (const [key, item] of Object.entries(value)) {
    if (!["string", "number", "boolean"].includes(typeof item)) {
      throw new OptionsError(
        `${path}.${key}`,
        `must be text, number or true/false, got ${show(item)}`,
      );
    }
  }
  return value as ModelCard["training"];
};

const samplingCheck = object<CardSampling>({
  steps: integer({ min: 1 }),
  sampler: moduleCheck,
  timesteps: moduleCheck,
});

const calibrationCheck = object<CardCalibration>({
  factor: number({ above: 0 }),
  floor: list(number({ min: 0 })),
  samples: integer({ min: 2 }),
  sampling: samplingCheck,
  data: string,
}, { floor: undefined });

/** Checks of everything in a card but its modules' options. */
const CARD_CHECKS: Checks<ModelCard> = {
  name: string,
  description: string,
  licence: string,
  bands: list(bandCheck, { min: 1 }),
  scaling: scalingCheck,
  condition: conditionCheck,
  tileSize: integer({ min: 1 }),
  length: integer({ min: 1 }),
  modules: object<ModelCard["modules"]>(
    Object.fromEntries(AXES.map((axis) => [axis, moduleCheck])) as Checks<ModelCard["modules"]>,
  ),
  steps: integer({ min: 1 }),
  training: trainingCheck,
  sampling: samplingCheck,
  calibration: calibrationCheck,
  opaqueCloud: list(number()),
};

/** What older files do not have. */
const CARD_DEFAULTS = { sampling: undefined, calibration: undefined, opaqueCloud: undefined };

/**
 * A card from JSON. The options of its modules are checked when the model is built.
 *
 * @throws {OptionsError} If something is unknown, missing or of the wrong kind.
 */
export function parseCard(value: unknown, path = "$"): ModelCard {
  const checked = checkOptions(value, { checks: CARD_CHECKS, defaults: CARD_DEFAULTS, path });
  const given = Object.entries(checked).filter(([, item]) => item !== undefined);
  const card = Object.fromEntries(given) as unknown as ModelCard;
  const { bands, scaling, condition: { auxiliary, auxiliaryScaling } } = card;
  const perBandLists = {
    "calibration.floor": card.calibration?.floor,
    opaqueCloud: card.opaqueCloud,
  };
  for (const [key, numbers] of Object.entries(perBandLists)) {
    if (numbers !== undefined && numbers.length !== bands.length) {
      throw new OptionsError(
        `${path}.${key}`,
        `must have a number for each of ${bands.length} bands, got ${numbers.length}`,
      );
    }
  }
  checkScalingLength(scaling, bands.length, `${path}.scaling`);
  if (auxiliaryScaling !== undefined) {
    const at = `${path}.condition.auxiliaryScaling`;
    checkScalingLength(auxiliaryScaling, auxiliary.length, at);
  }
  return card;
}

/** A card as JSON text. Infinity, which JSON cannot say, is left out: it is a default there. */
export function stringifyCard(card: ModelCard): string {
  return JSON.stringify(card, (_, value) => value === Infinity ? undefined : value);
}

/** Channels of the network's condition, without the noised images. */
export function conditionChannels(
  { bands, condition }: Pick<ModelCard, "bands" | "condition">,
): number {
  const sizes = { cloudy: bands.length, auxiliary: condition.auxiliary.length, reference: 1 };
  return condition.order.reduce((sum, group) => sum + sizes[group], 0);
}
