/**
 * Restored images of other methods, from a folder with a GeoTIFF per case.
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
 * Adds restored images of a folder to cases: `<set>/<name>.tif`, or `<name>.tif`.
 *
 * @param method Name of the method.
 * @throws {InputError} From `open`, if a case has no image in the folder.
 */
export function withRestored(
  cases: readonly LateCase[],
  { folder, method }: { readonly folder: string; readonly method: string },
): readonly LateCase[] {
  return cases.map((each) => ({
    ...each,
    async open() {
      const given = await each.open();
      const paths = [...(each.set === undefined ? [] : [`${each.set}/${each.name}`]), each.name]
        .flatMap((name) => [`${folder}/${name}.tif`, `${folder}/${name}.tiff`]);
      for (const path of paths) {
        if (!await exists(path)) continue;
        return { ...given, restored: { ...given.restored, [method]: await readRaster(path) } };
      }
      throw new InputError(
        `Cannot score ${method} for ${each.name}: one of ${paths.join(", ")} must exist`,
      );
    },
  }));
}
