/** The contract of datasets, on look-alikes of all built-in ones. */

import { builtins } from "../../builtins.ts";
import { datasets } from "../../datasets/mod.ts";
import { assertEquals } from "@std/assert";
import { type DatasetContract, testDataset } from "../contracts/mod.ts";
import {
  makeCuhkCr,
  makeFolder,
  makeIndex,
  makePlaces,
  makeSen12MsCr,
  makeSen2MtcNew,
  makeSeries,
} from "./look_alikes.ts";
import { makePrepared, PREPARED_BANDS } from "./prepared_look_alike.ts";

const RGB = ["B04", "B03", "B02"];

/** The contract of every type: a look-alike, its options and a model of its bands and frames. */
const CONTRACTS: Readonly<Record<keyof typeof datasets, DatasetContract>> = {
  sen2MtcNew: {
    make: async (root) => {
      await makeSen2MtcNew(root);
      return { root, split: "val" };
    },
    model: { tileSize: 8, length: 3, bands: RGB },
    auxiliary: 1,
  },
  sen12MsCr: {
    make: async (root) => {
      await makeSen12MsCr(root);
      return { root, splits: "published", split: "train" };
    },
    model: { tileSize: 8, length: 1, bands: RGB },
    auxiliary: 2,
  },
  cuhkCr: {
    make: async (root) => {
      await makeCuhkCr(root);
      return { root: `${root}/rgb`, nirRoot: `${root}/nir`, split: "val" };
    },
    model: { tileSize: 4, length: 1, bands: ["R", "G", "B", "NIR"] },
  },
  folder: {
    make: async (root) => {
      await makeFolder(root);
      return { root };
    },
    model: { tileSize: 8, length: 2, bands: ["B04", "B08"] },
    auxiliary: 2,
    mask: true,
  },
  index: {
    make: async (root) => {
      await makeIndex(root);
      return { file: `${root}/index.csv`, reference: 0 };
    },
    model: { tileSize: 8, length: 2, bands: ["B04", "B08"] },
    auxiliary: 2,
    mask: true,
  },
  synthetic: {
    make: async (root) => {
      await makePlaces(root);
      return { root, auxiliaryBands: ["B08"] };
    },
    model: { tileSize: 8, length: 2, bands: ["B04"] },
    auxiliary: 1,
    mask: true,
  },
  transplant: {
    make: async (root) => {
      await makeSeries(root);
      return { root };
    },
    model: { tileSize: 24, length: 3, bands: ["B04", "B08"] },
    mask: true,
  },
  prepared: {
    make: async (root) => ({ root: await makePrepared(root) }),
    model: { tileSize: 8, length: 1, bands: PREPARED_BANDS },
    mask: true,
    mean: true,
  },
};

for (const [type, contract] of Object.entries(CONTRACTS)) {
  testDataset(type, datasets[type as keyof typeof datasets], contract);
}

Deno.test("the registry has every built-in dataset", () => {
  assertEquals(Object.keys(builtins.entries("dataset")), Object.keys(CONTRACTS));
});
