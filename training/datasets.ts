/**
 * Datasets named by JSON: what `$.data` of an experiment may say.
 *
 * @module
 */

import {
  boolean,
  type Check,
  checkOptions,
  type Checks,
  InputError,
  integer,
  list,
  number,
  OptionsError,
  pair,
  show,
  string,
} from "../core/mod.ts";
import {
  type CloudShape,
  cloudShape,
  type Dataset,
  folderDataset,
  readPlaces,
  readRaster,
  syntheticDataset,
  type SyntheticDatasetOptions,
} from "../data/mod.ts";

/** A folder of `cloudy/` and `clear/` GeoTIFFs. */
export interface FolderData {
  readonly type: "folder";
  /** Holds the folders `cloudy` and `clear`. */
  readonly root: string;
  /** Random crops and symmetries. Default true. */
  readonly augment?: boolean;
  /** The frame that the clear image depicts. Default the last. */
  readonly reference?: number;
}

/** Clear images by place and date, clouded afresh for each sample. */
export interface SyntheticData {
  readonly type: "synthetic";
  /** Holds `<place>/<date>/<band>.tif`. */
  readonly root: string;
  /** Only these places. Default all. */
  readonly places?: readonly string[];
  /** Samples of one epoch. Default 1024. */
  readonly size?: number;
  /** Bands of the cloudy frames that are a condition beside the image. Default none. */
  readonly auxiliaryBands?: readonly string[];
  /** Probability that the frames mix dates. Default 0.5. */
  readonly mix?: number;
  /** A folder of class masks (4: cloud), whose clouds lend their shapes. Default none. */
  readonly masks?: string;
  /** Probability that clouds have such a shape. Default 0.4. */
  readonly shapesShare?: number;
  /** Range of the cloud cover of a frame. Default [0.05, 0.95]. */
  readonly cover?: readonly [number, number];
  /** Probability that a frame is wholly under cloud. Default 0.08. */
  readonly overcast?: number;
  /** Probability of cirrus over the other clouds. Default 0.15. */
  readonly cirrus?: number;
  /** Largest relative change of brightness of the other frames. Default 0.06. */
  readonly jitter?: number;
  /** Largest relative change of green in the other frames. Default 0.1. */
  readonly season?: number;
  /** The file number of reflectance 1. Default 10000. */
  readonly white?: number;
}

/** A dataset as JSON. */
export type DataConfig = FolderData | SyntheticData;

const FOLDER: Checks<Omit<FolderData, "type">> = {
  root: string,
  augment: boolean,
  reference: integer({ min: 0 }),
};

const share = number({ min: 0, max: 1 });

const SYNTHETIC: Checks<Omit<SyntheticData, "type">> = {
  root: string,
  places: list(string, { min: 1 }),
  size: integer({ min: 1 }),
  auxiliaryBands: list(string),
  mix: share,
  masks: string,
  shapesShare: share,
  cover: pair(share),
  overcast: share,
  cirrus: share,
  season: number({ min: 0, max: 0.5 }),
  jitter: number({ min: 0, max: 0.5 }),
  white: number({ above: 0 }),
};

/** Checks options, of which those that are left out stay out. */
function checkGiven(options: object, checks: Checks<object>, path: string): object {
  const absent = Object.fromEntries(Object.keys(checks).map((key) => [key, undefined]));
  const { root: _, ...optional } = absent;
  const checked = checkOptions<object>(options, { checks, defaults: optional, path });
  return Object.fromEntries(Object.entries(checked).filter(([, value]) => value !== undefined));
}

/** Checks the JSON of a dataset. */
export const dataCheck: Check<DataConfig> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionsError(path, `must be an object with a "type", got ${show(value)}`);
  }
  const { type, ...options } = value as Readonly<Record<string, unknown>>;
  switch (type) {
    case "folder":
      return { type, ...checkGiven(options, FOLDER, path) } as FolderData;
    case "synthetic":
      return { type, ...checkGiven(options, SYNTHETIC, path) } as SyntheticData;
    default:
      throw new OptionsError(
        `${path}.type`,
        `${show(type)} is not a known dataset (known: folder, synthetic)`,
      );
  }
};

/** What a dataset takes from the model: tile size, frames and the bands that a synthetic one reads. */
export interface DataModel {
  readonly tileSize: number;
  readonly length: number;
  readonly bands: readonly string[];
}

/**
 * Opens a dataset.
 *
 * @param config What the experiment says.
 * @param model Tile size, frames and bands.
 * @throws {TypeError} If files are missing or do not fit together.
 */
export async function openDataset(config: DataConfig, model: DataModel): Promise<Dataset> {
  if (config.type === "synthetic") return syntheticDataset(await readSynthetic(config, model));
  const { tileSize, length } = model;
  const { type: _, ...options } = config;
  return await folderDataset({ ...options, tileSize, length });
}

/**
 * Reads all that a synthetic dataset is made of, as plain data.
 *
 * @throws {TypeError} If files are missing or do not fit together.
 */
export async function readSynthetic(
  { type: _, root, places: names, masks, ...options }: SyntheticData,
  { tileSize, length, bands }: DataModel,
): Promise<SyntheticDatasetOptions> {
  const read = [...bands, ...options.auxiliaryBands ?? []];
  const places = await readPlaces(root, { bands: read, ...(names && { names }) });
  return {
    ...options,
    places: places.map(({ rasters }) => rasters),
    ...(masks !== undefined && { shapes: await readShapes(masks) }),
    tileSize,
    length,
  };
}

/** The clouds of every mask of a folder, by name. */
async function readShapes(folder: string): Promise<readonly CloudShape[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/\.tiff?$/i.test(name)) names.push(name);
  }
  if (names.length === 0) {
    throw new InputError(`Cannot use the masks of ${folder}: it must hold GeoTIFFs, got none`);
  }
  const rasters = names.sort().map((name) => readRaster(`${folder}/${name}`));
  return (await Promise.all(rasters)).map((raster) => cloudShape(raster));
}
