/**
 * Restored images of any other method: a folder with a GeoTIFF of each case's name.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { readRaster } from "../rasters/mod.ts";
import type { LateCase } from "./evaluation_case.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

/**
 * Cases with images of a folder: `<set>/<name>.tif`, or `<name>.tif`.
 *
 * @param method What the images are called.
 * @throws {InputError} From `open`, if a case has no image there.
 */
export function withRestored(
  cases: readonly LateCase[],
  { folder, method }: { readonly folder: string; readonly method: string },
): readonly LateCase[] {
  return cases.map((each) => ({
    ...each,
    async open() {
      const given = await each.open();
      const places = [...(each.set === undefined ? [] : [`${each.set}/${each.name}`]), each.name]
        .flatMap((name) => [`${folder}/${name}.tif`, `${folder}/${name}.tiff`]);
      for (const path of places) {
        if (!await exists(path)) continue;
        return { ...given, restored: { ...given.restored, [method]: await readRaster(path) } };
      }
      throw new InputError(
        `Cannot score ${method} for ${each.name}: one of ${places.join(", ")} must exist`,
      );
    },
  }));
}
