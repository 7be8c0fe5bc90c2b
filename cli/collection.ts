/**
 * `--collection`: the STAC collection of the results of a call.
 *
 * @module
 */

import { writeRunCollection } from "../restoration/mod.ts";
import { text } from "./flags.ts";

/** The flag of commands that write images. */
export const COLLECTION_FLAG = {
  collection: text(
    "Also write a STAC collection of the results: of a manifest, of all its scenes that exist.",
    "FILE",
  ),
} as const;

/** Writes the collection that a call asks for; returns the line for it, or nothing. */
export async function collectionText(
  { collection, overwrite }: {
    readonly collection: string | undefined;
    readonly overwrite: boolean;
  },
  outputs: readonly string[],
): Promise<readonly string[]> {
  if (collection === undefined) return [];
  const count = await writeRunCollection(collection, { outputs, overwrite });
  return [`${collection}: collection of ${count} item${count === 1 ? "" : "s"}`];
}
