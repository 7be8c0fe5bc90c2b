/**
 * Restoring rasters in memory: tiles of the model's size, blended.
 *
 * @module
 */

import { type DataType, pixelArray, type Raster } from "../core/mod.ts";
import { normalizeBand } from "../data/mod.ts";
import { type Model, restoreImages, type RestoreOptions } from "../model/mod.ts";
import { createBlend } from "./blend.ts";
import { fillMissing, missingValues } from "./missing.ts";
import { cutTile, tileGrid, type TileOrigin } from "./tiles.ts";

/** How rasters are restored: how images are, and how tiles are laid. */
export interface RestoreSeriesOptions extends Omit<RestoreOptions, "onStep" | "onMasks"> {
  /** The frame that the result depicts. Default the last. */
  readonly reference?: number;
  /** Least overlap of neighbouring tiles, in [0.25, 0.75]. Default 0.25. */
  readonly overlap?: number;
  /** Tiles restored at a time. Default 4. */
  readonly batch?: number;
  /** More frames than the model was trained with are allowed. Default false. */
  readonly anyLength?: boolean;
  /** Called after each batch of tiles. */
  readonly onProgress?: (progress: RestoreProgress) => void;
}

/** How far a restoration has come. */
export interface RestoreProgress {
  /** Tiles restored. */
  readonly done: number;
  /** Tiles of the scene. */
  readonly total: number;
}

const RANGES: Readonly<Record<DataType, readonly [number, number]>> = {
  uint8: [0, 255],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  uint32: [0, 4294967295],
  int32: [-2147483648, 2147483647],
  float32: [-Infinity, Infinity],
  float64: [-Infinity, Infinity],
};

/** DN 0 is nodata in Sentinel-2 files, which seldom say so. */
const DN_NODATA = 0;

/** The value that marks missing pixels: what the file says, and 0 where the numbers are DN. */
function nodataOf(model: Model, raster: Raster): number | undefined {
  if (raster.nodata !== undefined) return raster.nodata;
  return model.card.bands.every(({ unit }) => unit === "DN") ? DN_NODATA : undefined;
}

function checkSeries(model: Model, frames: readonly Raster[], options: RestoreSeriesOptions): void {
  const { card, network } = model;
  const first = frames[0];
  if (first === undefined) {
    throw new RangeError("Cannot restore: there must be at least one raster, got none");
  }
  const wanted = card.bands.map(({ name }) => normalizeBand(name));
  for (const { bands, width, height } of frames) {
    if (bands.map(normalizeBand).join() !== wanted.join()) {
      throw new TypeError(
        `Cannot restore: model ${card.name} takes the ${wanted.length} bands ` +
          `${wanted.join(", ")}, got ${bands.length}: ${bands.join(", ")}; choose or name the ` +
          `raster's bands so, or take a model for these`,
      );
    }
    if (width !== first.width || height !== first.height) {
      throw new TypeError(
        `Cannot restore: rasters must have one size, got ${first.width}×${first.height} and ` +
          `${width}×${height}`,
      );
    }
  }
  if (network.temporal && frames.length > card.length && options.anyLength !== true) {
    throw new RangeError(
      `Cannot restore: model ${card.name} was trained with at most ${card.length} dates, got ` +
        `${frames.length}; leave the cloudiest out, or allow any length`,
    );
  }
  if (card.condition.auxiliary.length > 0) {
    throw new TypeError(
      `Cannot restore: model ${card.name} needs the auxiliary bands ` +
        `${card.condition.auxiliary.map(({ name }) => name).join(", ")}, which rasters do not ` +
        `carry; restore arrays with restoreImages`,
    );
  }
}

