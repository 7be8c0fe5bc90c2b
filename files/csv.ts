/**
 * CSV tables, parsed by csv-parse. No other file imports that package.
 *
 * @module
 */

import { parse } from "npm:csv-parse@7.0.3/sync";
import { InputError } from "../core/mod.ts";

/** Values of one row by column name. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * Parses CSV whose first line names the columns (RFC 4180). Lines that begin with # are comments.
 *
 * @param name Name of the table in error messages.
 * @throws {InputError} If a row has a different number of columns, or a quote is not closed.
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
