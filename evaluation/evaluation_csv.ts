/**
 * Rows of an evaluation as CSV (RFC 4180), written while it runs and read back to go on or to compare.
 *
 * @module
 */

import { InputError, OutputError } from "../core/mod.ts";
import { checkOverwrite, type CsvRow, parseCsv, textOf } from "../files/mod.ts";
import type { NoLpips } from "../metrics/mod.ts";
import {
  BAND_METRICS,
  type BandRow,
  type EvaluationRow,
  type MaskKind,
  type MethodKind,
  PIXEL_GROUPS,
  type PixelGroup,
  ROW_METRICS,
} from "./evaluation_row.ts";

/** Columns that say what a row is of, in order; metrics follow, then those of each band. */
const PLAIN = [
  "run",
  "set",
  "image",
  "method",
  "kind",
  "pixels",
  "count",
  "cover",
  "mask",
  "profile",
  "truth",
  "input",
] as const;

/** The columns of images with these bands. */
export function csvColumns(bands: readonly string[]): readonly string[] {
  return [
    ...PLAIN,
    ...ROW_METRICS,
    ...bands.flatMap((band) => BAND_METRICS.map((metric) => `${metric}_${band}`)),
  ];
}

/** Lines end so (RFC 4180). */
const END = "\r\n";

function csvLine(cells: readonly string[]): string {
  return cells.map((cell) =>
    // Spaces at the ends would be trimmed when it is read.
    /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  ).join(",") + END;
}

/** Rows as lines of CSV without the head; a missing LPIPS says why, other missing numbers are empty. */
export function csvLines(
  rows: readonly EvaluationRow[],
  { run, bands }: { readonly run: string; readonly bands: readonly string[] },
): string {
  return rows.map((row) => {
    const strange = Object.keys(row.bands).find((band) => !bands.includes(band));
    if (strange !== undefined) {
      throw new TypeError(
        `Cannot write ${row.image} to CSV: its bands must be among ${bands.join(", ")}, got ` +
          strange,
      );
    }
    const plain = { ...row, run } as Readonly<Record<typeof PLAIN[number], string | number | null>>;
    const metrics = ROW_METRICS.map((metric) =>
      metric === "lpips" && row.lpips === null ? row.noLpips ?? "" : row[metric] ?? ""
    );
    const byBand = bands.flatMap((band) =>
      BAND_METRICS.map((metric) => row.bands[band]?.[metric] ?? "")
    );
    return csvLine([...PLAIN.map((name) => plain[name] ?? ""), ...metrics, ...byBand].map(String));
  }).join("");
}

/** The whole table with its head. */
export function evaluationCsv(
  rows: readonly EvaluationRow[],
  options: { readonly run: string; readonly bands: readonly string[] },
): string {
  return csvLine(csvColumns(options.bands)) + csvLines(rows, options);
}

/** A row as CSV has it. */
interface ReadRow extends EvaluationRow {
  readonly run: string;
}

