/**
 * Metrics of restored images: MAE, RMSE, PSNR, SSIM, SAM in their standard definitions, with the
 * data range stated and no stretch.
 *
 * @module
 */

export { mae, psnr, rmse } from "./error.ts";
export type { ImageOptions, RangeOptions } from "./image.ts";
export { sam } from "./sam.ts";
export { type Score, score } from "./score.ts";
export { ssim } from "./ssim.ts";
