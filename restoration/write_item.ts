/**
 * Writes the STAC item of a result, between the completion of its rasters and their names.
 *
 * @module
 */

import { redacted } from "../core/mod.ts";
import { writeFileAtomically } from "../files/mod.ts";
import { checksumOf, type FileChecksum } from "../rasters/mod.ts";
import { type ItemFacts, resultItem } from "./result_item.ts";
import type { Scene } from "./scene.ts";

/** Sources of a result and the time that it depicts, for its item. */
export type SceneOrigin = Pick<ItemFacts, "sources"> & {
  /** Undefined if the day of the depicted date is unknown: then there is no item. */
  readonly time: ItemFacts["time"] | undefined;
};

/** Writes the item of complete rasters, if the time that they depict is known. */
export async function writeItem(
  { grid, frames, reference }: Scene,
  { origin: { sources, time }, overwrite, checksums, ...facts }:
    & Pick<ItemFacts, "paths" | "tags" | "layout">
    & {
      readonly origin: SceneOrigin;
      readonly overwrite: boolean;
      /** Checksums of the rasters by path. */
      readonly checksums: () => Promise<ReadonlyMap<string, FileChecksum>>;
    },
): Promise<void> {
  const { item, picture } = facts.paths;
  if (item === undefined || time === undefined) return;
  const files = new Map(await checksums());
  if (picture !== undefined) files.set(picture, await checksumOf(picture));
  const value = resultItem({
    ...facts,
    ...{ sources, time, files },
    dtype: grid.dtype,
    nodata: frames[reference]!.missing[0],
  });
  const text = `${redacted(JSON.stringify(value, null, 2))}\n`;
  await writeFileAtomically(item, [new TextEncoder().encode(text)], { overwrite });
}
