/**
 * Reads the rows of an evaluation from CSV.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { cellText, type CsvRow, parseCsv, textOf as fileText } from "../files/mod.ts";
import { type NoLpips, type NoVisual, VISUAL_MEASURES } from "../metrics/mod.ts";
import {
  BAND_METRICS,
  type BandRow,
  type EvaluationRow,
  largestBias,
  type MaskKind,
  type MethodKind,
  PIXEL_GROUPS,
  type PixelGroup,
} from "./evaluation_row.ts";

/** A row with the run that wrote it. */
export interface ReadRow extends EvaluationRow {
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
  const textOf = (column: string) => cellText(cellOf(column));
  const cellOf = (column: string) => cells[column] ?? fail(column, "present");
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
  const byBand = Object.fromEntries(bands) as Readonly<Record<string, BandRow>>;
  // Files of earlier versions lack these columns.
  const seen = VISUAL_MEASURES.map((measure) => {
    const cell = cells[measure] ?? "";
    const value = cell === "" ? NaN : Number(cell);
    const reason = cell !== "" && Number.isNaN(value) ? cell as NoVisual : undefined;
    return { measure, value: Number.isNaN(value) ? null : value, reason };
  });
  const visual = Object.fromEntries(seen.map(({ measure, value }) => [measure, value]));
  const reasons = seen.flatMap(({ measure, reason }) => reason ? [[measure, reason]] : []);
  return {
    run: textOf("run"),
    set: textOf("set"),
    image: textOf("image"),
    method: textOf("method"),
    kind: oneOf<MethodKind>("kind", ["baseline", "model", "restored"]),
    pixels: oneOf<PixelGroup>("pixels", PIXEL_GROUPS),
    count: numberOf("count"),
    cover: orNull("cover"),
    mask: oneOf<MaskKind>("mask", ["given", "exact", "detected", "none"]),
    profile: textOf("profile"),
    truth: cellOf("truth"),
    input: cellOf("input"),
    psnr: numberOf("psnr"),
    ssim: orNull("ssim"),
    mae: numberOf("mae"),
    rmse: numberOf("rmse"),
    sam: orNull("sam"),
    lpips: hasLpips ? lpips : null,
    ...(!hasLpips && cells["lpips"] !== "" && { noLpips: cells["lpips"] as NoLpips }),
    ...visual as Readonly<Record<typeof VISUAL_MEASURES[number], number | null>>,
    bias: largestBias(byBand),
    ...(reasons.length > 0 && { noVisual: Object.fromEntries(reasons) }),
    bands: byBand,
  };
}

/** Rows of CSV text; `path` is for error messages. */
export function rowsOf(text: string, path: string): readonly ReadRow[] {
  return parseCsv(text, path).map((cells, i) => rowOf(cells, { path, line: i + 1 }));
}

/**
 * Reads the rows of a file that `evaluate` wrote.
 *
 * @throws {InputError} If the file does not exist or is not such a file.
 */
export async function readEvaluationCsv(path: string): Promise<readonly EvaluationRow[]> {
  const text = await fileText(path);
  if (text === undefined) throw new InputError(`Cannot read ${path}: the file must exist`);
  return rowsOf(text, path).map(({ run: _, ...row }) => row);
}
