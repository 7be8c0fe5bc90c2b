/**
 * A model as a method that is evaluated: what `restore` makes of the dates, with the same options.
 *
 * @module
 */

import { normalizeBand, pixelArray, type Raster } from "../core/mod.ts";
import { detectClouds } from "../clouds/mod.ts";
import { pickFrames } from "../datasets/mod.ts";
import { type Model, modelDigest, restoreImages } from "../model/mod.ts";
import {
  KEEP_CLEAR_DEFAULTS,
  type KeepClearOptions,
  restoredShares,
  restoreSamples,
  restoreSeries,
  type TilingOptions,
  withoutClouds,
} from "../restoration/mod.ts";
import { isVisible } from "./case_pixels.ts";
import type { EvaluatedMethod, MethodInput } from "./score_case.ts";
import { framesFor } from "./frames_for.ts";

/** How a model restores the dates of a case. */
export interface ModelMethodOptions
  extends Omit<TilingOptions, "onProgress" | "signal" | "tileOrder">, KeepClearOptions {
  /** What the model is called. Default its card's name. */
  readonly name?: string;
  /**
   * Keeps the clear pixels of the reference: those of the built-in "detector", as `restore
   * --keep-clear`, or those that the case's "mask" says. Default: nothing is kept.
   */
  readonly keepClear?: "detector" | "mask";
  /**
   * Whether the clouds of that mask are hidden from the model, if its card says how. Default true, as
   * `restore` does.
   */
  readonly hideClouds?: boolean;
  /** Restorations whose mean is scored. Default 1. */
  readonly samples?: number;
  /** What else made the images, for the record and the run's name: file, options as text. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly onProgress?: TilingOptions["onProgress"];
}

/** The dates that a model takes, in the order given: all, or the reference and the first others. */
export function framesOf(
  { card, modules: { network } }: Model,
  { cloudy, reference }: Pick<MethodInput, "cloudy" | "reference">,
  anyLength = false,
): readonly number[] {
  if (!network.temporal || anyLength || cloudy.length <= card.length) return [...cloudy.keys()];
  return framesFor({ length: cloudy.length, reference }, card.length);
}

/** Images of models with auxiliary bands are restored whole, as arrays. */
async function restoreWhole(
  model: Model,
  { given, cloudy, frames, options }: {
    readonly given: MethodInput;
    /** Of the frames, as the model is to see them. */
    readonly cloudy: readonly Raster[];
    readonly frames: readonly number[];
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
  }, options);
  return { ...like, data: stored(image, like) };
}

/** Numbers as the raster's type holds them. */
function stored(values: Float32Array, { dtype }: Raster): Raster["data"] {
  const data = pixelArray(dtype, values.length);
  const whole = !dtype.startsWith("float");
  const [least, most] = dtype === "uint8" ? [0, 255] : dtype === "uint16" ? [0, 65535] : [
    -Infinity,
    Infinity,
  ];
  for (let i = 0; i < values.length; i++) {
    data[i] = Math.min(Math.max(whole ? Math.round(values[i]!) : values[i]!, least), most);
  }
  return data;
}

/** The clouds of a date, as they are asked for. @throws {TypeError} If nobody knows them. */
function maskFor(
  { cloudy, found, name }: MethodInput,
  date: number,
  keepClear: "detector" | "mask",
): Uint8Array {
  const observed = cloudy[date]!;
  const mask = keepClear === "mask"
    ? found?.[date]
    : isVisible(observed)
    ? detectClouds(observed)
    : undefined;
  if (mask === undefined) {
    throw new TypeError(
      `Cannot keep the clear pixels of ${name}: ` +
        (keepClear === "mask"
          ? "there must be a mask of its clouds, got none"
          : `the detector needs B02, B03 and B04, got ${observed.bands.join(", ")}`),
    );
  }
  return mask;
}

/** The restored image under cloud, the observed one where it is clear, an edge between. */
function keptClear(
  restored: Raster,
  given: MethodInput,
  { mask, dilate, feather }: Required<KeepClearOptions> & { readonly mask: Uint8Array },
): Raster {
  const observed = given.cloudy[given.reference]!;
  const { width, height, bands: { length: depth } } = observed;
  const shares = restoredShares(mask, { width, height, dilate, feather });
  const mixed = Float32Array.from(restored.data, (value, i) => {
    const share = shares[Math.floor(i / depth)]! / 255;
    return share === 0
      ? observed.data[i]!
      : observed.data[i]! + (value - observed.data[i]!) * share;
  });
  return { ...restored, data: stored(mixed, restored) };
}

/** @throws {TypeError} If images have other bands than the model. */
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
 * A model as a method. It sees the dates in the order given, of which a temporal model takes at most
 * as many as it was trained with: the reference and the first others.
 *
 * Noise is keyed by pixel and seed, as in `restoreSeries`: a case is restored as that restores it,
 * whatever was evaluated before. Models with auxiliary bands restore images whole.
 *
 * @throws {RangeError} If samples are fewer than one.
 */
export async function modelMethod(
  model: Model,
  options: ModelMethodOptions = {},
): Promise<EvaluatedMethod> {
  const {
    name,
    keepClear,
    hideClouds = true,
    samples = 1,
    facts,
    dilate,
    feather,
    onProgress,
    ...how
  } = options;
  const { card } = model;
  const hides = keepClear !== undefined && hideClouds && card.opaqueCloud !== undefined;
  if (!(Number.isSafeInteger(samples) && samples >= 1)) {
    throw new RangeError(`Cannot restore: there must be at least one sample, got ${samples}`);
  }
  const keep = {
    dilate: dilate ?? KEEP_CLEAR_DEFAULTS.dilate,
    feather: feather ?? KEEP_CLEAR_DEFAULTS.feather,
  };
  const { steps = card.steps, seed = 0, anyLength = false, frames, blend, overlap, batch } = how;
  return {
    name: name ?? card.name,
    kind: "model",
    facts: {
      model: card.name,
      digest: await modelDigest(model),
      // Samples have steps of their own, which restoreSamples() knows.
      ...(samples > 1 && how.steps === undefined ? {} : { steps }),
      seed,
      samples,
      ...(keepClear && { keepClear, ...keep }),
      ...(hides && { hideClouds }),
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
      const masks = keepClear === undefined
        ? undefined
        : used.map((l) => hides || l === reference ? maskFor(given, l, keepClear) : undefined);
      const hide = hides ? masks as readonly Uint8Array[] : undefined;
      const series = {
        ...how,
        ...(hide && { hide }),
        reference: used.indexOf(reference),
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
      };
      const restored = card.condition.auxiliary.length > 0
        ? await restoreWhole(model, {
          given,
          cloudy: withoutClouds(model, cloudy, hide),
          frames: used,
          options: how,
        })
        : samples > 1
        ? (await restoreSamples(model, cloudy, { ...series, samples })).mean
        : await restoreSeries(model, cloudy, series);
      // The names are the target's, whatever way of writing the model's has.
      const named = { ...restored, bands: given.target.bands };
      const own = masks?.[used.indexOf(reference)];
      return own === undefined ? named : keptClear(named, given, { ...keep, mask: own });
    },
  };
}
