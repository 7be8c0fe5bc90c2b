/**
 * Scale and offset from the stored values of a Sentinel-2 file to reflectance, with their evidence
 * and a plausibility check against the values.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import type { RasterHeader } from "../rasters/mod.ts";
import { offsetWarning } from "./offset_check.ts";
import { implausible } from "./plausibility.ts";
import { percentile, sampleBands } from "./sample_bands.ts";
import type { SceneFile } from "./scene.ts";

/** Conversion of stored values: reflectance = stored · scale + offset. */
export interface Radiometry {
  /** Scale of each band of the file. */
  readonly scales: readonly number[];
  /** Offset of each band of the file, in reflectance. */
  readonly offsets: readonly number[];
  /**
   * Sources of scale and offset, in one line; saved with the results as the tag EMRDM_RADIOMETRY.
   */
  readonly evidence: string;
  /** True if the file, its product or the caller states them; false if they are the usual ones. */
  readonly stated: boolean;
  /** Contradiction with the values of the scene, in one line, with the remedy. */
  readonly warning?: string;
}

/** Options of {@linkcode sentinel2Radiometry}. */
export interface Sentinel2RadiometryOptions {
  /**
   * Offset to add to the digital numbers of every band, such as -1000 or 0; overrides the product.
   * Default "auto": the offset of the product, or 0 if unknown.
   */
  readonly offset?: "auto" | number;
}

/** Default digital number of reflectance 1. */
const QUANTIFICATION = 10000;
/** Upper limit of reflectance; digital numbers seldom all are below it. */
const MAX_REFLECTANCE = 3;
function isFloat({ dtype }: RasterHeader): boolean {
  return dtype === "float32" || dtype === "float64";
}

interface Scales {
  readonly scales: readonly number[];
  readonly evidence: string;
}

/** A value for all bands, or the smallest and the largest. */
function rangeOf(values: readonly number[]): string {
  const ends = [Math.min(...values), Math.max(...values)];
  return [...new Set(ends.map((value) => String(Number(value.toPrecision(6)))))].join(" to ");
}

/** Scales that the file states; scale 1 with offset 0 is GDAL's default and states nothing. */
function statedScales({ scales, offsets = [] }: RasterHeader): readonly number[] | undefined {
  const trivial = scales?.every((scale) => scale === 1) && offsets.every((offset) => offset === 0);
  return trivial ? undefined : scales;
}

function findScales(
  { header, product, scaling }: SceneFile,
  sample: readonly Float64Array[],
): Scales {
  const stated = statedScales(header);
  if (stated !== undefined) {
    return { scales: stated, evidence: scaling ?? `scale ${rangeOf(stated)} stated in the file` };
  }
  const all = (scale: number) => header.bands.map(() => scale);
  if (header.dtype === "uint8") return { scales: all(1 / 255), evidence: "8 bits: 1/255" };
  const { quantification = QUANTIFICATION } = product;
  const phrase = product.quantification === undefined
    ? `1/${quantification} as usual`
    : `1/${quantification} as the product tells`;
  if (!isFloat(header)) return { scales: all(1 / quantification), evidence: `scale ${phrase}` };
  const tops = sample.filter(({ length }) => length > 0).map((band) => percentile(band, 0.99));
  const top = Math.max(...tops);
  const seen = `99 % of the sampled values are below ${Number(top.toPrecision(3))}`;
  return tops.length === 0 || top < MAX_REFLECTANCE
    ? { scales: all(1), evidence: `scale 1: ${tops.length === 0 ? "no values to look at" : seen}` }
    : { scales: all(1 / quantification), evidence: `scale ${phrase}: ${seen}` };
}

interface Offsets {
  /** Offsets in digital numbers. */
  readonly offsets: readonly number[];
  readonly evidence: string;
  /** True if the source is reliable: a baseline before 04.00, or an original product. */
  readonly sure?: boolean;
}

