/**
 * Samples listed in a file: one line with the paths of its cloudy images, its clear image and what
 * goes with them.
 *
 * CSV with a header line, or JSON lines (`.jsonl`, `.ndjson`). Columns: `id`, `split`, `cloudy` (or
 * `cloudy_0`, `cloudy_1`, …), `sar`, `target`, `mask`, `date`, `reference`; only `cloudy` and `target`
 * are required. Several paths in one CSV cell have semicolons between them, in JSON they are a list.
 * Paths are relative to the file.
 *
 * @module
 */

import {
  boolean,
  checkOptions,
  type Checks,
  InputError,
  integer,
  list,
  string,
} from "../core/mod.ts";
import { isAddress } from "../files/mod.ts";
import { commonBands, withBands } from "./common_bands.ts";
import type { Dataset } from "./dataset.ts";
import { anySymmetry, checkReference, fileDataset } from "./file_dataset.ts";
import { openRaster } from "../rasters/mod.ts";
import { type IndexRow, readIndexRows } from "./index_rows.ts";
import { isDay } from "../products/mod.ts";
import {
  type FileForm,
  type Finding,
  type Layer,
  type Listing,
  MASK,
  type SampleFiles,
} from "./sample_files.ts";

/** Options of {@linkcode listIndexDataset}. */
export interface IndexDatasetFiles {
  /** The CSV or JSON lines file. */
  readonly file: string;
  /** Only rows of this split. Default all. */
  readonly split?: string;
  /** Names of the images' bands in order, where the files do not state them. */
  readonly bands?: readonly string[];
  /** Whether the column `sar` is the auxiliary bands. Default where it is filled. */
  readonly sar?: boolean;
  /** Whether the column `mask` is read. Default where it is filled. */
  readonly mask?: boolean;
}

/** Options of {@linkcode indexDataset}. */
export interface IndexDatasetOptions extends IndexDatasetFiles {
  /** Side of the square crops, in pixels. */
  readonly tileSize: number;
  /** Frames L: the first ones of each row are used. Default: as many as the first row has. */
  readonly length?: number;
  /** Random crops and symmetries; without, the crop in the middle, unturned. Default true. */
  readonly augment?: boolean;
  /** The frame that the target depicts, where a row does not say. Default the last. */
  readonly reference?: number;
}

const CHECKS: Checks<IndexDatasetOptions> = {
  file: string,
  split: string,
  bands: list(string, { min: 1 }),
  sar: boolean,
  mask: boolean,
  tileSize: integer({ min: 1 }),
  length: integer({ min: 1 }),
  augment: boolean,
  reference: integer({ min: 0 }),
};

