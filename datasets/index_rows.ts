/**
 * Rows of an index file, CSV or JSON lines with the same columns.
 *
 * @module
 */

import { InputError, parseJson } from "../core/mod.ts";
import { parseCsv, readText } from "../files/mod.ts";

/** One row: the files of a sample. */
export interface IndexRow {
  readonly id: string;
  /** "all" if the row states none. */
  readonly split: string;
  readonly cloudy: readonly string[];
  readonly target: string;
  readonly sar: readonly string[];
  readonly mask: readonly string[];
  readonly dates: readonly string[];
  readonly reference?: number;
  /** Number of the row, from 1; in JSON lines that of the line. */
  readonly line: number;
}

const COLUMNS = ["id", "split", "cloudy", "sar", "target", "mask", "date", "reference"];
const isFrame = (name: string) => /^cloudy_\d+$/.test(name);
const isUsed = (name: string) => COLUMNS.includes(name) || isFrame(name);

type Cells = Readonly<Record<string, unknown>>;

/** Parses JSON lines; every object comes with the number of its line. */
function parseJsonLines(text: string, file: string) {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    let value: unknown;
    try {
      value = parseJson(line);
    } catch (error) {
      throw new InputError(
        `Cannot read ${file}: line ${i + 1} must be JSON, got: ${(error as Error).message}`,
        { cause: error },
      );
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new InputError(`Cannot read ${file}: line ${i + 1} must be an object, got ${line}`);
    }
    return [{ cells: value as Cells, line: i + 1 }];
  });
}

/** The strings of a cell: a list, or one string with semicolons. */
function stringsOf(value: unknown): readonly string[] {
  const items = Array.isArray(value) ? value : String(value ?? "").split(";");
  return items.map((item) => String(item).trim()).filter((item) => item !== "");
}

function parseRow(cells: Cells, line: number, file: string): IndexRow {
  const fail = (what: string): never => {
    throw new InputError(`Cannot read ${file}: ${what}`);
  };
  const numbered = Object.keys(cells).filter(isFrame)
    .sort((a, b) => Number(a.slice(7)) - Number(b.slice(7)));
  const cloudy = [cells["cloudy"], ...numbered.map((name) => cells[name])].flatMap(stringsOf);
  const [target, second] = stringsOf(cells["target"]);
  const id = stringsOf(cells["id"])[0] ?? `${line}`;
  if (cloudy.length === 0) fail(`row ${line} (${id}) must name a cloudy image, got none`);
  if (target === undefined || second !== undefined) {
    fail(`row ${line} (${id}) must name one target, got ${stringsOf(cells["target"]).length}`);
  }
  const reference = stringsOf(cells["reference"])[0];
  const frame = reference === undefined ? undefined : Number(reference);
  if (frame !== undefined && !(Number.isInteger(frame) && frame >= 0 && frame < cloudy.length)) {
    fail(
      `the reference of row ${line} (${id}) must be a frame, 0 to ${cloudy.length - 1}, got ` +
        `${reference}`,
    );
  }
  return {
    id,
    split: stringsOf(cells["split"])[0] ?? "all",
    cloudy,
    target: target!,
    sar: stringsOf(cells["sar"]),
    mask: stringsOf(cells["mask"]),
    dates: stringsOf(cells["date"]),
    ...(frame !== undefined && { reference: frame }),
    line,
  };
}

/**
 * Reads an index file.
 *
 * @returns Its rows, and the names of unknown columns.
 * @throws {InputError} If it cannot be read, is neither CSV nor JSON lines, or a row names no cloudy
 *   image, no target or a reference that is not a frame.
 */
export async function readIndexRows(
  file: string,
): Promise<{ readonly rows: readonly IndexRow[]; readonly unused: readonly string[] }> {
  const text = await readText(file).catch((error: unknown) => {
    const isMissing = error instanceof Deno.errors.NotFound;
    const reason = isMissing ? "the file must exist" : (error as Error).message;
    throw new InputError(`Cannot read ${file}: ${reason}`, { cause: error });
  });
  const read = /\.(?:jsonl|ndjson)$/i.test(file)
    ? parseJsonLines(text, file)
    : parseCsv(text, file).map((cells, i): { cells: Cells; line: number } => ({
      cells,
      line: i + 1,
    }));
  const columns = [...new Set(read.flatMap(({ cells }) => Object.keys(cells)))];
  return {
    rows: read.map(({ cells, line }) => parseRow(cells, line, file)),
    unused: columns.filter((name) => !isUsed(name)),
  };
}
