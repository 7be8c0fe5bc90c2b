/**
 * Files that an index names: paths are relative to it, and bands are those of the files.
 *
 * @module
 */

import { isAddress } from "../files/mod.ts";
import { isDay } from "../products/mod.ts";
import { openRaster } from "../rasters/mod.ts";
import { commonBands } from "./common_bands.ts";
import { type IndexRow, readIndexRows } from "./index_rows.ts";
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
  /** Use the column `sar` as auxiliary bands. Default: if a row fills it. */
  readonly sar?: boolean;
  /** Use the column `mask` as cloud masks. Default: if a row fills it. */
  readonly mask?: boolean;
}

function isAbsolute(path: string): boolean {
  return isAddress(path) || /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** Checks the dates of one row. */
function rowFindings({ id, line, dates, cloudy, split }: IndexRow, file: string): Finding[] {
  const found: Finding[] = [];
  for (const date of dates.filter((date) => !isDay(date))) {
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

/** Finds identifiers that occur twice and targets that are in two splits. */
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
 * Lists the files that an index names.
 *
 * @throws {InputError} If the index cannot be read, or a row lacks a required cell.
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
    if (useSar && !hasSar) lack("one SAR image, or one", row.sar.length);
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
