/**
 * A model as an evaluated method, which restores the dates as `restore` does with the same options.
 *
 * @module
 */

import { normalizeBand, type Raster } from "../core/mod.ts";
import { pickFrames } from "../datasets/mod.ts";
import { type Model, modelDigest, restoreImages } from "../model/mod.ts";
import {
  type EnsembleOptions,
  keepClearOf,
  type KeepClearOptions,
  maskedInput,
  restoreSamples,
  restoreSeries,
  samplingOf,
  type TilingOptions,
} from "../restoration/mod.ts";
import type { EvaluatedMethod, MethodInput } from "./evaluated_method.ts";
import { framesFor } from "./frames_for.ts";
import { keptClear, masksFrom, stored } from "./keep_clear.ts";

/** Cloud masks of a case, with which clear pixels of the reference are kept. */
export interface MethodMaskOptions extends KeepClearOptions {
  /** Masks of the built-in "detector", as `restore --keep-clear` uses, or those of the "case". */
  readonly source: "detector" | "case";
  /**
   * Replaces the masked clouds in the model input by the card's cloud fill, if it has one. Default true, as
   * in `restore`.
   */
  readonly fill?: boolean;
}

/** Options of {@linkcode modelMethod}. */
export interface ModelMethodOptions extends Omit<TilingOptions, "signal"> {
  /** Name of the method. Default: the name in the model card. */
  readonly name?: string;
  /** Keeps the clear pixels of the reference. Default: every pixel is restored. */
  readonly mask?: MethodMaskOptions;
  /** Scores the mean of an ensemble. Default one restoration. */
  readonly ensemble?: EnsembleOptions;
  /** Further facts for the record and the digest of the run, such as the model file. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Dates that a model takes, in the given order: all, or the reference and the first others. */
export function framesOf(
  { card, modules: { network } }: Model,
  { cloudy, reference }: Pick<MethodInput, "cloudy" | "reference">,
  anyLength = false,
): readonly number[] {
  if (!network.temporal || anyLength || cloudy.length <= card.length) return [...cloudy.keys()];
  return framesFor({ length: cloudy.length, reference }, card.length);
}

/** Milliseconds of a day. */
const DAY = 86_400_000;

/** Days of the frames that a method uses; undefined where a date is unknown. */
function daysOf({ dates }: MethodInput, used: readonly number[]): readonly number[] | undefined {
  const days = used.map((l) => Date.parse(`${dates?.[l]}T00:00:00Z`) / DAY);
  return days.every(Number.isFinite) ? days : undefined;
}

/** Restores a whole image at once, for models with auxiliary bands. */
async function restoreWhole(
  model: Model,
  { given, cloudy, frames, masks, days, options }: {
    readonly given: MethodInput;
    /** The frames as model input. */
    readonly cloudy: readonly Raster[];
    readonly frames: readonly number[];
    readonly masks: readonly Uint8Array[] | undefined;
    readonly days: readonly number[] | undefined;
    readonly options: Omit<ModelMethodOptions, "onProgress">;
  },
): Promise<Raster> {
  const { reference, auxiliary, name } = given;
  const { card } = model;
  const like = given.cloudy[reference]!;
  const { width, height } = like;
  if (auxiliary === undefined) {
    throw new TypeError(
      `Cannot restore ${name}: model ${card.name} needs the auxiliary bands ` +
        `${card.condition.auxiliary.map((band) => band.name).join(", ")}, got none`,
    );
  }
  const pixels = width * height;
  const data = new Float32Array(frames.length * pixels * card.bands.length);
  cloudy.forEach((frame, l) => data.set(frame.data, l * pixels * card.bands.length));
  const { image } = await restoreImages(model, {
    batch: 1,
    length: frames.length,
    height,
    width,
    cloudy: data,
    auxiliary: pickFrames(auxiliary, frames, pixels * card.condition.auxiliary.length),
    reference: frames.indexOf(reference),
    ...(card.modules.mean !== undefined && {
      masks: Uint8Array.from(masks!.flatMap((one) => [...one])),
      ...(days && { days: [days] }),
    }),
  }, options);
  return { ...like, data: stored(image, like) };
}

/** @throws {TypeError} If the images' bands differ from the model's. */
function checkBands({ card }: Model, { target, name }: MethodInput): void {
  const [wanted, got] = [card.bands, target.bands.map((name) => ({ name }))]
    .map((bands) => bands.map((band) => normalizeBand(band.name)).join(", "));
  if (wanted !== got) {
    throw new TypeError(
      `Cannot restore ${name}: model ${card.name} has the bands ${wanted}, the images have ${got}`,
    );
  }
}

/**
 * Wraps a model as a method. It gets the dates in the given order; a temporal model takes at most as many
 * as it was trained with: the reference and the first others.
 *
 * Noise is keyed by pixel and seed, so a case is restored exactly as `restoreSeries` does, whatever was
 * evaluated before. Models with auxiliary bands restore whole images.
 *
 * @throws {RangeError} If the ensemble has fewer than two members.
 */
export async function modelMethod(
  model: Model,
  options: ModelMethodOptions = {},
): Promise<EvaluatedMethod> {
  const { name, mask, ensemble, facts, onProgress, ...how } = options;
  const { card } = model;
  const fills = mask !== undefined && mask.fill !== false && card.opaqueCloud !== undefined;
  // Its errors must come before the first case is restored.
  if (ensemble !== undefined) samplingOf(model, { ...how, ensemble });
  const keep = keepClearOf(mask);
  const { steps = card.steps, seed = 0, anyLength = false, frames, tiles = {} } = how;
  const { blend, overlap, batch } = tiles;
  return {
    name: name ?? card.name,
    kind: "model",
    facts: {
      model: card.name,
      digest: await modelDigest(model),
      // Ensembles have their own number of steps, which restoreSamples() chooses.
      ...(ensemble !== undefined && how.steps === undefined ? {} : { steps }),
      seed,
      samples: ensemble?.samples ?? 1,
      ...(mask && { keepClear: mask.source, ...keep }),
      ...(fills && { cloudFill: true }),
      ...Object.fromEntries(
        Object.entries({ frames, blend, overlap, batch }).filter(([, value]) =>
          value !== undefined
        ),
      ),
      ...facts,
    },
    async restore(given) {
      checkBands(model, given);
      const { reference, signal } = given;
      const used = framesOf(model, given, anyLength);
      const cloudy = used.map((l) => given.cloudy[l]!);
      const usesMasks = fills || card.modules.mean !== undefined;
      const all = usesMasks || mask !== undefined
        ? masksFrom(mask?.source ?? "case", given)
        : undefined;
      const masks = usesMasks ? used.map((l) => all![l]!) : undefined;
      const days = card.modules.mean === undefined ? undefined : daysOf(given, used);
      const series = {
        ...how,
        masks,
        days,
        reference: used.indexOf(reference),
        onProgress,
        signal,
      };
      const restored = card.condition.auxiliary.length > 0
        ? await restoreWhole(model, {
          given,
          cloudy: maskedInput(model, cloudy, masks),
          frames: used,
          ...{ masks, days },
          options: how,
        })
        : ensemble !== undefined
        ? (await restoreSamples(model, cloudy, { ...series, ensemble })).mean
        : await restoreSeries(model, cloudy, series);
      // Band names as the target spells them.
      const named = { ...restored, bands: given.target.bands };
      if (mask === undefined) return named;
      return keptClear(named, given, { ...keep, mask: all![reference]! });
    },
  };
}
