/**
 * Paths of the files that a restoration writes.
 *
 * @module
 */

import { dateOf, isStac } from "../products/mod.ts";
import type { OptionsForModel } from "./options_for_model.ts";
import type { SceneInput } from "./reference.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";

/** Paths of the files that a restoration writes. */
export interface ScenePaths {
  /** Path of the restored GeoTIFF. */
  readonly output: string;
  /** Present if there is a mask. */
  readonly provenance?: string;
  /** Present if there is an ensemble, or a composite with expected errors. */
  readonly uncertainty?: string;
  /** Present if it is a composite, or the model's mean is made of all dates. */
  readonly support?: string;
  /** Present as `support`. */
  readonly days?: string;
  /** Path of the PNG; present if it was requested. */
  readonly picture?: string;
  /** Path of the STAC item; present if the days of the dates are known. */
  readonly item?: string;
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

/** `clear.tif` → `clear.item.json`. */
export function itemPath(output: string): string {
  return output.replace(/(\.tiff?)?$/i, ".item.json");
}

/** True if the day of every date is known, or a STAC document states it: items need a time. */
export function areDated(inputs: readonly SceneInput[]): boolean {
  return inputs.every(({ path, date = dateOf(path) }) => date !== undefined || isStac(path));
}

/** Options that decide which files a restoration writes. */
export type FileOptions =
  & Pick<RestoreSceneOptions, "inputs" | "write" | "mask" | "ensemble">
  & Partial<Pick<OptionsForModel<object>, "evidence">>;

/** Paths of the files that a restoration writes. */
export function scenePaths(
  { inputs, write: { output, picture }, mask, ensemble, evidence = false }: FileOptions,
): ScenePaths {
  return {
    output,
    ...(mask?.source !== undefined && { provenance: provenancePath(output) }),
    ...(ensemble !== undefined && { uncertainty: uncertaintyPath(output) }),
    ...(evidence && { support: supportPath(output), days: daysPath(output) }),
    ...(picture !== undefined && { picture }),
    ...(areDated(inputs) && { item: itemPath(output) }),
  };
}

/** All files that a restoration writes; the image first. */
export function outputPaths(options: FileOptions): readonly string[] {
  return Object.values(scenePaths(options));
}
