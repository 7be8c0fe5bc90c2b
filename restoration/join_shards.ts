/**
 * Shards of a scene put together again: by their tags the parts of one run, and all of them.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { type CompleteFile, completeRows, openRaster } from "../data/mod.ts";
import { checkOutputs, checkWritable } from "./outputs.ts";
import { provenancePath } from "./restore_scene.ts";
import {
  checkPairs,
  checkRun,
  checkShards,
  joinedTags,
  type Part,
  wholeArea,
} from "./shard_tags.ts";

/** Options of {@linkcode joinShards}. */
export interface JoinShardsOptions {
  /** Whether existing files may be replaced. Default false. */
  readonly overwrite?: boolean;
  /** Ends the work; its reason is what is thrown, and nothing was written. */
  readonly signal?: AbortSignal;
}

async function openPart(path: string): Promise<Part> {
  const file = await openRaster(path);
  await file.close();
  return { path, header: file.header, tags: file.header.tags ?? {} };
}

/** The provenance rasters beside all shards, or none. @throws {InputError} If some lack theirs. */
async function originsOf(shards: readonly string[]): Promise<readonly string[]> {
  const origins = shards.map(provenancePath);
  const exist = await Promise.all(
    origins.map((path) => Deno.stat(path).then(({ isFile }) => isFile, () => false)),
  );
  if (!exist.includes(true)) return [];
  const lacking = exist.indexOf(false);
  if (lacking < 0) return origins;
  throw new InputError(
    `Cannot join ${
      shards[lacking]
    }: all shards must have a provenance raster or none, got none at ` +
      `${origins[lacking]} but ${origins[exist.indexOf(true)]}; copy it there, or restore again`,
  );
}

/**
 * Joins the shards of a scene into one Cloud-Optimized GeoTIFF, and the provenance rasters beside
 * them, if there are any, into its own.
 *
 * The tags that a restoration writes tell whether they are of one run and make up the whole that was
 * cut; files without them are joined as far as their rows meet. Either all files are written or none.
 *
 * @param shards Paths in any order; each file says where its rows lie.
 * @returns The files that were written, the image first.
 * @throws {InputError} If a shard or rows are missing, a shard is there twice, a file is of another
 *   scene or run, or has no provenance raster while others do.
 * @throws {OutputError} If a file exists already, is one of those that are read, or cannot be written.
 */
export async function joinShards(
  shards: readonly string[],
  output: string,
  { overwrite = false, signal }: JoinShardsOptions = {},
): Promise<readonly string[]> {
  const origins = await originsOf(shards);
  const outputs = origins.length === 0 ? [output] : [output, provenancePath(output)];
  await checkOutputs(outputs, { inputs: [...shards, ...origins], overwrite });
  const [images, classes] = [await openAll(shards), await openAll(origins)];
  const areas = [images, classes].map((parts) => {
    if (parts.length === 0) return undefined;
    // First: it names what the others would take for a missing shard.
    checkRun(parts);
    checkShards(parts);
    return wholeArea(parts);
  });
  checkPairs(classes, images);
  for (const path of outputs) await checkWritable(path);

  const files: CompleteFile[] = [];
  try {
    for (const [i, path] of outputs.entries()) {
      files.push(
        await completeRows(i === 0 ? shards : origins, path, {
          overwrite,
          overviews: i === 0 ? "mean" : "nearest",
          ...(signal && { signal }),
          tags: (common) => joinedTags(common, areas[i]),
        }),
      );
    }
    // The image comes last: where it is, all of it is there.
    for (const file of files.toReversed()) await file.commit();
  } finally {
    // After a commit this does nothing.
    for (const file of files) await file.abort();
  }
  return outputs;
}

async function openAll(paths: readonly string[]): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const path of paths) parts.push(await openPart(path));
  return parts;
}
