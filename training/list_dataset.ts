/**
 * The files of a dataset named by JSON, to be checked.
 *
 * @module
 */

import {
  listCuhkCr,
  listFolderDataset,
  listIndexDataset,
  type Listing,
  listPlaces,
  listSen12MsCr,
  listSen2MtcNew,
} from "../datasets/mod.ts";
import { SENTINEL2_NAMES } from "../core/mod.ts";
import type { DataConfig } from "./data_config.ts";

/** Options of {@linkcode listDataset}. */
export interface ListDatasetOptions {
  /** Bands of the model, which a synthetic dataset reads. Default the 13 of Sentinel-2 L1C. */
  readonly bands?: readonly string[];
  /** All splits where the config names none; else the one that a loader takes. Default false. */
  readonly everySplit?: boolean;
}

/**
 * Lists the files of a dataset.
 *
 * @throws {InputError} If the root, or an index or list of tiles, is missing or cannot be read.
 */
export async function listDataset(
  config: DataConfig,
  { bands = SENTINEL2_NAMES, everySplit = false }: ListDatasetOptions = {},
): Promise<Listing> {
  const split = everySplit ? undefined : "train" as const;
  switch (config.type) {
    case "sen2MtcNew":
      return await listSen2MtcNew({ ...(split && { split }), ...config });
    case "sen12MsCr":
      return await listSen12MsCr({ ...(split && { split }), ...config });
    case "cuhkCr":
      return await listCuhkCr({ ...(split && { split }), ...config });
    case "folder":
      return await listFolderDataset(config);
    case "index":
      return await listIndexDataset(config);
    case "synthetic": {
      const { root, places, auxiliaryBands = [], reflectanceScale } = config;
      return await listPlaces({
        root,
        bands: [...bands, ...auxiliaryBands.filter((band) => !bands.includes(band))],
        ...(places && { names: places }),
        reflectanceScale,
      });
    }
  }
}
