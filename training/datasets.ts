/**
 * Datasets named by JSON, opened with what they take from the model.
 *
 * @module
 */

import { InputError, OptionsError, SENTINEL2_NAMES } from "../core/mod.ts";
import { type CloudShape, cloudShape } from "../synthetic/mod.ts";
import {
  cuhkCr,
  type Dataset,
  folderDataset,
  indexDataset,
  readPlaces,
  sen12MsCr,
  sen2MtcNew,
  syntheticDataset,
  type SyntheticDatasetOptions,
} from "../datasets/mod.ts";
import { readRaster } from "../rasters/mod.ts";
import type { DataConfig, SyntheticData } from "./data_config.ts";

export * from "./data_config.ts";

/** What a dataset takes from the model: tile size, frames and the bands that it reads by name. */
export interface DataModel {
  readonly tileSize: number;
  readonly length: number;
  readonly bands: readonly string[];
}

/** @throws {OptionsError} If the model takes several frames and the dataset has one. */
function checkOneFrame({ type }: DataConfig, { length }: DataModel): void {
  if (length === 1) return;
  throw new OptionsError(
    "$.data.type",
    `${type} has samples of one frame, got a model of ${length}`,
  );
}

/**
 * Opens a dataset.
 *
 * @param config What the experiment says.
 * @param model Tile size, frames and bands.
 * @throws {OptionsError} If the dataset has fewer frames than the model takes.
 * @throws {InputError} If files are missing or do not fit together.
 */
export async function openDataset(config: DataConfig, model: DataModel): Promise<Dataset> {
  const { tileSize, length, bands } = model;
  switch (config.type) {
    case "synthetic":
      return syntheticDataset(await readSynthetic(config, model));
    case "folder": {
      const { type: _, ...options } = config;
      return await folderDataset({ ...options, tileSize, length });
    }
    case "index": {
      const { type: _, ...options } = config;
      return await indexDataset({ ...options, tileSize, length });
    }
    case "sen2MtcNew": {
      const { type: _, ...options } = config;
      return await sen2MtcNew({ ...options, tileSize, length });
    }
    case "sen12MsCr": {
      checkOneFrame(config, model);
      const { type: _, ...options } = config;
      // Others are told apart when the dataset's bands are compared with the model's.
      const known = bands.length > 0 && bands.every((band) => SENTINEL2_NAMES.includes(band));
      return await sen12MsCr({ ...options, ...(known && { bands }), tileSize });
    }
    case "cuhkCr": {
      checkOneFrame(config, model);
      const { type: _, ...options } = config;
      return await cuhkCr({ ...options, tileSize });
    }
  }
}

/**
 * Reads all that a synthetic dataset is made of, as plain data.
 *
 * @throws {InputError} If files are missing or do not fit together.
 */
export async function readSynthetic(
  { type: _, root, places: names, masks, reflectanceScale, ...options }: SyntheticData,
  { tileSize, length, bands }: DataModel,
): Promise<SyntheticDatasetOptions> {
  const read = [...bands, ...options.auxiliaryBands ?? []];
  const places = await readPlaces(root, { bands: read, ...(names && { names }) });
  return {
    ...options,
    places: places.map(({ rasters }) => rasters.map((one) => ({ ...one, reflectanceScale }))),
    ...(masks !== undefined && { shapes: await readShapes(masks) }),
    tileSize,
    length,
  };
}

/** The clouds of every mask of a folder, by name. */
async function readShapes(folder: string): Promise<readonly CloudShape[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (/\.tiff?$/i.test(name)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`Cannot use the masks of ${folder}: the folder must exist`);
  }
  if (names.length === 0) {
    throw new InputError(`Cannot use the masks of ${folder}: it must hold GeoTIFFs, got none`);
  }
  const rasters = names.sort().map((name) => readRaster(`${folder}/${name}`));
  return (await Promise.all(rasters)).map((raster) => cloudShape(raster));
}
