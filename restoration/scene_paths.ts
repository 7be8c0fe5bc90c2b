/**
 * Paths of the files that a restoration writes.
 *
 * @module
 */

import type { RestoreSceneOptions } from "./scene_options.ts";

/** Paths of the files that a restoration writes. */
export interface ScenePaths {
  /** Path of the restored GeoTIFF. */
  readonly output: string;
  /** Present if there is a mask. */
  readonly provenance?: string;
  /** Present if there is an ensemble, or a composite with expected errors. */
  readonly uncertainty?: string;
  /** Present if it is a composite. */
  readonly support?: string;
  /** Present if it is a composite. */
  readonly days?: string;
  /** Path of the PNG; present if it was requested. */
  readonly picture?: string;
}

/** `clear.tif` → `clear.provenance.tif`. */
export function provenancePath(output: string): string {
  return output.replace(/(\.tiff?)?$/i, ".provenance.tif");
}

/** `clear.tif` → `clear.uncertainty.tif`. */
export function uncertaintyPath(output: string): string {
  return output.replace(/(\.tiff?)?$/i, ".uncertainty.tif");
}

/** `clear.tif` → `clear.support.tif`. */
export function supportPath(output: string): string {
  return output.replace(/(\.tiff?)?$/i, ".support.tif");
}

/** `clear.tif` → `clear.days.tif`. */
export function daysPath(output: string): string {
  return output.replace(/(\.tiff?)?$/i, ".days.tif");
}

/** Options that decide which files a restoration writes. */
export type FileOptions = Pick<RestoreSceneOptions, "write" | "mask" | "ensemble">;

/** Paths of the files that a restoration writes. */
export function scenePaths(
  { write: { output, picture }, mask, ensemble }: FileOptions,
): ScenePaths {
  return {
    output,
    ...(mask?.source !== undefined && { provenance: provenancePath(output) }),
    ...(ensemble !== undefined && { uncertainty: uncertaintyPath(output) }),
    ...(picture !== undefined && { picture }),
  };
}

/** All files that a restoration writes; the image first. */
export function outputPaths(options: FileOptions): readonly string[] {
  return Object.values(scenePaths(options));
}
