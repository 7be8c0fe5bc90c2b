/**
 * Names and colours of the classes of the provenance raster.
 *
 * @module
 */

import type { RasterClass } from "../rasters/mod.ts";

/** Classes of the provenance raster, by value; the colours are those of the report. */
export const PROVENANCE_CLASSES: readonly RasterClass[] = [
  { name: "no data", color: [0, 0, 0] },
  { name: "observed", color: [185, 191, 201] },
  { name: "restored, and clear on another date", color: [31, 158, 137] },
  { name: "reconstructed", color: [232, 116, 59] },
];
