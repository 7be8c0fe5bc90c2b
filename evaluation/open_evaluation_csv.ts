/**
 * CSV file of an evaluation that grows case by case and resumes after an interruption.
 *
 * @module
 */

import { OutputError } from "../core/mod.ts";
import {
  checkOverwrite,
  openScratch,
  type Scratch,
  textOf,
  writeAll,
  writing,
} from "../files/mod.ts";
import { csvHead, csvLines } from "./evaluation_csv.ts";
import type { EvaluationRow } from "./evaluation_row.ts";
import { type ReadRow, rowsOf } from "./read_evaluation_csv.ts";

/** An open file that rows are appended to. */
export interface EvaluationCsv {
  /** Rows of the same run that the file already held. */
  readonly done: readonly EvaluationRow[];
  /** Appends the rows of a case and flushes them to disk. */
  append(rows: readonly EvaluationRow[]): Promise<void>;
  /** Closes the file and lets other runs write it. */
  close(): Promise<void>;
}

/** Complete lines; an interruption may have cut off the last one. */
function wholeLines(text: string): string {
  // A line that ends inside quotes is incomplete too: complete text has an even number of quotes.
  let end = text.lastIndexOf("\n") + 1;
  while (end > 0 && (text.slice(0, end).split('"').length - 1) % 2 === 1) {
    end = text.lastIndexOf("\n", end - 2) + 1;
  }
  return text.slice(0, end);
}

/** All rows, and those of completed cases: the last case may lack rows. */
function completed(text: string, path: string) {
  const whole = wholeLines(text);
  const rows = whole === "" ? [] : rowsOf(whole, path);
  const last = rows.at(-1);
  const done = rows.filter(({ set, image }) => set !== last?.set || image !== last?.image);
  return { rows, done };
}

/** Options of {@linkcode openEvaluationCsv}. */
export interface EvaluationCsvOptions {
  /** Identity of the run, see `evaluationRun`. */
  readonly run: string;
  /** Bands of all images. */
  readonly bands: readonly string[];
  /** Replaces a file of another run. Default false. */
  readonly overwrite?: boolean;
}

/** Text of the file, and the rows in it that the run need not score again. */
async function readDone(
  path: string,
  { run, bands, overwrite = false }: EvaluationCsvOptions,
): Promise<{ readonly text?: string; readonly done: readonly ReadRow[] }> {
  const text = overwrite ? undefined : await textOf(path);
  if (text === undefined) {
    await checkOverwrite(path, { overwrite });
    return { done: [] };
  }
  const fail = (what: string): never => {
    throw new OutputError(
      `Cannot resume ${path}: it must belong to this evaluation, got ${what}; choose another ` +
        "name, or replace it (--overwrite)",
    );
  };
  const head = csvHead(bands);
  // An interruption during the first line leaves its beginning.
  // Earlier versions had no visual columns; the rows of their files have none.
  const heads = [head, csvHead(bands, { visual: false })];
  if (!heads.some((one) => text.startsWith(one) || one.startsWith(text))) fail("other columns");
  const { rows, done } = completed(text, path);
  const other = rows.find((row) => row.run !== run);
  if (other !== undefined) fail(`rows of run ${other.run}, where this is ${run}`);
  return { text, done };
}

/** Opens the file behind the rows to keep; a second interruption cannot lose them. */
async function openBehind(
  start: string,
  { path, text, scratch }: {
    readonly path: string;
    readonly text: string | undefined;
    readonly scratch: Scratch;
  },
): Promise<Deno.FsFile> {
  const bytes = new TextEncoder().encode(start);
  if (!text?.startsWith(start)) {
    const temporary = scratch.path("file");
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      await writeAll(file, bytes);
      await file.sync();
    }
    await Deno.rename(temporary, path);
  }
  const file = await Deno.open(path, { write: true });
  await file.truncate(bytes.length);
  await file.seek(bytes.length, Deno.SeekMode.Start);
  return file;
}

/**
 * Opens a CSV for writing. Rows of the same run are kept and the file resumes after them; the last case
 * is dropped, since an interruption may have cut it short.
 *
 * @throws {OutputError} If the file belongs to another run or is not such a file, and `overwrite` is
 *   not set; if another run is writing it, or it cannot be written.
 */
export async function openEvaluationCsv(
  path: string,
  options: EvaluationCsvOptions,
): Promise<EvaluationCsv> {
  const { run, bands } = options;
  const scratch = await openScratch(path);
  try {
    const { text, done } = await readDone(path, options);
    const start = csvHead(bands) + csvLines(done, { run, bands });
    const file = await writing(path, () => openBehind(start, { path, text, scratch }));
    return {
      done: done.map(({ run: _, ...row }) => row),
      append: (rows) =>
        writing(path, async () => {
          await writeAll(file, new TextEncoder().encode(csvLines(rows, { run, bands })));
          await file.sync();
        }),
      async close() {
        file.close();
        await scratch.remove();
      },
    };
  } catch (error) {
    await scratch.remove();
    throw error;
  }
}
