/**
 * Restored images of other methods, from a folder with a GeoTIFF per case.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import type { LateCase } from "./evaluation_case.ts";
import { readInUnitOf } from "./measured_image.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

/**
 * Adds restored images of a folder to cases: `<set>/<name>.tif`, or `<name>.tif`.
 *
 * Values that state another unit than that of the clear image are converted to it, unless
 * `keepValues` says that all images have one.
 *
 * @param method Name of the method.
 * @throws {InputError} From `open`, if a case has no image in the folder.
 */
export function withRestored(
  cases: readonly LateCase[],
  { folder, method, keepValues = false }: {
    readonly folder: string;
    readonly method: string;
    readonly keepValues?: boolean;
  },
): readonly LateCase[] {
  return cases.map((each) => ({
    ...each,
    async open() {
      const given = await each.open();
      const paths = [...(each.set === undefined ? [] : [`${each.set}/${each.name}`]), each.name]
        .flatMap((name) => [`${folder}/${name}.tif`, `${folder}/${name}.tiff`]);
      for (const path of paths) {
        if (!await exists(path)) continue;
        const image = await readInUnitOf(path, { target: given.target, keepValues });
        return { ...given, restored: { ...given.restored, [method]: image } };
      }
      throw new InputError(
        `Cannot score ${method} for ${each.name}: one of ${paths.join(", ")} must exist`,
      );
    },
  }));
}
