/**
 * Check of a dataset: reads every file and reports all problems instead of stopping at the first.
 *
 * @module
 */

import { drawSheet, filePictures, type SheetRow } from "./check_sheet.ts";
import { type BandRange, Walk } from "./check_walk.ts";
import type { Picture } from "../rasters/mod.ts";
import type { Finding, Listing } from "./sample_files.ts";

export type { BandRange, Role } from "./check_walk.ts";

/** Number of samples of a split. */
export interface SplitCount {
  /** Name of the split, for example "train". */
  readonly name: string;
  /** Samples of the split, complete or not. */
  readonly samples: number;
  /** Samples with all files present. */
  readonly complete: number;
  /** Samples whose files were read. */
  readonly checked: number;
}

/** Result of {@linkcode checkDataset}. */
export interface DataReport {
  /** Type of the dataset as in JSON. */
  readonly type: string;
  /** Folder or index file of the dataset. */
  readonly root: string;
  /** Band names of the images. */
  readonly bands: readonly string[];
  /** Counts of each split, in the order of the dataset. */
  readonly splits: readonly SplitCount[];
  /** Files that were read. */
  readonly files: number;
  /** Values by role and band. */
  readonly ranges: readonly BandRange[];
  /** Share of pixels without data. */
  readonly empty: number;
  /** Problems; empty for a sound dataset. */
  readonly findings: readonly Finding[];
  /** Remarks that are not problems. */
  readonly notes: readonly string[];
}

/** Options of {@linkcode checkDataset}. */
export interface CheckDatasetOptions {
  /** Number of samples of each split that are read, evenly spaced. Default all. */
  readonly limit?: number;
  /** Least side of the images after loading: that of a model's tiles. Default any. */
  readonly tileSize?: number;
  /** Samples of the picture sheet. Default 0, no sheet. */
  readonly rows?: number;
  /** Called after every sample. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

/** Picks some items, evenly spaced. */
function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  const step = items.length / count;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i + 0.5) * step)]!);
}

/** Reports splits without a sample: a finding if no split has one, otherwise a note. */
function emptySplits({ splits, samples, records = 0, root }: Listing) {
  if (records > 0) return { findings: [], notes: [] };
  const empty = splits.filter((name) => !samples.some(({ split }) => split === name));
  const isFault = samples.length === 0;
  return {
    findings: isFault
      ? [{ kind: "split" as const, path: root, message: "it must have a sample, got none" }]
      : [],
    notes: isFault ? [] : empty.map((name) => `split ${name} has no sample`),
  };
}

/** Values shown as black and white: those of the listing, or the bulk of the clear images. */
export function displayOf(
  { display }: Pick<Listing, "display">,
  ranges: readonly BandRange[],
): readonly [number, number] {
  if (display !== undefined) return display;
  const clear = ranges.filter(({ role }) => role === "target");
  const low = Math.min(...clear.map(({ p1 }) => p1));
  const high = Math.max(...clear.map(({ p99 }) => p99));
  return low < high ? [low, high] : [0, 1];
}

/** Values of auxiliary images shown as black and white; undefined where there are none. */
function auxiliaryDisplay(ranges: readonly BandRange[]): readonly [number, number] | undefined {
  const [first] = ranges.filter(({ role }) => role === "auxiliary");
  return first === undefined || first.p1 === first.p99 ? undefined : [first.p1, first.p99];
}

/**
 * Reads every file of a dataset from end to end and reports each problem with its kind and path.
 *
 * @param listing From `listDataset`.
 * @returns The report, and a picture sheet if `rows` > 0: one row per sample with its cloudy images,
 *   clear image and first auxiliary band, all with the same stretch.
 *
 * @example
 * ```ts
 * import { checkDataset } from "./check_dataset.ts";
 * import { listFolderDataset } from "./folder_files.ts";
 * import { writeCog } from "../rasters/write_cog.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * for (const [i, part] of ["clear", "cloudy"].entries()) {
 *   await Deno.mkdir(`${root}/${part}`);
 *   const data = new Uint16Array([1 + i, 2, 3, 4]);
 *   const raster = { width: 2, height: 2, bands: ["B02"], dtype: "uint16", data } as const;
 *   await writeCog(`${root}/${part}/a.tif`, raster);
 * }
 * await Deno.writeTextFile(`${root}/cloudy/notes.txt`, "none");
 * const { report: { findings } } = await checkDataset(await listFolderDataset({ root }));
 * assertEquals(findings.map(({ kind }) => kind), ["name"]);
 * ```
 */
export async function checkDataset(
  listing: Listing,
  { limit = Infinity, tileSize = 1, rows = 0, onProgress }: CheckDatasetOptions = {},
): Promise<{ readonly report: DataReport; readonly sheet?: Picture }> {
  const walk = new Walk(listing, tileSize);
  const bySplit = listing.splits.map((name) => {
    const samples = listing.samples.filter(({ split }) => split === name);
    return { name, samples, chosen: spread(samples, limit) };
  });
  const chosen = bySplit.flatMap((split) => split.chosen);
  for (const [i, sample] of chosen.entries()) {
    await walk.sample(sample);
    onProgress?.(i + 1, chosen.length, sample.name);
  }
  walk.close();
  const empty = emptySplits(listing);
  const ranges = walk.ranges();
  const report: DataReport = {
    type: listing.type,
    root: listing.root,
    bands: listing.bands,
    splits: bySplit.map(({ name, samples, chosen }) => ({
      name,
      samples: samples.length,
      complete: samples.filter(({ complete }) => complete).length,
      checked: chosen.length,
    })),
    files: walk.files,
    ranges,
    empty: walk.empty,
    findings: [...walk.findings, ...empty.findings],
    notes: [...listing.notes, ...walk.notes, ...empty.notes],
  };
  if (rows === 0 || walk.good.length === 0) return { report };
  const shown: SheetRow[] = [];
  for (const sample of spread(walk.good, rows)) shown.push(await filePictures(listing, sample));
  const auxiliary = auxiliaryDisplay(ranges);
  const sheet = drawSheet(shown, {
    display: displayOf(listing, ranges),
    ...(auxiliary && { auxiliary }),
  });
  return { report, sheet };
}
