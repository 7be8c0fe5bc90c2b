/**
 * Synthetic training samples: clear images of places on several dates, clouds painted over each crop.
 *
 * @module
 */

import { checkOptions, integer, list, number, type Raster, string } from "../core/mod.ts";
import {
  type CloudShape,
  cloudShapesCheck,
  type RealCloud,
  realCloudsCheck,
} from "../synthetic/mod.ts";
import { readShapes } from "./cloud_shapes.ts";
import type { Dataset } from "./dataset.ts";
import { placesDigest } from "./dataset_digest.ts";
import type { DatasetEntry } from "./dataset_entry.ts";
import { PAINT_CHECKS, PAINT_DEFAULTS, type PaintOptions } from "./paint_options.ts";
import { paintedSample } from "./painted_sample.ts";
import { isDetectable } from "./found_masks.ts";
import { listPlaces } from "./place_files.ts";
import { readPlaces } from "./places.ts";
import { readRealClouds } from "./real_clouds.ts";

/** Rasters and cloud shapes in memory that samples are painted from. */
export interface SyntheticSource {
  /** Dates of each place: clear rasters of one grid, all places with the same bands. */
  readonly places: readonly (readonly Raster[])[];
  /** Days of the dates of each place, as `2018-03-07`. Default unknown. */
  readonly days?: readonly (readonly string[])[];
  /** Shapes of real clouds. Default none. */
  readonly shapes?: readonly CloudShape[];
  /** Real clouds, with the bands of the places. Default none. */
  readonly clouds?: readonly RealCloud[];
}

/** Options of {@linkcode syntheticDataset}. */
export interface SyntheticDatasetOptions extends PaintOptions, SyntheticSource {
  /** Side of the square crops, in pixels. */
  readonly tileSize: number;
  /** Frames L of each sample. Default 3. */
  readonly length?: number;
}

/** Options of a synthetic dataset as JSON: the rasters are read from folders. */
export interface SyntheticOptions extends PaintOptions {
  /** Holds `<place>/<date>/<band>.tif`. */
  readonly root: string;
  /** Only these places. Default all. */
  readonly places?: readonly string[];
  /** Stored value of reflectance 1. Default 10000, of uint8 files 255. */
  readonly reflectanceScale?: number;
  /** Folder of class masks (4: cloud) whose clouds lend their shapes. Default none. */
  readonly masks?: string;
  /** Folders of cloudy images, GeoTIFFs of L1C with named bands, whose clouds are pasted. Default none. */
  readonly realClouds?: readonly string[];
}

/**
 * Returns the bands that all rasters have.
 *
 * @throws {RangeError} If a place has no date, dates differ in size or are smaller than a tile.
 * @throws {TypeError} If bands differ.
 */
function checkPlaces(places: readonly (readonly Raster[])[], tileSize: number): readonly string[] {
  const bands = places[0]?.[0]?.bands;
  if (bands === undefined) {
    throw new RangeError("Cannot make a dataset: there must be a place with a date, got none");
  }
  for (const [i, dates] of places.entries()) {
    const first = dates[0];
    if (first === undefined) {
      throw new RangeError(`Cannot make a dataset: place ${i} must have a date, got none`);
    }
    for (const { width, height, bands: own } of dates) {
      if (own.join() !== bands.join()) {
        throw new TypeError(
          `Cannot make a dataset: all rasters must have bands ${bands.join(", ")}, ` +
            `got ${own.join(", ")} in place ${i}`,
        );
      }
      if (width !== first.width || height !== first.height || Math.min(width, height) < tileSize) {
        throw new RangeError(
          `Cannot make a dataset: the dates of place ${i} must be of one size of at least ` +
            `${tileSize}×${tileSize} pixels, got ${first.width}×${first.height} and ` +
            `${width}×${height}`,
        );
      }
    }
  }
  return bands;
}

/**
 * Returns the indices of the bands of the image and of the auxiliary ones.
 *
 * @throws {RangeError} If an auxiliary band is unknown, or the image has none left.
 */
function divideBands(all: readonly string[], names: readonly string[]) {
  const auxiliary = names.map((band) => all.indexOf(band));
  const lacking = names.find((_, i) => auxiliary[i] === -1);
  if (lacking !== undefined || auxiliary.length === all.length) {
    throw new RangeError(
      `Cannot make a dataset: its auxiliary bands must be some of ${all.join(", ")}, got ` +
        names.join(", "),
    );
  }
  return { image: [...all.keys()].filter((i) => !auxiliary.includes(i)), auxiliary };
}

