/**
 * What `$.data` of an experiment may say: datasets as JSON, with a check for every option.
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
  oneOf,
  OptionsError,
  pair,
  show,
  string,
} from "../core/mod.ts";
import type {
  CuhkCrOptions,
  FolderDatasetOptions,
  IndexDatasetOptions,
  Sen12MsCrOptions,
  Sen2MtcNewOptions,
  SyntheticDatasetOptions,
} from "../datasets/mod.ts";

/** What the model says, not the data. */
type FromModel = "tileSize" | "length" | "bands";

/** Sen2_MTC_New, see {@linkcode sen2MtcNew}. */
export interface Sen2MtcNewData extends Omit<Sen2MtcNewOptions, FromModel> {
  readonly type: "sen2MtcNew";
}

/** SEN12MS-CR, see {@linkcode sen12MsCr}. */
export interface Sen12MsCrData extends Omit<Sen12MsCrOptions, FromModel> {
  readonly type: "sen12MsCr";
}

/** CUHK-CR1 or CUHK-CR2, see {@linkcode cuhkCr}. */
export interface CuhkCrData extends Omit<CuhkCrOptions, FromModel> {
  readonly type: "cuhkCr";
}

/** A folder of `cloudy/` and `clear/` GeoTIFFs, see {@linkcode folderDataset}. */
export interface FolderData extends Omit<FolderDatasetOptions, FromModel> {
  readonly type: "folder";
}

/** Samples listed in a CSV or JSON lines file, see {@linkcode indexDataset}. */
export interface IndexData extends Omit<IndexDatasetOptions, FromModel | "bands"> {
  readonly type: "index";
  /** Names of the images' bands in order, where the files do not state them. */
  readonly bands?: readonly string[];
}

/** Clear images by place and date, clouded afresh for each sample, see {@linkcode syntheticDataset}. */
export interface SyntheticData
  extends Omit<SyntheticDatasetOptions, FromModel | "places" | "shapes"> {
  readonly type: "synthetic";
  /** Holds `<place>/<date>/<band>.tif`. */
  readonly root: string;
  /** Only these places. Default all. */
  readonly places?: readonly string[];
  /** Stored number that stands for reflectance 1. Default 10000, of uint8 files 255. */
  readonly reflectanceScale?: number;
  /** A folder of class masks (4: cloud), whose clouds lend their shapes. Default none. */
  readonly masks?: string;
}

/** A dataset as JSON. */
export type DataConfig =
  | Sen2MtcNewData
  | Sen12MsCrData
  | CuhkCrData
  | FolderData
  | IndexData
  | SyntheticData;

type ChecksOf<T extends DataConfig> = Checks<Omit<T, "type">>;

const split = oneOf("train", "val", "test");
const crop = oneOf("random", "middle");
const share = number({ min: 0, max: 1 });

const SEN2_MTC_NEW: ChecksOf<Sen2MtcNewData> = {
  root: string,
  split,
  nir: boolean,
  monoFrame: integer({ min: 0, max: 2 }),
  crop,
  augment: boolean,
  skipIncomplete: boolean,
};

const SEN12MS_CR: ChecksOf<Sen12MsCrData> = {
  root: string,
  split,
  splits: oneOf("exact", "published"),
  sar: boolean,
  nan: oneOf("error", "published"),
  crop,
  augment: boolean,
  skipIncomplete: boolean,
};

const CUHK_CR: ChecksOf<CuhkCrData> = {
  root: string,
  nirRoot: string,
  split,
  crop,
  augment: boolean,
  skipIncomplete: boolean,
};

const FOLDER: ChecksOf<FolderData> = {
  root: string,
  split: string,
  sar: boolean,
  mask: boolean,
  augment: boolean,
  reference: integer({ min: 0 }),
  skipIncomplete: boolean,
};

const INDEX: ChecksOf<IndexData> = {
  file: string,
  split: string,
  bands: list(string, { min: 1 }),
  sar: boolean,
  mask: boolean,
  augment: boolean,
  reference: integer({ min: 0 }),
};

const SYNTHETIC: ChecksOf<SyntheticData> = {
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
  variety: share,
  hidden: share,
  opaqueCloud: list(number()),
  season: number({ min: 0, max: 0.5 }),
  jitter: number({ min: 0, max: 0.5 }),
  reflectanceScale: number({ above: 0 }),
};

const CHECKS: Readonly<Record<DataConfig["type"], Checks<object>>> = {
  sen2MtcNew: SEN2_MTC_NEW,
  sen12MsCr: SEN12MS_CR,
  cuhkCr: CUHK_CR,
  folder: FOLDER,
  index: INDEX,
  synthetic: SYNTHETIC,
};

/** Types of datasets by name. */
export const DATA_TYPES = Object.keys(CHECKS) as readonly DataConfig["type"][];

/** Options without which a dataset does not know where its files are. */
const REQUIRED: readonly string[] = ["root", "file"];

/** Options that say where files lie. */
const PLACES: readonly string[] = ["root", "nirRoot", "file", "masks"];

/** Where a dataset lies: its folders and files by the names of their options. */
export function placesOf(config: DataConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => PLACES.includes(key)));
}

/** A dataset without where it lies: the same after it was moved. */
export function withoutPlaces(config: DataConfig): Readonly<Record<string, unknown>> {
  // Whether there is such a folder at all is no question of place.
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, PLACES.includes(key) ? "" : value]),
  );
}

/** Checks options, of which those that are left out stay out. */
function checkGiven(options: object, checks: Checks<object>, path: string): object {
  const optional = Object.keys(checks).filter((key) => !REQUIRED.includes(key));
  const defaults = Object.fromEntries(optional.map((key) => [key, undefined]));
  const checked = checkOptions<object>(options, { checks, defaults, path });
  return Object.fromEntries(Object.entries(checked).filter(([, value]) => value !== undefined));
}

/** Checks the JSON of a dataset. */
export const dataCheck: Check<DataConfig> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionsError(path, `must be an object with a "type", got ${show(value)}`);
  }
  const { type, ...options } = value as Readonly<Record<string, unknown>>;
  const known = DATA_TYPES.find((name) => name === type);
  if (known === undefined) {
    const message = `${show(type)} is not a known dataset (known: ${DATA_TYPES.join(", ")})`;
    throw new OptionsError(`${path}.type`, message);
  }
  return { type: known, ...checkGiven(options, CHECKS[known], path) } as DataConfig;
};
