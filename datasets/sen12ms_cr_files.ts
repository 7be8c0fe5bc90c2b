/**
 * Files of SEN12MS-CR: `root/ROIs1158_spring_s1/s1_31/ROIs1158_spring_s1_31_p30.tif`, and the same with
 * `s2` (clear) and `s2_cloudy` for `s1`. Sentinel-2: 13 bands, DN; Sentinel-1: VV and VH in dB.
 *
 * @module
 */

import { SENTINEL2_NAMES } from "../core/mod.ts";
import { withoutSlash } from "../files/mod.ts";
import { openRaster } from "../rasters/mod.ts";
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
  /** Rule by which regions are assigned to splits. Default "exact". */
  readonly splits?: SplitRule;
  /** Use Sentinel-1 as auxiliary bands. Default true. */
  readonly sar?: boolean;
  /** Bands of Sentinel-2 in order. Default all 13. */
  readonly bands?: readonly string[];
  /** Treatment of NaN in Sentinel-1: an error, or −25 dB as published. Default "error". */
  readonly nan?: "error" | "published";
}

/** Lower bound of the published scaling, to which the published loader maps NaN. */
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

/** Notes on training regions that the published rule takes from the other splits. */
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
 * Lists the files of SEN12MS-CR by their names.
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
          const pair = path(kinds.find((other) => sets[other].has(patch))!);
          const message = `the file must exist, as ${pair} does`;
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
