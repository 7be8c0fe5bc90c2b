/**
 * Rows of an evaluation as CSV (RFC 4180).
 *
 * @module
 */

import { csvLine } from "../files/mod.ts";
import { BAND_METRICS, type EvaluationRow, ROW_METRICS, VISUAL_COLUMNS } from "./evaluation_row.ts";

/** First columns, which identify a row; metrics follow, then those of each band. */
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

/** Options of {@linkcode csvColumns}. */
export interface CsvColumnsOptions {
  /** Includes the visual columns, which files of earlier versions lack. Default true. */
  readonly visual?: boolean;
}

/** Columns for images with these bands. */
export function csvColumns(
  bands: readonly string[],
  { visual = true }: CsvColumnsOptions = {},
): readonly string[] {
  return [
    ...PLAIN,
    ...ROW_METRICS,
    ...(visual ? VISUAL_COLUMNS : []),
    ...bands.flatMap((band) => BAND_METRICS.map((metric) => `${metric}_${band}`)),
  ];
}

/** Line ending of RFC 4180. */
const END = "\r\n";

/** Header line for images with these bands. */
export function csvHead(bands: readonly string[], options: CsvColumnsOptions = {}): string {
  return csvLine(csvColumns(bands, options)) + END;
}

/** Rows as CSV lines without the header. A missing LPIPS or visual measure gives its reason; others are empty. */
export function csvLines(
  rows: readonly EvaluationRow[],
  { run, bands }: { readonly run: string; readonly bands: readonly string[] },
): string {
  return rows.map((row) => {
    const unknown = Object.keys(row.bands).find((band) => !bands.includes(band));
    if (unknown !== undefined) {
      throw new TypeError(
        `Cannot write ${row.image} to CSV: its bands must be among ${bands.join(", ")}, got ` +
          unknown,
      );
    }
    const plain = { ...row, run } as Readonly<Record<typeof PLAIN[number], string | number | null>>;
    const metrics = ROW_METRICS.map((metric) =>
      metric === "lpips" && row.lpips === null ? row.noLpips ?? "" : row[metric] ?? ""
    );
    const visual = VISUAL_COLUMNS.map((column) =>
      row[column] ?? (column === "bias" ? "" : row.noVisual?.[column] ?? "")
    );
    const byBand = bands.flatMap((band) =>
      BAND_METRICS.map((metric) => row.bands[band]?.[metric] ?? "")
    );
    return csvLine([...PLAIN.map((name) => plain[name]), ...metrics, ...visual, ...byBand]) + END;
  }).join("");
}

/** Rows as CSV with the header. */
export function evaluationCsv(
  rows: readonly EvaluationRow[],
  options: { readonly run: string; readonly bands: readonly string[] },
): string {
  return csvHead(options.bands) + csvLines(rows, options);
}
