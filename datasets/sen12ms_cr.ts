/**
 * SEN12MS-CR: one cloudy and one clear Sentinel-2 image of a place, with Sentinel-1 beside them.
 *
 * `root/ROIs1158_spring_s1/s1_31/ROIs1158_spring_s1_31_p30.tif`, and the same with `s2` (clear) and
 * `s2_cloudy` for `s1`. Sentinel-2: 13 bands, DN; Sentinel-1: VV and VH in dB.
 *
 * @module
 */

import {
  boolean,
  checkOptions,
  type Checks,
  integer,
  list,
  oneOf,
  SENTINEL2_NAMES,
  string,
} from "../core/mod.ts";
import type { Dataset } from "./dataset.ts";
import { anySymmetry, fileDataset } from "./file_dataset.ts";
import { openRaster } from "../rasters/mod.ts";
import { withoutSlash } from "../files/mod.ts";
import {
  type FileForm,
  type Listing,
  type SampleFiles,
  SPLIT_NAMES,
  type SplitName,
} from "./sample_files.ts";
import { fileOf, type Kind, KINDS, readTree } from "./sen12ms_cr_names.ts";
import { Sen12MsCrPatch } from "./sen12ms_cr_patch.ts";
import { leakedRois, type Roi, sen12MsCrSplits, type SplitRule } from "./sen12ms_cr_splits.ts";

/** Options of {@linkcode listSen12MsCr}. */
export interface Sen12MsCrFiles {
  /** Holds the folders `ROIs…_s1`, `ROIs…_s2` and `ROIs…_s2_cloudy`. */
  readonly root: string;
  /** Only this split. Default all. */
  readonly split?: SplitName;
  /** How regions are told from the lists. Default "exact". */
  readonly splits?: SplitRule;
  /** Whether Sentinel-1 is used. Default true. */
  readonly sar?: boolean;
  /** Bands of Sentinel-2 in order. Default all 13. */
  readonly bands?: readonly string[];
  /** What NaN in Sentinel-1 is: an error, or −25 dB as published. Default "error". */
  readonly nan?: "error" | "published";
}

/** Options of {@linkcode sen12MsCr}. */
export interface Sen12MsCrOptions extends Sen12MsCrFiles {
  /** Default "train". */
  readonly split?: SplitName;
  /** Side of the square samples; the images have 256 pixels. Default 256. */
  readonly tileSize?: number;
  /** Where tiles smaller than the image lie. Default "random" in train, else "middle". */
  readonly crop?: "random" | "middle";
  /** Random symmetries. Default false, as published. */
  readonly augment?: boolean;
  /** Leave out places of which a file is missing, as published. Default false: an error. */
  readonly skipIncomplete?: boolean;
}

const CHECKS: Checks<Sen12MsCrOptions> = {
  root: string,
  split: oneOf(...SPLIT_NAMES),
  splits: oneOf("exact", "published"),
  sar: boolean,
  bands: list(oneOf(...SENTINEL2_NAMES), { min: 1 }),
  nan: oneOf("error", "published"),
  tileSize: integer({ min: 1 }),
  crop: oneOf("random", "middle"),
  augment: boolean,
  skipIncomplete: boolean,
};

/** The lower bound that the published scaling clips to: NaN ends there. */
const LEAST_DB = -25;

const S2: FileForm = {
  bands: SENTINEL2_NAMES,
  dtypes: ["uint16", "int16"],
  range: [0, 32767],
  mean: [20, 32767],
};

const S1: FileForm = {
  bands: ["VV", "VH"],
  dtypes: ["float32"],
  range: [-100, 50],
  mean: [-60, 0],
};

/** What must be known of splits by the published rule. */
function leakNotes(present: readonly Roi[]): readonly string[] {
  const shown = (rois: readonly Roi[]) =>
    rois.map(({ season, number }) => `${season} ${number}`).join(", ");
  return (["test", "val"] as const).map((split) => {
    const leaked = leakedRois(split);
    const here = leaked.filter((roi) =>
      present.some(({ season, number }) => season === roi.season && number === roi.number)
    );
    return `published splits leak: ${leaked.length} of 10 ${split} regions are in train as well ` +
      `(${shown(leaked)}), ${here.length} of them are here`;
  });
}