function findOffsets(
  { header, product, kind, scaling }: SceneFile,
  { scales, offset }: { readonly scales: readonly number[]; readonly offset: "auto" | number },
): Offsets {
  const all = (value: number) => header.bands.map(() => value);
  if (offset !== "auto") {
    // An offset of 0 is a deliberate choice; any other may make reflectances negative, so it is
    // checked.
    return { offsets: all(offset), evidence: `${offset} DN as given`, sure: offset === 0 };
  }
  if (statedScales(header) !== undefined && header.offsets !== undefined) {
    const offsets = header.offsets.map((value, i) => value / scales[i]!);
    const phrase = `offset of ${rangeOf(offsets)} DN stated in the file`;
    return { offsets, evidence: scaling === undefined ? phrase : "" };
  }
  const known = product.evidence.join("; ");
  if (product.harmonized === true) return { offsets: all(0), evidence: known };
  // Whoever converts values to reflectance applies the offset.
  if (isFloat(header) && scales.every((scale) => scale === 1)) {
    return { offsets: all(0), evidence: "no offset: the values are reflectance" };
  }
  if (product.offsets === undefined) {
    const phrase = "no offset, as nothing tells of one";
    return { offsets: all(0), evidence: known === "" ? phrase : `${known}; ${phrase}` };
  }
  const offsets = header.bands.map((band) => product.offsets!.get(band) ?? 0);
  const sure = kind === "safe" ||
    (product.baseline !== undefined && Number(product.baseline) < 4);
  return { offsets, evidence: known, ...(sure ? { sure } : {}) };
}

/** Returns true if scale or offset of digital numbers are more than the usual ones. */
function isStated({ header, product }: SceneFile, offset: "auto" | number): boolean {
  if (statedScales(header) !== undefined) return true;
  if (isFloat(header) || header.dtype === "uint8") return false;
  const { offsets, harmonized, quantification } = product;
  return offset !== "auto" || (offsets ?? harmonized ?? quantification) !== undefined;
}

/** 8 bits without a stated scale mostly are pictures. */
function byteWarning({ header, source }: SceneFile): string | undefined {
  if (statedScales(header) !== undefined) return undefined;
  return `${source}: 8 bits without a stated scale are taken for reflectances from 0 to 1; in a ` +
    "picture with stretched colours they are not: use the original image";
}

/**
 * Finds the scale and offset that convert the values of a scene to reflectance.
 *
 * Scale and offset in the file take precedence over the quantification of the product (default
 * 10000) and the offset of its baseline. 8-bit values have scale 1/255; float values are
 * reflectance unless they are too large. A few small windows of the scene are sampled; a
 * contradiction to the offset, and reflectances that cannot be, are reported as a warning.
 *
 * @throws {InputError} If the pixels cannot be read, or a STAC item contradicts its product and no
 *   offset is given.
 */
export async function sentinel2Radiometry(
  file: SceneFile,
  { offset = "auto" }: Sentinel2RadiometryOptions = {},
): Promise<Radiometry> {
  const { header, contradiction } = file;
  if (contradiction !== undefined && offset === "auto") throw new InputError(contradiction);
  // Decoding is slow: integer values with a reliable offset are not sampled.
  const floats = isFloat(header) ? await sampleBands(file) : [];
  const { scales, evidence } = findScales(file, floats);
  const found = findOffsets(file, { scales, offset });
  const doubtful = header.dtype !== "uint8" && found.sure !== true;
  const isSampled = doubtful || header.assumedBands === true;
  const sample = isFloat(header) ? floats : isSampled ? await sampleBands(file) : [];
  const seen = { scales, offsets: found.offsets, sample };
  const sources = [found.evidence, evidence].filter((phrase) => phrase !== "").join("; ");
  // Offsets of other products than ESA's are not doubted by its rule of thumb.
  const isOwn = file.scaling !== undefined && file.kind !== "stac";
  const doubt = doubtful && !isOwn ? offsetWarning(file, seen) : undefined;
  const warning = doubt ??
    (header.dtype === "uint8"
      ? byteWarning(file)
      : implausible(file, { ...seen, assumed: sources }));
  // Offsets are in digital numbers of 1/10000, also for files of reflectance.
  const unit = (scale: number) => isFloat(file.header) && scale === 1 ? 1 / QUANTIFICATION : scale;
  return {
    scales,
    offsets: found.offsets.map((value, i) => value === 0 ? 0 : value * unit(scales[i]!)),
    evidence: sources,
    stated: isStated(file, offset),
    ...(warning === undefined ? {} : { warning }),
  };
}
