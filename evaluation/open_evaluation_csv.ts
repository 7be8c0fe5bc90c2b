/**
 * CSV file of an evaluation that grows case by case and resumes after an interruption.
 *
 * @module
 */

import { OutputError } from "../core/mod.ts";
import { checkOverwrite, textOf } from "../files/mod.ts";
import { csvHead, csvLines } from "./evaluation_csv.ts";
import type { EvaluationRow } from "./evaluation_row.ts";
import { type ReadRow, rowsOf } from "./read_evaluation_csv.ts";

/** An open file that rows are appended to. */
export interface EvaluationCsv {
  /** Rows of the same run that the file already held. */
  readonly done: readonly EvaluationRow[];
  /** Appends the rows of a case and flushes them to disk. */
  append(rows: readonly EvaluationRow[]): Promise<void>;
  /** Closes the file. */
  close(): void;
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

/**
 * Opens a CSV for writing. Rows of the same run are kept and the file resumes after them; the last case
 * is dropped, since an interruption may have cut it short.
 *
 * @throws {OutputError} If the file belongs to another run or is not such a file, and `overwrite` is
 *   not set.
 */
export async function openEvaluationCsv(
  path: string,
  { run, bands, overwrite = false }: {
    readonly run: string;
    readonly bands: readonly string[];
    readonly overwrite?: boolean;
  },
): Promise<EvaluationCsv> {
  const head = csvHead(bands);
  let done: readonly ReadRow[] = [];
  const text = overwrite ? undefined : await textOf(path);
  if (text === undefined) await checkOverwrite(path, { overwrite });
  else {
    const fail = (what: string): never => {
      throw new OutputError(
        `Cannot resume ${path}: it must belong to this evaluation, got ${what}; choose another ` +
          "name, or replace it (--overwrite)",
      );
    };
    // An interruption during the first line leaves its beginning.
    if (!text.startsWith(head) && !head.startsWith(text)) fail("other columns");
    const read = completed(text, path);
    const other = read.rows.find((row) => row.run !== run);
    if (other !== undefined) fail(`rows of run ${other.run}, where this is ${run}`);
    done = read.done;
  }
  const encoder = new TextEncoder();
  const start = head + csvLines(done, { run, bands });
  const file = await Deno.open(path, { write: true, create: true })
    .catch((error: unknown) => {
      throw new OutputError(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
    });
  const write = async (text: string) => {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  };
  if (text?.startsWith(start)) {
    // Kept rows are not rewritten, so that a second interruption cannot lose them.
    const length = encoder.encode(start).length;
    await file.truncate(length);
    await file.seek(length, Deno.SeekMode.Start);
  } else {
    await file.truncate(0);
    await write(start);
  }
  return {
    done: done.map(({ run: _, ...row }) => row),
    append: async (rows) => await write(csvLines(rows, { run, bands })),
    close: () => file.close(),
  };
}
