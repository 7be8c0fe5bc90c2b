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
  integer,
  list,
  number,
  OptionsError,
  pair,
  show,
  string,
} from "../core/mod.ts";
import { type Dataset, folderDataset, readPlaces, syntheticDataset } from "../data/mod.ts";

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
  /** Range of the cloud cover of a frame. Default [0.05, 0.95]. */
  readonly cover?: readonly [number, number];
  /** Probability that a frame is wholly under cloud. Default 0.08. */
  readonly overcast?: number;
  /** Largest relative change of brightness of the other frames. Default 0.06. */
  readonly jitter?: number;
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

const SYNTHETIC: Checks<Omit<SyntheticData, "type">> = {
  root: string,
  places: list(string, { min: 1 }),
  size: integer({ min: 1 }),
  cover: pair(number({ min: 0, max: 1 })),
  overcast: number({ min: 0, max: 1 }),
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

/**
 * Opens a dataset.
 *
 * @param config What the experiment says.
 * @param size Tile size and frames of the model; the bands that a synthetic one reads.
 * @throws {TypeError} If files are missing or do not fit together.
 */
export async function openDataset(
  config: DataConfig,
  { tileSize, length, bands }: {
    readonly tileSize: number;
    readonly length: number;
    readonly bands: readonly string[];
  },
): Promise<Dataset> {
  if (config.type === "folder") {
    const { type: _, ...options } = config;
    return await folderDataset({ ...options, tileSize, length });
  }
  const { type: _, root, places: names, ...options } = config;
  const places = await readPlaces(root, { bands, ...(names && { names }) });
  const rasters = places.map((place) => place.rasters);
  return syntheticDataset({ ...options, places: rasters, tileSize, length });
}
