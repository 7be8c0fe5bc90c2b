/**
 * Doubts about the images of a case: values that look like another unit or an offset, and places
 * that differ.
 *
 * @module
 */

import { InputError, quantile, type Raster, reflectanceScaleOf } from "../core/mod.ts";
import { alignment } from "../rasters/mod.ts";
import type { EvaluationCase } from "./evaluation_case.ts";

/** A doubt, with what several cases of one kind share. */
export interface Doubt {
  /** Kind of the doubt. */
  readonly kind: "place" | "unit" | "offset";
  /** The image and what is doubtful about it. */
  readonly message: string;
}

/** Values of a band that its median is taken of. */
const SOME = 4096;
/** Ratio of medians beyond which images hold other units: 255, 10000 and 1 are further apart. */
const FAR = 12;
/** The offset of Sentinel-2's products in reflectance, and how exactly every band shows it. */
const OFFSET = 0.1;
const OFFSET_NEAR = 0.025;

/** Median of each band over some pixels with data. */
function medians({ data, bands: { length: count }, valid, nodata }: Raster): readonly number[] {
  const pixels = data.length / count;
  const step = Math.ceil(pixels / SOME) | 1;
  return Array.from({ length: count }, (_, b) => {
    const values: number[] = [];
    for (let pixel = 0; pixel < pixels; pixel += step) {
      const value = data[pixel * count + b]!;
      if (valid?.[pixel] !== 0 && value !== nodata && !Number.isNaN(value)) values.push(value);
    }
    return values.length === 0 ? NaN : quantile(Float64Array.from(values).sort(), 0.5);
  });
}

function placeDoubt(image: Raster, target: Raster, what: string): readonly Doubt[] {
  if (image.transform === undefined || target.transform === undefined) return [];
  try {
    const { column, row } = alignment(target, image, { grid: "its clear image", other: what });
    if (column === 0 && row === 0) return [];
    const message = `${what} begins ${-column} columns and ${-row} rows from its clear image`;
    return [{ kind: "place", message }];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ kind: "place", message: error.message }];
  }
}

/** A number of at most three digits. */
const shown = (value: number) => String(Number(value.toPrecision(3)));

/** Compares the medians of an image with those of the clear one, band by band. */
function unitDoubt(
  { own, like, what, scale }: {
    readonly own: readonly number[];
    readonly like: readonly number[];
    readonly what: string;
    readonly scale: number;
  },
): readonly Doubt[] {
  const pairs = own.flatMap((value, b) =>
    Number.isNaN(value) || Number.isNaN(like[b]!) ? [] : [[value, like[b]!] as const]
  );
  if (pairs.length === 0) return [];
  const isFar = ([a, b]: readonly [number, number]) => !(a / b < FAR && b / a < FAR) && a !== b;
  if (pairs.every(isFar)) {
    const [a, b] = pairs[0]!;
    return [{
      kind: "unit",
      message: `${what} and its clear image seem to be in different units: the medians of the ` +
        `first band are ${shown(a)} and ${shown(b)}`,
    }];
  }
  const steps = pairs.map(([a, b]) => (a - b) / scale);
  const isOffset = steps.every((step) =>
    Math.abs(Math.abs(step) - OFFSET) < OFFSET_NEAR && step > 0 === steps[0]! > 0
  );
  return isOffset
    ? [{
      kind: "offset",
      message: `${what} differs from its clear image by about ${shown(steps[0]!)} in every band; ` +
        "one of them may contain the offset of Sentinel-2 (-1000 DN from baseline 04.00 on)",
    }]
    : [];
}

/** Doubts about the images of a case; empty for a sound one. */
export function caseDoubts(given: EvaluationCase): readonly Doubt[] {
  const { name, target, cloudy = [], restored = {} } = given;
  const like = medians(target);
  const scale = reflectanceScaleOf(target);
  const results = Object.entries(restored).map(([method, image]) =>
    [`the result of ${method} for ${name}`, image] as const
  );
  const dates = cloudy.map((image, l) => [`cloudy date ${l + 1} of ${name}`, image] as const);
  return [...results, ...dates].flatMap(([what, image]) => {
    if (image.bands.length !== target.bands.length) return [];
    const found = unitDoubt({ own: medians(image), like, what, scale });
    // Clouds brighten all bands, as an offset does.
    const isResult = results.some(([label]) => label === what);
    return [
      ...placeDoubt(image, target, what),
      ...found.filter(({ kind }) => isResult || kind !== "offset"),
    ];
  });
}
