/**
 * CSV tables (RFC 4180), parsed by csv-parse. No other file imports that package.
 *
 * @module
 */

import { parse } from "npm:csv-parse@7.0.3/sync";
import { InputError, redacted } from "../core/mod.ts";

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

/** Beginnings of cells that spreadsheets execute as formulas, behind any number of apostrophes. */
const FORMULA = /^'*[=+\-@\t\r\n]/;

/**
 * Formats one cell. Numbers stay as they are. Text that a spreadsheet would execute as a formula gets
 * an apostrophe in front, see {@linkcode cellText}; addresses lose query strings and passwords.
 *
 * @example
 * ```ts
 * import { cellText, csvCell } from "./csv.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(csvCell(-1.5), "-1.5");
 * assertEquals(csvCell('=HYPERLINK("x")'), `"'=HYPERLINK(""x"")"`);
 * assertEquals(cellText("'=1"), "=1");
 * ```
 */
export function csvCell(value: string | number | null | undefined): string {
  if (typeof value !== "string") return value?.toString() ?? "";
  const shown = redacted(value);
  const text = FORMULA.test(shown) ? `'${shown}` : shown;
  // Readers trim unquoted spaces at the ends.
  return /[",\r\n\t]|^\s|\s$/.test(text) || text !== shown
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}

/** The text of a parsed cell that {@linkcode csvCell} wrote. */
export function cellText(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

/** Formats one line without its end. */
export function csvLine(cells: readonly (string | number | null | undefined)[]): string {
  return cells.map(csvCell).join(",");
}
