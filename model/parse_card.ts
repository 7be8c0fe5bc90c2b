/**
 * Checks of a model card that comes from JSON.
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
import {
  AXES,
  type CardBand,
  type CardCalibration,
  type CardCondition,
  type CardModule,
  type CardResidual,
  type CardSampling,
  type CardScaling,
  type ModelCard,
  scalingRanges,
} from "./card.ts";

/** Bounds of the expected error: rounding and noise, and changes beyond which a guess is as good. */
const RESIDUAL_DEFAULTS = { least: 0.003, most: 0.1 } as const;

const bandCheck = object<CardBand>({ name: string, unit: string }, { unit: "DN" });

/** A number for all bands, or a list of one for each. */
const perBand: Check<number | readonly number[]> = (value, path) =>
  Array.isArray(value) ? list(number(), { min: 1 })(value, path) : number()(value, path);

function listLength(value: number | readonly number[]): number {
  return typeof value === "number" ? 0 : value.length;
}

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

/** @throws {OptionsError} If a list of the scaling does not have one number for each band. */
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
  order: list(oneOf("cloudy", "auxiliary", "reference", "mean", "evidence", "misfit")),
  auxiliary: list(bandCheck),
  auxiliaryScaling: scalingCheck,
}, { auxiliary: [], auxiliaryScaling: undefined });

const residualCheck: Check<CardResidual> = (value, path) => {
  const residual = object<CardResidual>(
    { least: number({ above: 0 }), most: number({ above: 0 }) },
    RESIDUAL_DEFAULTS,
  )(value, path);
  if (!(residual.least < residual.most)) {
    throw new OptionsError(
      path,
      `least must be below most, got ${residual.least} and ${residual.most}`,
    );
  }
  return residual;
};

/** A module of any type; the registry checks its options. */
export const moduleCheck: Check<CardModule> = (value, path) => {
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type !== "string") {
    throw new OptionsError(`${path}.type`, `must name a module, got ${show(type)}`);
  }
  return value as CardModule;
};

/** One module for each axis; without a mean, the key is absent. */
const modulesCheck: Check<ModelCard["modules"]> = (value, path) => {
  const axes = Object.fromEntries(
    [...AXES, "mean"].map((axis) => [axis, moduleCheck]),
  ) as unknown as Checks<ModelCard["modules"]>;
  const { mean, ...modules } = object<ModelCard["modules"]>(axes, { mean: undefined })(value, path);
  return mean === undefined ? modules : { ...modules, mean };
};

const trainingCheck: Check<ModelCard["training"]> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionsError(path, `must be an object, got ${show(value)}`);
  }
  for (const [key, item] of Object.entries(value)) {
    if (!["string", "number", "boolean"].includes(typeof item)) {
      throw new OptionsError(
        `${path}.${key}`,
        `must be a string, a number or true/false, got ${show(item)}`,
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

/** Checks of everything in a card except its modules' options. */
const CARD_CHECKS: Checks<ModelCard> = {
  name: string,
  description: string,
  licence: string,
  bands: list(bandCheck, { min: 1 }),
  level: oneOf("L1C", "L2A"),
  scaling: scalingCheck,
  condition: conditionCheck,
  residual: residualCheck,
  tileSize: integer({ min: 1 }),
  length: integer({ min: 1 }),
  modules: modulesCheck,
  steps: integer({ min: 1 }),
  training: trainingCheck,
  sampling: samplingCheck,
  calibration: calibrationCheck,
  opaqueCloud: list(number()),
};

/** Keys that a card may lack. */
const CARD_DEFAULTS = {
  level: undefined,
  residual: undefined,
  sampling: undefined,
  calibration: undefined,
  opaqueCloud: undefined,
};

/**
 * Reads a card from JSON. The options of its modules are checked when the model is built.
 *
 * @throws {OptionsError} If a key is unknown, missing or of the wrong kind.
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