function rowOf(
  cells: CsvRow,
  { path, line }: { readonly path: string; readonly line: number },
): ReadRow {
  const fail = (column: string, must: string): never => {
    throw new InputError(
      `Cannot read ${path}: ${column} of row ${line} must be ${must}, got ${
        cells[column] ?? "no such column"
      }`,
    );
  };
  const cellOf = (column: string) => cells[column] ?? fail(column, "there");
  const oneOf = <T extends string>(column: string, words: readonly T[]): T =>
    words.find((word) => word === cells[column]) ?? fail(column, `one of ${words.join(", ")}`);
  const numberOf = (column: string): number => {
    const text = cellOf(column);
    const value = text === "" ? NaN : Number(text);
    return Number.isNaN(value) ? fail(column, "a number") : value;
  };
  const orNull = (column: string) => cellOf(column) === "" ? null : numberOf(column);
  const lpips = Number(cellOf("lpips"));
  const hasLpips = cells["lpips"] !== "" && !Number.isNaN(lpips);
  const named = Object.keys(cells).filter((name) => name.startsWith("bias_"));
  const bands = named.map((name) => name.slice("bias_".length))
    .filter((band) => cells[`bias_${band}`] !== "")
    .map((band) => [
      band,
      Object.fromEntries(BAND_METRICS.map((metric) => [metric, numberOf(`${metric}_${band}`)])),
    ]);
  return {
    run: cellOf("run"),
    set: cellOf("set"),
    image: cellOf("image"),
    method: cellOf("method"),
    kind: oneOf<MethodKind>("kind", ["baseline", "model", "restored"]),
    pixels: oneOf<PixelGroup>("pixels", PIXEL_GROUPS),
    count: numberOf("count"),
    cover: orNull("cover"),
    mask: oneOf<MaskKind>("mask", ["given", "exact", "detected", "none"]),
    profile: cellOf("profile"),
    truth: cellOf("truth"),
    input: cellOf("input"),
    psnr: numberOf("psnr"),
    ssim: orNull("ssim"),
    mae: numberOf("mae"),
    rmse: numberOf("rmse"),
    sam: orNull("sam"),
    lpips: hasLpips ? lpips : null,
    ...(!hasLpips && cells["lpips"] !== "" && { noLpips: cells["lpips"] as NoLpips }),
    bands: Object.fromEntries(bands) as Readonly<Record<string, BandRow>>,
  };
}

function rowsOf(text: string, path: string): readonly ReadRow[] {
  return parseCsv(text, path).map((cells, i) => rowOf(cells, { path, line: i + 1 }));
}

/**
 * The rows of a file that `evaluate` wrote.
 *
 * @throws {InputError} If it is not there or no such file.
 */
export async function readEvaluationCsv(path: string): Promise<readonly EvaluationRow[]> {
  const text = await textOf(path);
  if (text === undefined) throw new InputError(`Cannot read ${path}: the file must exist`);
  return rowsOf(text, path).map(({ run: _, ...row }) => row);
}

/** A file that rows are added to. */
export interface EvaluationCsv {
  /** Rows of the same run that were there. */
  readonly done: readonly EvaluationRow[];
  /** Adds the rows of a case and flushes them to disk. */
  append(rows: readonly EvaluationRow[]): Promise<void>;
  close(): void;
}

/** Whole lines, of which a stop may have cut the last. */
function wholeLines(text: string): string {
  // A line that ends inside quotes is not whole either; every quote of a whole text has its twin.
  let end = text.lastIndexOf("\n") + 1;
  while (end > 0 && (text.slice(0, end).split('"').length - 1) % 2 === 1) {
    end = text.lastIndexOf("\n", end - 2) + 1;
  }
  return text.slice(0, end);
}

/** Rows that are kept, and their text: all but those of the last case, of which some may lack. */
function kept(text: string, path: string) {
  const whole = wholeLines(text);
  const rows = whole === "" ? [] : rowsOf(whole, path);
  const last = rows.at(-1);
  const done = rows.filter(({ set, image }) => set !== last?.set || image !== last?.image);
  return { rows, done };
}

/**
 * Opens a CSV to write to. Where it holds rows of the same run, these are kept, without those of the
 * last case, which a stop may have cut short; the file then goes on.
 *
 * @throws {OutputError} If the file is of another run or no such file and may not be replaced.
 */
export async function openEvaluationCsv(
  path: string,
  { run, bands, overwrite = false }: {
    readonly run: string;
    readonly bands: readonly string[];
    readonly overwrite?: boolean;
  },
): Promise<EvaluationCsv> {
  const head = csvLine(csvColumns(bands));
  let done: readonly ReadRow[] = [];
  const text = overwrite ? undefined : await textOf(path);
  if (text === undefined) await checkOverwrite(path, { overwrite });
  else {
    const fail = (what: string): never => {
      throw new OutputError(
        `Cannot go on with ${path}: it must be of this evaluation, got ${what}; choose another ` +
          "name, or replace it (--overwrite)",
      );
    };
    // A stop before the first line was whole leaves its beginning.
    if (!text.startsWith(head) && !head.startsWith(text)) fail("other columns");
    const read = kept(text, path);
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
    // What is kept is not written again, so that a second stop cannot lose it.
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
