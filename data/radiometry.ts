/**
 * From the numbers of a Sentinel-2 file to reflectance.
 *
 * @module
 */

import type { SceneFile } from "./scene_file.ts";

/** How reflectance is had from stored numbers: reflectance = stored · scale + offset. */
export interface Radiometry {
  /** Scale of each band of the file. */
  readonly scales: readonly number[];
  /** Offset of each band of the file, in reflectance. */
  readonly offsets: readonly number[];
  /** Where scale and offset come from, in a line. */
  readonly evidence: string;
  /** What speaks against them, in a line, with the cure. */
  readonly warning?: string;
}

/** Options of {@linkcode sentinel2Radiometry}. */
export interface Sentinel2RadiometryOptions {
  /** What is added to the digital numbers; default "auto": what the product tells. */
  readonly offset?: "auto" | number;
}

/** Finds the scale and offset of a scene's bands. */
export function sentinel2Radiometry(
  { header }: SceneFile,
  { offset = "auto" }: Sentinel2RadiometryOptions = {},
): Promise<Radiometry> {
  const scale = header.dtype === "uint8" ? 1 / 255 : 1e-4;
  const dn = offset === "auto" ? 0 : offset;
  return Promise.resolve({
    scales: header.scales ?? header.bands.map(() => scale),
    offsets: header.offsets ?? header.bands.map(() => dn * scale),
    evidence: "stated",
  });
}
