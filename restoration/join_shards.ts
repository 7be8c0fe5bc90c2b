/**
 * Shards of a scene put together again: by their tags the parts of one run, and all of them.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { type CompleteFile, completeRows, openRaster } from "../rasters/mod.ts";
import { checkOutputs, checkWritable } from "./outputs.ts";
import { provenancePath, uncertaintyPath } from "./restore_scene.ts";
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

/** What lies beside an image: its path, how it is called, and how its overviews are made. */
const BESIDE = [
  { pathOf: provenancePath, name: "a provenance raster", overviews: "nearest" },
  { pathOf: uncertaintyPath, name: "an uncertainty raster", overviews: "mean" },
] as const;

/** A raster that is joined. */
interface Joined {
  readonly output: string;
  readonly parts: readonly string[];
  readonly overviews: "mean" | "nearest";
}

/** One kind of raster beside all shards, or none. @throws {InputError} If some lack theirs. */
async function besideOf(
  shards: readonly string[],
  { pathOf, name }: typeof BESIDE[number],
): Promise<readonly string[]> {
  const paths = shards.map(pathOf);
  const exist = await Promise.all(
    paths.map((path) => Deno.stat(path).then(({ isFile }) => isFile, () => false)),
  );
  if (!exist.includes(true)) return [];
  const lacking = exist.indexOf(false);
  if (lacking < 0) return paths;
  throw new InputError(
    `Cannot join ${shards[lacking]}: all shards must have ${name} or none, got none at ` +
      `${paths[lacking]} but ${paths[exist.indexOf(true)]}; copy it there, or restore again`,
  );
}

/**
 * Joins the shards of a scene into one Cloud-Optimized GeoTIFF, and the rasters of provenance and of
 * deviations beside them, if there are any, into their own.
 *
 * The tags that a restoration writes tell whether they are of one run and make up the whole that was
 * cut; files without them are joined as far as their rows meet. Either all files are written or none.
 *
 * @param shards Paths in any order; each file says where its rows lie.
 * @returns The files that were written, the image first.
 * @throws {InputError} If a shard or rows are missing, a shard is there twice, a file is of another
 *   scene or run, or has no raster beside it while others do.
 * @throws {OutputError} If a file exists already, is one of those that are read, or cannot be written.
 */
export async function joinShards(
  shards: readonly string[],
  output: string,
  { overwrite = false, signal }: JoinShardsOptions = {},
): Promise<readonly string[]> {
  const joined: Joined[] = [{ output, parts: shards, overviews: "mean" }];
  for (const kind of BESIDE) {
    const parts = await besideOf(shards, kind);
    const { pathOf, overviews } = kind;
    if (parts.length > 0) joined.push({ output: pathOf(output), parts, overviews });
  }
  const outputs = joined.map((one) => one.output);
  await checkOutputs(outputs, { inputs: joined.flatMap(({ parts }) => parts), overwrite });
  const opened: (readonly Part[])[] = [];
  for (const { parts } of joined) opened.push(await openAll(parts));
  const areas = opened.map((parts) => {
    // First: it names what the others would take for a missing shard.
    checkRun(parts);
    checkShards(parts);
    return wholeArea(parts);
  });
  for (const beside of opened.slice(1)) checkPairs(beside, opened[0]!);
  for (const path of outputs) await checkWritable(path);

  const files: CompleteFile[] = [];
  try {
    for (const [i, { parts, output: path, overviews }] of joined.entries()) {
      files.push(
        await completeRows(parts, path, {
          overwrite,
          overviews,
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