/**
 * Opens a dataset of clear rasters under synthetic clouds.
 *
 * Every sample shows a random crop of a random place. Its frames show the place on one date or on
 * several, each with its own light and clouds; the reference frame is drawn at random and the target is
 * its clear image. The index only selects the stream of random numbers, so `size` is only the length of
 * an epoch.
 *
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {RangeError} If a place has no dates (or only one, with `otherDates`), or is smaller than a tile.
 * @throws {TypeError} If the bands differ.
 */
export function syntheticDataset({ places, days, ...given }: SyntheticDatasetOptions): Dataset {
  const options = checkOptions<typeof given>(given, {
    checks: {
      ...PAINT_CHECKS,
      tileSize: integer({ min: 8 }),
      length: integer({ min: 1, max: 64 }),
      shapes: cloudShapesCheck,
      clouds: realCloudsCheck,
    },
    defaults: { ...PAINT_DEFAULTS, length: 3, shapes: [], clouds: [] },
    path: "$.data",
  }) as Required<typeof given>;
  const { tileSize, length, shapes, clouds, size, otherDates, hidden, opaqueCloud } = options;
  const bands = checkPlaces(places, tileSize);
  const divided = divideBands(bands, options.auxiliaryBands);
  if (hidden > 0 && opaqueCloud.length !== divided.image.length) {
    throw new RangeError(
      `Cannot make a dataset: to hide clouds, opaqueCloud must have a number for each of ` +
        `${divided.image.length} bands, got ${opaqueCloud.length}`,
    );
  }
  if (options.foundMasks > 0 && !isDetectable(bands)) {
    throw new RangeError(
      `Cannot make a dataset: for foundMasks it must have B02, B03 and B04, got ${
        bands.join(", ")
      }`,
    );
  }
  const unlike = clouds.find((cloud) => cloud.bands.join() !== bands.join());
  if (unlike !== undefined) {
    throw new TypeError(
      `Cannot make a dataset: real clouds must have the bands ${bands.join(", ")}, got ` +
        unlike.bands.join(", "),
    );
  }
  const single = places.findIndex((dates) => dates.length < 2);
  if (otherDates && single >= 0) {
    throw new RangeError(
      `Cannot make a dataset: for otherDates each place must have two dates, got one in place ${single}`,
    );
  }
  const source = { places, days, shapes, clouds, ...divided, tileSize, length };
  return {
    size,
    bands: divided.image.map((b) => bands[b]!),
    digest: placesDigest(places, shapes, clouds),
    sample: (index, rng) =>
      new Promise((resolve) => resolve(paintedSample(source, options, rng.fork(index)))),
  };
}

const { size, auxiliaryBands, mix, otherDates, ...more } = PAINT_CHECKS;

/** Catalog entry of {@linkcode syntheticDataset}. */
export const syntheticEntry: DatasetEntry<SyntheticOptions, SyntheticSource> = {
  summary: "clear images by place and date; clouds are painted over each sample",
  checks: {
    root: string,
    places: list(string, { min: 1 }),
    size,
    auxiliaryBands,
    mix,
    otherDates,
    masks: string,
    realClouds: list(string, { min: 1 }),
    ...more,
    reflectanceScale: number({ above: 0 }),
  },
  defaults: {
    places: undefined,
    masks: undefined,
    realClouds: undefined,
    reflectanceScale: undefined,
    ...PAINT_DEFAULTS,
  },
  painted: true,
  list: ({ root, places: names, auxiliaryBands = [], reflectanceScale }, { bands }) =>
    listPlaces({
      root,
      bands: [...bands, ...auxiliaryBands.filter((band) => !bands.includes(band))],
      ...(names && { names }),
      ...(reflectanceScale !== undefined && { reflectanceScale }),
    }),
  async load(
    { root, places: names, masks, realClouds, reflectanceScale, auxiliaryBands = [] },
    { bands },
  ) {
    const read = [...bands, ...auxiliaryBands];
    const places = await readPlaces(root, { bands: read, ...(names && { names }) });
    return {
      days: places.map(({ dates }) => dates),
      places: places.map(({ rasters }) => rasters.map((one) => ({ ...one, reflectanceScale }))),
      shapes: masks === undefined ? [] : await readShapes(masks),
      clouds: realClouds === undefined ? [] : await readRealClouds(realClouds, {
        bands: places[0]!.rasters[0]!.bands,
        reflectanceScale,
      }),
    };
  },
  open(options, { tileSize, length }, loaded) {
    const { root: _r, places: _p, masks: _m, realClouds: _c, reflectanceScale: _s, ...paint } =
      options;
    return syntheticDataset({ ...paint, ...loaded, tileSize, length });
  },
};