/**
 * The files of SEN12MS-CR, by names alone.
 *
 * @throws {InputError} If the root is missing or cannot be read.
 */
export async function listSen12MsCr(
  { root: given, split, splits = "exact", sar = true, bands = SENTINEL2_NAMES, nan = "error" }:
    Sen12MsCrFiles,
): Promise<Listing> {
  const root = withoutSlash(given);
  const splitsOf = (roi: Roi) =>
    sen12MsCrSplits(roi, splits).filter((name) => split === undefined || name === split);
  const { patches, findings } = await readTree({
    root,
    isWanted: (roi) => split === undefined || splitsOf(roi).length > 0,
  });
  const s1: FileForm = nan === "published" ? { ...S1, nan: LEAST_DB } : S1;
  const picked = bands.map((band) => SENTINEL2_NAMES.indexOf(band));
  const source = { root, s2: S2, bands: picked, ...(sar && { s1 }) };
  const kinds = sar ? KINDS : KINDS.filter((kind) => kind !== "s1");
  const regions = [...patches.values()].sort((a, b) =>
    a.roi.season < b.roi.season ? -1 : a.roi.season > b.roi.season ? 1 : a.roi.number - b.roi.number
  );
  const samples: SampleFiles[] = [];
  for (const { roi, kinds: sets } of regions) {
    const all = new Set(kinds.flatMap((kind) => [...sets[kind]]));
    for (const patch of [...all].sort((a, b) => a - b)) {
      const path = (kind: Kind) => fileOf(root, roi, kind, patch);
      const lacking = kinds.filter((kind) => !sets[kind].has(patch));
      for (const name of splitsOf(roi)) {
        const complete = lacking.length === 0;
        samples.push(new Sen12MsCrPatch(source, { roi, patch, split: name, complete }));
        for (const kind of lacking) {
          const twin = path(kinds.find((other) => sets[other].has(patch))!);
          const message = `the file must exist, as its twin ${twin} does`;
          findings.push({ kind: "missing", path: path(kind), message, split: name });
        }
      }
    }
  }
  const unlisted = regions.filter(({ roi }) => sen12MsCrSplits(roi, splits).length === 0);
  return {
    type: "sen12MsCr",
    root,
    splits: split === undefined ? SPLIT_NAMES : [split],
    samples,
    bands,
    findings,
    notes: [
      ...(splits === "published" ? leakNotes(regions.map(({ roi }) => roi)) : []),
      ...(unlisted.length > 0
        ? [
          `${unlisted.length} regions are in no split and are not used: ${
            unlisted.map(({ roi }) => `${roi.season} ${roi.number}`).join(", ")
          }`,
        ]
        : []),
    ],
    oneSize: true,
    display: [0, 3000],
    open: openRaster,
  };
}

/**
 * Opens a split of SEN12MS-CR: names are read at once, pixels with each sample.
 *
 * Samples have one frame, 13 bands in DN and the auxiliary bands VV and VH in dB; the target depicts
 * that place on another day. The card's scaling of the paper is [0, 10000] for the images and
 * [−25, 0] for the auxiliary bands, both clipped.
 *
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {InputError} If the root or a file is missing, or the split is empty; later, from `sample`,
 *   if a file cannot be read, does not hold what it must, holds NaN or no data.
 */
export async function sen12MsCr(options: Sen12MsCrOptions): Promise<Dataset> {
  const checked = checkOptions<Sen12MsCrOptions>(options, {
    checks: CHECKS,
    defaults: {
      split: "train",
      splits: "exact",
      sar: true,
      bands: SENTINEL2_NAMES,
      nan: "error",
      tileSize: 256,
      crop: undefined,
      augment: false,
      skipIncomplete: false,
    } as Partial<Sen12MsCrOptions>,
    path: "$.data",
  }) as Required<Sen12MsCrOptions>;
  const { split, tileSize, augment, skipIncomplete } = checked;
  const listing = await listSen12MsCr(checked);
  return fileDataset(listing, {
    split,
    tileSize,
    length: 1,
    crop: checked.crop ?? (split === "train" ? "random" : "middle"),
    skipIncomplete,
    ...(augment && { turn: anySymmetry }),
  });
}
