/**
 * Examination of one file of a dataset: problems, and statistics of its values.
 *
 * @module
 */

import { InputError, type Raster } from "../core/mod.ts";
import { sha256Stream } from "../files/mod.ts";
import { headerProblems, nodataOf, type Problem } from "./file_form.ts";
import type { RasterFile, RasterHeader } from "../rasters/mod.ts";
import type { FileForm, Layer } from "./sample_files.ts";
import { type BandValues, noValues } from "./value_ranges.ts";

/** Result of {@linkcode examineFile}. */
export interface FileExam {
  readonly problems: readonly Problem[];
  /** Undefined where the file cannot be opened. */
  readonly header?: RasterHeader;
  /** Values by band of the form; empty if bands or pixel type are not those of the form. */
  readonly values: readonly BandValues[];
  /** Number of pixels without data. */
  readonly empty: number;
  /** Number of NaN that the form gives a meaning, see {@linkcode FileForm.nan}. */
  readonly meant: number;
  /** Digest of the pixels; undefined if they cannot be read or all have one value. */
  readonly hash?: string;
}

/** Number of values read at once. */
const STRIP_VALUES = 2 ** 22;
/** Number of values of a band that percentiles are estimated from. */
const SOME = 4096;

/** Classifies an error of reading. */
function readProblem(error: unknown): Problem {
  if (!(error instanceof InputError)) throw error;
  const { message } = error;
  const kind = /got an empty file/.test(message)
    ? "empty"
    : /cut off/.test(message)
    ? "truncated"
    : "unreadable";
  return { kind, message };
}

/** Counts and sums over the values of a file. */
class Count {
  readonly values: readonly BandValues[];
  readonly hash = sha256Stream();
  empty = 0;
  notFinite = 0;
  outside = 0;
  /** Some value outside the range. */
  worst = 0;
  #pixel = 0;
  readonly #nodata: number | undefined;
  readonly #form: FileForm;
  readonly #stride: number;

  constructor(header: RasterHeader, form: FileForm) {
    this.values = header.bands.map(noValues);
    this.#nodata = nodataOf(header, form);
    this.#form = form;
    // Odd, so that it does not fall on the same columns of every row.
    this.#stride = Math.ceil(header.width * header.height / SOME) | 1;
  }

  add({ data, bands: { length: bands } }: Raster): void {
    this.hash.update(data);
    const [low, high] = this.#form.range ?? [-Infinity, Infinity];
    for (let i = 0; i < data.length; i += bands) {
      const isSome = this.#pixel++ % this.#stride === 0;
      let b = 0;
      while (b < bands && data[i + b] === this.#nodata) b++;
      if (b === bands) {
        this.empty++;
        continue;
      }
      for (b = 0; b < bands; b++) {
        const value = data[i + b]!;
        if (!Number.isFinite(value)) {
          this.notFinite++;
          continue;
        }
        const band = this.values[b]!;
        if (value < band.min) band.min = value;
        if (value > band.max) band.max = value;
        band.sum += value;
        band.count++;
        if (isSome) band.some.push(value);
        if (value < low || value > high) {
          this.outside++;
          this.worst = value;
        }
      }
    }
  }

  problems({ width, height, bands }: RasterHeader): readonly Problem[] {
    const { nan, classes, range, mean } = this.#form;
    const found: Problem[] = [];
    const all = width * height * bands.length;
    if (this.notFinite > 0 && nan === undefined) {
      const message = `it must hold finite values, got ${this.notFinite} of ${all} that are not`;
      found.push({ kind: "nan", message });
    }
    const counted = this.values.reduce((sum, { count }) => sum + count, 0);
    if (counted === 0) {
      if (this.notFinite === 0) {
        found.push({ kind: "empty", message: `it must hold data, got none in any pixel` });
      }
      return found;
    }
    const flat = this.values.flatMap(({ min, max }, b) => min === max ? [{ b, min }] : []);
    if (flat.length > 0 && classes !== true && width * height > 1) {
      const names = flat.length === bands.length
        ? "its bands"
        : flat.map(({ b }) => this.#form.bands[b] ?? bands[b]).join(", ");
      const message = `${names} must hold more than one value, got ${flat[0]!.min} throughout`;
      found.push({ kind: "empty", message });
    }
    if (this.outside > 0) {
      const message = `its values must lie in [${range!.join(", ")}], got ${this.outside} of ` +
        `${all} that do not, such as ${this.worst}`;
      found.push({ kind: "range", message });
    }
    const average = this.values.reduce((sum, band) => sum + band.sum, 0) / counted;
    if (mean !== undefined && (average < mean[0] || average > mean[1])) {
      const message = `its mean must lie in [${mean.join(", ")}], got ${
        Number(average.toPrecision(4))
      }; is it in another unit?`;
      found.push({ kind: "range", message });
    }
    return found;
  }
}

async function readStrips(file: RasterFile, count: Count): Promise<void> {
  const { width, height, bands } = file.header;
  const fitting = Math.max(1, Math.floor(STRIP_VALUES / (width * bands.length)));
  const rows = Math.max(file.blockHeight, fitting - fitting % file.blockHeight);
  for (let row = 0; row < height; row += rows) {
    const window = { column: 0, row, width, height: Math.min(rows, height - row) };
    count.add(await file.read({ window }));
  }
}

/** Reads a file from end to end, in strips, and returns its problems and statistics. */
export async function examineFile(
  { path, form }: Layer,
  open: (path: string) => Promise<RasterFile>,
): Promise<FileExam> {
  const nothing = { values: [], empty: 0, meant: 0 };
  let file: RasterFile;
  try {
    file = await open(path);
  } catch (error) {
    return { ...nothing, problems: [readProblem(error)] };
  }
  const { header } = file;
  const problems = [...headerProblems(header, form)];
  const isForeign = problems.length > 0;
  const count = new Count(header, form);
  try {
    await readStrips(file, count);
  } catch (error) {
    return { ...nothing, header, problems: [...problems, readProblem(error)] };
  } finally {
    await file.close();
  }
  const inside = count.problems(header);
  // The ranges of the form hold for its own bands and pixel types only.
  problems.push(...inside.filter(({ kind }) => !isForeign || kind === "empty" || kind === "nan"));
  const isAlike = count.values.every(({ min, max }) => !(min < max));
  count.hash.update(`${header.width} ${header.height} ${header.bands.length} ${header.dtype}`);
  return {
    problems,
    header,
    values: isForeign ? [] : count.values,
    empty: count.empty,
    meant: form.nan === undefined ? 0 : count.notFinite,
    ...(isAlike || form.classes ? {} : { hash: count.hash.hex() }),
  };
}
