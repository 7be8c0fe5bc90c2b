/**
 * Shards of a scene put together again.
 *
 * @module
 */

import { joinRows } from "../data/mod.ts";
import { provenancePath } from "./restore_scene.ts";

/**
 * Joins the shards of a scene into one Cloud-Optimized GeoTIFF, and their provenance rasters, where
 * all shards have one, into its own.
 *
 * @param shards Paths in any order; each file says where its rows lie.
 * @returns The files that were written.
 * @throws {InputError} If rows are missing or double, or a file is of another scene.
 * @throws {OutputError} If a file exists already or cannot be written.
 */
export async function joinShards(
  shards: readonly string[],
  output: string,
  { overwrite = false }: { readonly overwrite?: boolean } = {},
): Promise<readonly string[]> {
  const origins = shards.map(provenancePath);
  const exist = await Promise.all(
    origins.map((path) => Deno.stat(path).then(({ isFile }) => isFile, () => false)),
  );
  const written: string[] = [];
  if (shards.length > 0 && exist.every((one) => one)) {
    const path = provenancePath(output);
    await joinRows(origins, path, { overwrite, overviews: "nearest" });
    written.push(path);
  }
  // The image comes last: where it is, all of it is there.
  await joinRows(shards, output, { overwrite });
  return [output, ...written];
}
