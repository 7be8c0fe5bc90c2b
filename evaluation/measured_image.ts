/**
 * Images of files in a common unit: reflectance as digital numbers of 1/10000 without an offset.
 *
 * @module
 */

import { InputError, pixelArray, type Raster } from "../core/mod.ts";
import { openScene, type Radiometry, sentinel2Radiometry } from "../products/mod.ts";
import { alignment, type RasterHeader, warpCommand } from "../rasters/mod.ts";

/** Digital number of reflectance 1 in the common unit. */
const SCALE = 10000;
/** Relative tolerance of scales, which files store as decimal strings. */
const NEAR = 1e-6;

/** Values of a float image that are reflectance; digital numbers are larger. */
const MOST = 10;

/** An image with the meaning of its values. */
export interface MeasuredImage {
  /** Path, for messages. */
  readonly path: string;
  /** Stored values. */
  readonly raster: Raster;
  /** Scale and offset of each band, with their evidence. */
  readonly radiometry: Radiometry;
}

/**
 * Reads an image and finds out what its values mean.
 *
 * @throws {InputError} If it cannot be read.
 */
export async function readMeasured(path: string): Promise<MeasuredImage> {
  const scene = await openScene(path);
  try {
    return { path, radiometry: await sentinel2Radiometry(scene), raster: await scene.read() };
  } finally {
    await scene.close();
  }
}

/** True if the values are those that scores take for reflectance without being told. */
function isPlain({ raster: { dtype }, radiometry: { scales, offsets } }: MeasuredImage): boolean {
  const usual = dtype === "uint8" ? 1 / 255 : 1 / SCALE;
  return scales.every((scale) => Math.abs(scale / usual - 1) < NEAR) &&
    offsets.every((offset) => offset === 0);
}

/** Converts an image to the common unit; missing pixels become NaN. */
function toCommonUnit({ raster, radiometry: { scales, offsets } }: MeasuredImage): Raster {
  const { bands: { length: count }, valid, nodata, ...header } = raster;
  const data = pixelArray("float32", raster.data.length);
  for (let i = 0; i < data.length; i++) {
    const band = i % count;
    const value = raster.data[i]!;
    const isMissing = valid === undefined
      ? count === 1 && value === nodata
      : valid[(i - band) / count] === 0;
    data[i] = isMissing ? NaN : (value * scales[band]! + offsets[band]!) * SCALE;
  }
  return {
    ...header,
    bands: raster.bands,
    ...(valid && { valid }),
    dtype: "float32",
    data,
    reflectanceScale: SCALE,
  };
}

/** Names of a file without band names: "1", "2", …. */
function isNameless({ bands }: Raster): boolean {
  return bands.every((name, i) => name === `${i + 1}`);
}

/**
 * Checks that an image lies where the clear one does.
 *
 * @throws {InputError} If CRS, grid or place differ; the message has the gdalwarp command.
 */
function checkPlace(image: MeasuredImage, target: MeasuredImage): void {
  const [own, like]: readonly RasterHeader[] = [image.raster, target.raster];
  const { column, row } = alignment(like!, own!, { grid: target.path, other: image.path });
  const isSame = own!.width === like!.width && own!.height === like!.height;
  if (column === 0 && row === 0 && isSame) return;
  throw new InputError(
    `Cannot score ${image.path} with ${target.path}: both must have the same pixels, ` +
      `${like!.width}×${like!.height}, got ${own!.width}×${own!.height} that begin ` +
      `${-column} columns and ${-row} rows further` +
      (like!.transform === undefined
        ? ""
        : `; cut it: ${warpCommand(like!, image.path, { method: "near" })}`),
  );
}

/** The images of a case in one unit, and what was assumed or is doubtful. */
export interface CommonImages {
  /** The clear image. */
  readonly target: Raster;
  /** The other images, in order. */
  readonly others: readonly Raster[];
  /** Conversions and assumptions, one line each. */
  readonly notes: readonly string[];
  /** Doubts about the units, one line each. */
  readonly warnings: readonly string[];
}

/**
 * Brings images to one unit, after their place was compared with the clear one's.
 *
 * Images whose values are all 1/10000 of reflectance (8 bits: 1/255) are returned as they are.
 * Otherwise those with another scale or an offset are converted to 1/10000 without offset.
 *
 * @param keepValues True if the user stated the unit: nothing is converted.
 * @throws {InputError} If CRS, grid, place or size differ.
 */
export function inCommonUnit(
  target: MeasuredImage,
  others: readonly MeasuredImage[],
  { keepValues = false }: { readonly keepValues?: boolean } = {},
): CommonImages {
  for (const image of others) checkPlace(image, target);
  const notes: string[] = [];
  const all = [target, ...others];
  const isAlike = all.every(isPlain) &&
    new Set(all.map(({ raster }) => raster.dtype === "uint8")).size === 1;
  const rasters = all.map((image) => {
    const raster = keepValues || isAlike || (isPlain(image) && image.raster.dtype !== "uint8")
      ? image.raster
      : toCommonUnit(image);
    if (raster !== image.raster) {
      notes.push(`${image.path}: values converted to reflectance: ${image.radiometry.evidence}`);
    }
    const { bands } = target.raster;
    if (!isNameless(raster) || isNameless(target.raster) || bands.length !== raster.bands.length) {
      return raster;
    }
    notes.push(
      `${image.path}: its bands have no names and are taken for those of ${target.path}, ` +
        bands.join(", "),
    );
    return { ...raster, bands };
  });
  return {
    target: rasters[0]!,
    others: rasters.slice(1),
    notes,
    warnings: keepValues ? [] : all.flatMap(({ radiometry: { warning } }) => warning ?? []),
  };
}

/** The unit that the values of a raster seem to be in, of which nothing is stated. */
function guessed({ dtype, data, bands, nodata }: Raster): Radiometry {
  let top = -Infinity;
  for (const value of data) if (value !== nodata && value > top) top = value;
  const isReflectance = dtype.startsWith("float") && top < MOST;
  const scale = isReflectance ? 1 : dtype === "uint8" ? 1 / 255 : 1 / SCALE;
  const offsets = bands.map(() => 0);
  return { scales: bands.map(() => scale), offsets, evidence: "", stated: false };
}

/**
 * Reads a restored image in the unit of its clear one, which states none.
 *
 * @param keepValues True if the user stated the unit: nothing is converted.
 */
export async function readInUnitOf(
  path: string,
  { target, keepValues = false }: { readonly target: Raster; readonly keepValues?: boolean },
): Promise<Raster> {
  const image = await readMeasured(path);
  if (keepValues) return image.raster;
  const { scales: [scale] } = guessed(target);
  const isAlike = image.radiometry.scales.every((own) => Math.abs(own / scale! - 1) < NEAR);
  if (isAlike) return image.raster;
  const { data, ...common } = toCommonUnit(image);
  const factor = 1 / (SCALE * scale!);
  return { ...common, data: data.map((value) => value * factor) };
}
