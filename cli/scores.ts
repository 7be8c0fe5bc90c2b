/**
 * Scores as a table.
 *
 * @module
 */

import type { Score } from "../metrics/mod.ts";
import { table } from "./table.ts";

/** One row per method. MAE and RMSE are reflectances, PSNR is in dB, SAM in degrees. */
export function scoreTable(scores: Readonly<Record<string, Score>>): string {
  const rows = Object.entries(scores).map(([method, { psnr, ssim, mae, rmse, sam }]) => [
    method,
    psnr.toFixed(2),
    ssim.toFixed(4),
    mae.toFixed(4),
    rmse.toFixed(4),
    sam.toFixed(2),
  ]);
  return table([["", "PSNR", "SSIM", "MAE", "RMSE", "SAM"], ...rows]);
}