/** The image in the reference's type: clamped, never nodata by accident, nodata where it was. */
function toRaster(
  image: Float32Array,
  { like, nodata, missing }: {
    readonly like: Raster;
    readonly nodata?: number;
    readonly missing?: Uint8Array;
  },
): Raster {
  const [least, most] = RANGES[like.dtype];
  const whole = Number.isFinite(most);
  // The least change that survives float32, of numbers of any unit.
  const step = whole ? 1 : Math.max(Math.abs(nodata ?? 0), 1e-6) * 2 ** -20;
  const data = pixelArray(like.dtype, image.length);
  for (let i = 0; i < image.length; i++) {
    if (missing?.[i] === 1) {
      data[i] = like.data[i]!;
      continue;
    }
    const value = Math.min(Math.max(whole ? Math.round(image[i]!) : image[i]!, least), most);
    data[i] = value !== nodata ? value : value + (nodata < most ? step : -step);
  }
  return { ...like, data, ...(nodata === undefined ? {} : { nodata }) };
}

/** Whether any value under the tile has data in the reference: else there is nothing to restore. */
function hasData(
  missing: Uint8Array | undefined,
  { raster: { width, height, bands }, tileSize, origin }: {
    readonly raster: Raster;
    readonly tileSize: number;
    readonly origin: TileOrigin;
  },
): boolean {
  if (missing === undefined) return true;
  for (let row = origin.row; row < Math.min(origin.row + tileSize, height); row++) {
    const from = (row * width + origin.column) * bands.length;
    const to = (row * width + Math.min(origin.column + tileSize, width)) * bands.length;
    if (missing.subarray(from, to).includes(0)) return true;
  }
  return false;
}

/**
 * Restores rasters of one grid, whose bands are the model's.
 *
 * Noise is keyed by absolute pixel, so the result does not depend on the order or batch of tiles.
 * Values without data (nodata, NaN, and 0 where the model's unit is DN) never enter the network:
 * they are filled from the other dates or the nearest pixel, and have no data in the result where
 * the reference had none.
 *
 * @param frames The dates, one raster each.
 * @returns A raster like the reference frame: type, grid, nodata, band names and tags.
 * @throws {TypeError} If bands or sizes do not fit the model.
 * @throws {RangeError} If there are more frames than the model was trained with, the reference is
 *   none of them, or the overlap is out of range.
 */
export async function restoreSeries(
  model: Model,
  frames: readonly Raster[],
  options: RestoreSeriesOptions = {},
): Promise<Raster> {
  checkSeries(model, frames, options);
  const length = frames.length;
  const { reference = length - 1, overlap = 0.25, batch = 4, onProgress, ...restore } = options;
  const like = frames[reference];
  if (like === undefined) {
    throw new RangeError(
      `Cannot restore: the reference must be 0 … ${length - 1}, got ${reference}`,
    );
  }
  const { tileSize, scaling } = model.card;
  const bands = like.bands.length;
  const stated = frames.map((raster) => ({ ...raster, nodata: nodataOf(model, raster) }));
  const missing = stated.map((raster) => missingValues(raster as Raster));
  const images = fillMissing(frames, { missing, fallback: scaling.low });

  const origins = tileGrid(like, { tileSize, overlap })
    .filter((origin) => hasData(missing[reference], { raster: like, tileSize, origin }));
  const ramp = Math.floor(tileSize * overlap);
  const blend = createBlend(like, { bands, tileSize, ramp });
  const pixels = tileSize * tileSize * bands;
  for (let first = 0; first < origins.length; first += batch) {
    const group = origins.slice(first, first + batch);
    const cloudy = new Float32Array(group.length * length * pixels);
    for (const [i, origin] of group.entries()) {
      for (const [l, image] of images.entries()) {
        cutTile(cloudy, (i * length + l) * pixels, { image, scene: like, bands, tileSize, origin });
      }
    }
    const { image } = await restoreImages(model, {
      cloudy,
      batch: group.length,
      length,
      height: tileSize,
      width: tileSize,
      reference,
      origins: group.map(({ column, row }) => ({ x: column, y: row })),
    }, restore);
    for (const [i, origin] of group.entries()) {
      blend.add(image.subarray(i * pixels, (i + 1) * pixels), origin);
    }
    onProgress?.({ done: first + group.length, total: origins.length });
  }
  const nodata = stated[reference]!.nodata;
  return toRaster(blend.image(), {
    like,
    ...(nodata === undefined ? {} : { nodata }),
    ...(missing[reference] === undefined ? {} : { missing: missing[reference] }),
  });
}
