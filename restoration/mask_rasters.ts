/**
 * Opens the mask rasters of the dates.
 *
 * @module
 */

import { shownAddress } from "../core/mod.ts";
import {
  type ClassMask,
  type ClassMaskOptions,
  type MaskMeaning,
  openClassMask,
} from "../clouds/mod.ts";
import type { MaskChoice } from "./mask_choice.ts";

/** Opens class rasters, all or none, and says what they hide. */
export async function openMaskRasters(
  choices: readonly MaskChoice[],
  { meaning, log, ...options }: Omit<ClassMaskOptions, keyof MaskMeaning> & {
    /** Meaning of the values of the masks that the user gives; others need no explanation. */
    readonly meaning: MaskMeaning;
    readonly log: (line: string) => void;
  },
): Promise<readonly (ClassMask | undefined)[]> {
  const rasters: (ClassMask | undefined)[] = [];
  try {
    for (const { path, name: given } of choices) {
      if (path === undefined) {
        rasters.push(undefined);
        continue;
      }
      const raster = await openClassMask(path, {
        ...options,
        ...(given === undefined || given === "auto" ? {} : meaning),
      });
      rasters.push(raster);
      const name = shownAddress(path);
      log(`mask ${name}: ${raster.summary}`);
      for (const warning of raster.warnings) log(`warning: mask ${name}: ${warning}`);
    }
  } catch (error) {
    for (const raster of rasters) await raster?.close();
    throw error;
  }
  return rasters;
}
