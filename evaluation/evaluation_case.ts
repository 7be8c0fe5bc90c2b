/**
 * Cases of an evaluation: a clear image, its cloudy dates, and restored images.
 *
 * @module
 */

import { normalizeBand, type Raster } from "../core/mod.ts";
import { sha256Stream } from "../files/mod.ts";

/** Masks that methods get: those of the data, or those of the built-in detector. */
export type MethodMasks = "data" | "detector";

/** One case: a clear image, its cloudy dates, and restored images. */
export interface EvaluationCase {
  /** Name, unique within the set. */
  readonly name: string;
  /** Set that the case belongs to; means are taken per set. Default "images". */
  readonly set?: string;
  /** The clear image. */
  readonly target: Raster;
  /** Restored images by the name of the method. */
  readonly restored?: Readonly<Record<string, Raster>>;
  /** Cloudy dates, from which the baselines are computed. */
  readonly cloudy?: readonly Raster[];
  /** Index of the date that the target depicts. Default: the last. */
  readonly reference?: number;
  /**
   * Cloud and shadow mask of each cloudy date, [height, width], nonzero where the ground is covered. An
   * undefined mask comes from the built-in detector. Without cloudy dates there may be one mask.
   */
  readonly masks?: readonly (Uint8Array | undefined)[];
  /** Source of the masks: "exact" if the clouds were synthesised with them. Default "given". */
  readonly maskSource?: "given" | "exact";
  /**
   * Masks that methods and baselines get; pixels are scored by `masks` either way. Default "data".
   */
  readonly methodMasks?: MethodMasks;
  /** Days of the cloudy dates, as `2018-03-07`; undefined if unknown. */
  readonly dates?: readonly (string | undefined)[];
  /** Auxiliary bands of each date [L, height, width, A], for models that take them. */
  readonly auxiliary?: Float32Array;
}

/** A case that is read when its turn comes. */
export interface LateCase {
  /** Name, unique within the set. */
  readonly name: string;
  /** Set that the case belongs to. Default "images". */
  readonly set?: string;
  /** Reads the case, which has the same name and set. */
  open(): Promise<EvaluationCase>;
}

/** Set of cases that name none. */
export const ONE_SET = "images";

/** Index of the reference among the cloudy dates; 0 without any. */
export function referenceOf(
  { cloudy = [], reference = cloudy.length - 1 }: EvaluationCase,
): number {
  return Math.max(reference, 0);
}

/** 8 hexadecimal digits of SHA-256 over rasters: sizes, bands, types and pixels. */
function rastersDigest(rasters: readonly Raster[], more: string): string {
  const hash = sha256Stream();
  for (const { width, height, bands, dtype, data } of rasters) {
    hash.update(`${width} ${height} ${bands} ${dtype}\n`).update(data);
  }
  return hash.update(more).hex().slice(0, 8);
}

/** Digests of the clear image and of the cloudy dates ("" without any). */
export function caseDigests(
  given: EvaluationCase,
): { readonly truth: string; readonly input: string } {
  const { target, cloudy = [] } = given;
  return {
    truth: rastersDigest([target], ""),
    input: cloudy.length === 0 ? "" : rastersDigest(cloudy, `${referenceOf(given)}`),
  };
}

/** Selects bands of a raster by name, in this order. */
function withBands(raster: Raster, bands: readonly string[]): Raster {
  const own = raster.bands.map(normalizeBand);
  const indices = bands.map((band) => own.indexOf(normalizeBand(band)));
  const lacking = bands.filter((_, i) => indices[i]! < 0);
  if (lacking.length > 0) {
    throw new TypeError(
      `Cannot score bands ${bands.join(", ")}: images must have them, got ${
        raster.bands.join(", ")
      } without ${lacking.join(", ")}`,
    );
  }
  if (indices.length === own.length && indices.every((index, i) => index === i)) {
    return { ...raster, bands };
  }
  const depth = own.length;
  const count = raster.data.length / depth;
  const data = raster.data.slice(0, count * bands.length);
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < indices.length; b++) {
      data[i * indices.length + b] = raster.data[i * depth + indices[b]!]!;
    }
  }
  return { ...raster, bands, data };
}

/** A case with every image changed alike. */
function mapImages(
  given: EvaluationCase,
  change: (raster: Raster) => Raster,
): EvaluationCase {
  const { target, cloudy, restored } = given;
  return {
    ...given,
    target: change(target),
    ...(cloudy && { cloudy: cloudy.map(change) }),
    ...(restored && {
      restored: Object.fromEntries(
        Object.entries(restored).map(([name, raster]) => [name, change(raster)]),
      ),
    }),
  };
}

/** Cases all of whose images have one reflectance scale, see `Raster`. */
export function withReflectanceScale(
  cases: readonly LateCase[],
  reflectanceScale: number,
): readonly LateCase[] {
  return cases.map((each) => ({
    ...each,
    open: async () => mapImages(await each.open(), (raster) => ({ ...raster, reflectanceScale })),
  }));
}

/**
 * Selects bands of all images of a case by name, in this order.
 *
 * @throws {TypeError} If an image lacks one.
 */
export function pickBands(given: EvaluationCase, bands: readonly string[]): EvaluationCase {
  return mapImages(given, (raster) => withBands(raster, bands));
}
