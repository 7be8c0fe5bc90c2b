/**
 * Walks a dataset and says what is wrong with it, file by file; nothing stops it.
 *
 * @module
 */

import { drawSheet, filePictures, type SheetRow } from "./check_sheet.ts";
import { type BandRange, Walk } from "./check_walk.ts";
import type { Picture } from "../rasters/mod.ts";
import type { Finding, Listing } from "./sample_files.ts";

export type { BandRange, Role } from "./check_walk.ts";

/** How many samples a split has. */
export interface SplitCount {
  readonly name: string;
  readonly samples: number;
  /** Samples of which no file is missing. */
  readonly complete: number;
  /** Samples whose files were read. */
  readonly checked: number;
}

/** What {@linkcode checkDataset} found. */
export interface DataReport {
  /** Type of the dataset as in JSON. */
  readonly type: string;
  readonly root: string;
  /** Band names of the images. */
  readonly bands: readonly string[];
  readonly splits: readonly SplitCount[];
  /** Files that were read. */
  readonly files: number;
  /** Values by role and band. */
  readonly ranges: readonly BandRange[];
  /** Share of pixels without data. */
  readonly empty: number;
  /** What is wrong; none is good. */
  readonly findings: readonly Finding[];
  /** What is worth knowing and no fault. */
  readonly notes: readonly string[];
}

/** Options of {@linkcode checkDataset}. */
export interface CheckDatasetOptions {
  /** Samples of each split that are read, evenly spread. Default all. */
  readonly limit?: number;
  /** Least side of the images that the loader gives: that of a model's tiles. Default any. */
  readonly tileSize?: number;
  /** Samples of the picture sheet. Default 0, no sheet. */
  readonly rows?: number;
  /** Hears of every sample. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

/** Some items, evenly spread. */
function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  const step = items.length / count;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i + 0.5) * step)]!);
}

/** What is said of splits without a sample: an error where one is asked for, else a note. */
function emptySplits({ splits, samples, root }: Listing) {
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

/** What auxiliary images show black and white, where they are files of their own. */
function auxiliaryDisplay(ranges: readonly BandRange[]): readonly [number, number] | undefined {
  const [first] = ranges.filter(({ role }) => role === "auxiliary");
  return first === undefined || first.p1 === first.p99 ? undefined : [first.p1, first.p99];
}

/**
 * Reads every file of a dataset from end to end and says what is wrong, with kind and path of each;
 * a bad file does not end the walk.
 *
 * @param listing From `listSen12MsCr` and its like.
 * @returns What was found, and a picture sheet if rows are asked for: cloudy images, the clear one and
 *   the first auxiliary band, a sample per row, all in one stretch.
 *
 * @example
 * ```ts
 * import { checkDataset } from "./check_dataset.ts";
 * import { listFolderDataset } from "./folder_dataset.ts";
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
