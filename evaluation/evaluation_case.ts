/**
 * What is scored: places with their truth, what was seen of them and what was made of it.
 *
 * @module
 */

import { normalizeBand, type Raster } from "../core/mod.ts";
import { sha256Stream } from "../files/mod.ts";

/** One place: what it is in truth, what was seen, what was made of it. */
export interface EvaluationCase {
  readonly name: string;
  /** The set of images that it belongs to; means are of one set. Default "images". */
  readonly set?: string;
  /** The clear image. */
  readonly target: Raster;
  /** Restored images by the name of the method. */
  readonly restored?: Readonly<Record<string, Raster>>;
  /** Cloudy dates; with them the baselines are scored too. */
  readonly cloudy?: readonly Raster[];
  /** The date that the target depicts. Default the last. */
  readonly reference?: number;
  /**
   * Of each cloudy date [height, width]: not 0 where cloud or shadow hides the ground; where undefined
   * the built-in detector looks. Without cloudy dates there may be one mask.
   */
  readonly masks?: readonly (Uint8Array | undefined)[];
  /** Whose the masks are: somebody's, or those that the clouds were made with. Default "given". */
  readonly maskSource?: "given" | "exact";
  /** Days of the cloudy dates, as `2018-03-07`; undefined where one is not known. */
  readonly dates?: readonly (string | undefined)[];
  /** Auxiliary bands of each date [L, height, width, A], for models that take them. */
  readonly auxiliary?: Float32Array;
}

/** A place that is read when its turn comes. */
export interface LateCase {
  readonly name: string;
  readonly set?: string;
  /** Reads it; the case has the same name and set. */
  open(): Promise<EvaluationCase>;
}

/** The set of cases that name none. */
export const ONE_SET = "images";

/** Where the reference is among the cloudy dates; 0 where there are none. */
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

/** Tells the truth and the input of a case from others of the same name; "" where there is no input. */
export function caseDigests(
  given: EvaluationCase,
): { readonly truth: string; readonly input: string } {
  const { target, cloudy = [] } = given;
  return {
    truth: rastersDigest([target], ""),
    input: cloudy.length === 0 ? "" : rastersDigest(cloudy, `${referenceOf(given)}`),
  };
}

/** Some bands of a raster by name, in this order. */
function withBands(raster: Raster, bands: readonly string[]): Raster {
  const own = raster.bands.map(normalizeBand);
  const places = bands.map((band) => own.indexOf(normalizeBand(band)));
  const lacking = bands.filter((_, i) => places[i]! < 0);
  if (lacking.length > 0) {
    throw new TypeError(
      `Cannot score bands ${bands.join(", ")}: images must have them, got ${
        raster.bands.join(", ")
      } without ${lacking.join(", ")}`,
    );
  }
  if (places.length === own.length && places.every((place, i) => place === i)) {
    return { ...raster, bands };
  }
  const depth = own.length;
  const count = raster.data.length / depth;
  const data = raster.data.slice(0, count * bands.length);
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < places.length; b++) {
      data[i * places.length + b] = raster.data[i * depth + places[b]!]!;
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
 * A case with some bands by name, in this order.
 *
 * @throws {TypeError} If an image lacks one.
 */
export function pickBands(given: EvaluationCase, bands: readonly string[]): EvaluationCase {
  return mapImages(given, (raster) => withBands(raster, bands));
}
