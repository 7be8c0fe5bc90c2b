/**
 * Scores as a table for the terminal.
 *
 * @module
 */

import type { Score } from "../metrics/mod.ts";
import { table } from "./table.ts";

type Columns = "psnr" | "ssim" | "mae" | "rmse" | "sam";

/** One row per method, and the units that the heads do not have. */
export function scoreTable(
  scores: Readonly<Record<string, { readonly [K in Columns]: Score[K] | null }>>,
): string {
  const cell = (value: number | null, digits: number) => value?.toFixed(digits) ?? "–";
  const rows = Object.entries(scores).map(([method, { psnr, ssim, mae, rmse, sam }]) => [
    method,
    cell(psnr, 2),
    cell(ssim, 4),
    cell(mae, 4),
    cell(rmse, 4),
    cell(sam, 2),
  ]);
  const head = ["", "PSNR (dB)", "SSIM", "MAE", "RMSE", "SAM (°)"];
  return `${table([head, ...rows])}\nMAE and RMSE are in reflectance.`;
}
