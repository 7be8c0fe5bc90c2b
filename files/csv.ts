/**
 * Tables as CSV: the one door to csv-parse.
 *
 * @module
 */

import { parse } from "npm:csv-parse@7.0.3/sync";
import { InputError } from "../core/mod.ts";

/** One row by the names of the columns. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * Rows of a CSV text whose first line names the columns (RFC 4180; lines that begin with # are left
 * out).
 *
 * @param name What the text is called in errors.
 * @throws {InputError} If a row has another number of columns, or a quote is not closed.
 */
export function parseCsv(text: string, name: string): readonly CsvRow[] {
  try {
    return parse(text, {
      columns: true,
      bom: true,
      comment: "#",
      comment_no_infix: true,
      skip_empty_lines: true,
      trim: true,
    }) as CsvRow[];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`Cannot read ${name}: it must be CSV with a header line, got: ${reason}`, {
      cause: error,
    });
  }
}