function isAbsolute(path: string): boolean {
  return isAddress(path) || /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** Findings of one row, without its files. */
function rowFindings({ id, line, dates, cloudy, split }: IndexRow, file: string): Finding[] {
  const found: Finding[] = [];
  for (const date of dates.filter((text) => !isDay(text))) {
    const message = `the date of ${id}, line ${line}, must be a day as 2018-03-07, got ${date}`;
    found.push({ kind: "date", path: file, message, split });
  }
  if (dates.length > 1 && dates.length !== cloudy.length) {
    const message = `${id}, line ${line}, must have a date for each of ${cloudy.length} frames, ` +
      `got ${dates.length}`;
    found.push({ kind: "date", path: file, message, split });
  }
  return found;
}

/** Names and targets that occur where they must not. */
function repeated(rows: readonly IndexRow[], file: string): readonly Finding[] {
  const found: Finding[] = [];
  const ids = new Map<string, IndexRow>();
  const targets = new Map<string, IndexRow>();
  for (const row of rows) {
    const { id, line, split, target } = row;
    const same = ids.get(id);
    if (same !== undefined) {
      const message = `id ${id} must stand for one row, got lines ${same.line} and ${line}`;
      found.push({ kind: "name", path: file, message, split });
    }
    const other = targets.get(target);
    if (other !== undefined && other.split !== split) {
      const message = `the target ${target} must be in one split, got ${other.split} (line ` +
        `${other.line}) and ${split} (line ${line})`;
      found.push({ kind: "split", path: file, message, split });
    }
    ids.set(id, same ?? row);
    targets.set(target, other ?? row);
  }
  return found;
}

/**
 * The files of an index.
 *
 * @throws {InputError} If the file cannot be read, or a row lacks what it must have.
 */
export async function listIndexDataset(
  { file, split, bands: given, sar, mask }: IndexDatasetFiles,
): Promise<Listing> {
  const { rows: all, unused } = await readIndexRows(file);
  const rows = split === undefined ? all : all.filter((row) => row.split === split);
  const folder = /[\\/]/.test(file) ? file.replace(/[\\/][^\\/]*$/, "") : ".";
  const pathOf = (path: string) => isAbsolute(path) ? path : `${folder}/${path}`;
  const useSar = sar ?? rows.some((row) => row.sar.length > 0);
  const useMask = mask ?? rows.some((row) => row.mask.length > 0);
  const bands = given ?? await commonBands(rows.map(({ target }) => pathOf(target)), openRaster);
  const sarBands = useSar
    ? await commonBands(rows.flatMap((row) => row.sar.map(pathOf)), openRaster)
    : [];
  const form: FileForm = { bands, named: given === undefined };
  const sarForm: FileForm = { bands: sarBands, named: true };
  const layer = (path: string, form: FileForm): Layer => ({ path: pathOf(path), form });
  const findings: Finding[] = [...repeated(all, file)];
  const samples = rows.map((row): SampleFiles => {
    const { id, line, cloudy, target, dates } = row;
    findings.push(...rowFindings(row, file));
    const lack = (what: string, count: number) => {
      const message =
        `${id}, line ${line}, must have ${what} of each of ${cloudy.length} frames, ` +
        `got ${count}`;
      findings.push({ kind: "missing", path: file, message, split: row.split });
    };
    const hasSar = row.sar.length === 1 || row.sar.length === cloudy.length;
    const hasMask = row.mask.length === cloudy.length;
    if (useSar && !hasSar) lack("one sar image, or that", row.sar.length);
    if (useMask && !hasMask) lack("a mask", row.mask.length);
    return {
      name: id,
      split: row.split,
      frames: cloudy.map((path, l) => {
        const radar = row.sar.length === 1 ? row.sar[0] : row.sar[l];
        const hidden = row.mask[l];
        return {
          cloudy: [layer(path, form)],
          ...(useSar && radar !== undefined && { auxiliary: [layer(radar, sarForm)] }),
          ...(useMask && hidden !== undefined && { mask: layer(hidden, MASK) }),
          ...(dates.length === cloudy.length && { date: dates[l]! }),
        };
      }),
      target: [layer(target, form)],
      reference: row.reference ?? cloudy.length - 1,
      complete: (!useSar || hasSar) && (!useMask || hasMask),
    };
  });
  return {
    type: "index",
    root: file,
    splits: split === undefined ? [...new Set(all.map((row) => row.split))] : [split],
    samples,
    bands,
    findings,
    notes: unused.length > 0 ? [`columns that are not used: ${unused.join(", ")}`] : [],
    oneSize: false,
    open: openRaster,
  };
}

/**
 * Opens the samples of an index file: the file is read at once, pixels with each sample.
 *
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {InputError} If the index cannot be read, a row lacks what it must have, or the split has
 *   none; later, from `sample`, if an image is missing, cannot be read, does not match its target, is
 *   smaller than a tile, or holds NaN or no data.
 * @throws {RangeError} If the reference is no frame.
 */
export async function indexDataset(options: IndexDatasetOptions): Promise<Dataset> {
  const checked = checkOptions<IndexDatasetOptions>(options, {
    checks: CHECKS,
    defaults: {
      split: undefined,
      bands: undefined,
      sar: undefined,
      mask: undefined,
      length: undefined,
      augment: true,
      reference: undefined,
    } as unknown as Partial<IndexDatasetOptions>,
    path: "$.data",
  });
  const { split, tileSize, augment, reference } = checked;
  const listing = await withBands(await listIndexDataset(checked));
  const length = checked.length ?? listing.samples[0]?.frames.length ?? 1;
  if (split !== undefined && listing.samples.length === 0) {
    throw new InputError(`Cannot use the dataset ${listing.root}: split ${split} must have a row`);
  }
  return fileDataset(checkReference(listing, { reference, length }), {
    tileSize,
    length,
    crop: augment === false ? "middle" : "random",
    ...(augment !== false && { turn: anySymmetry }),
  });
}
