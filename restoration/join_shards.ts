/**
 * Joins the shards of a scene, after checking by their tags that they are complete and of one run.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { undoRenames } from "../files/mod.ts";
import {
  type CompleteFile,
  completeRows,
  type JoinRowsOptions,
  openRaster,
} from "../rasters/mod.ts";
import { checkOutputs, checkWritable, makeFoldersOf } from "./outputs.ts";
import { PROVENANCE_CLASSES } from "./provenance_classes.ts";
import { daysPath, provenancePath, supportPath, uncertaintyPath } from "./scene_paths.ts";
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
  /** Replaces existing files. Default false. */
  readonly overwrite?: boolean;
  /** Cancels the work with its reason; nothing is written then. */
  readonly signal?: AbortSignal;
  /** Called with the rows written so far and their number, over all files. */
  readonly onRows?: (done: number, total: number) => void;
}

async function openPart(path: string): Promise<Part> {
  const file = await openRaster(path);
  await file.close();
  return { path, header: file.header, tags: file.header.tags ?? {} };
}

/** Rasters next to an image: path, name, and how they are written. */
const COMPANIONS = [
  {
    pathOf: provenancePath,
    name: "a provenance raster",
    form: { overviews: "nearest", classes: PROVENANCE_CLASSES },
  },
  { pathOf: uncertaintyPath, name: "an uncertainty raster", form: { overviews: "mean" } },
  { pathOf: supportPath, name: "a support raster", form: { overviews: "mean" } },
  { pathOf: daysPath, name: "a raster of days", form: { overviews: "nearest" } },
] as const;

/** A raster to join from parts. */
interface Joined {
  readonly output: string;
  readonly parts: readonly string[];
  readonly form: Pick<JoinRowsOptions, "overviews" | "classes">;
}

/** Paths of one kind of raster next to the shards; empty if there are none. @throws {InputError} If some lack theirs. */
async function companionsOf(
  shards: readonly string[],
  { pathOf, name }: typeof COMPANIONS[number],
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
 * Joins the shards of a scene into one Cloud-Optimized GeoTIFF, and the rasters next to
 * them (provenance, uncertainty, support, days), if there are any, likewise.
 *
 * The tags of a restoration decide whether the shards are of one run and complete; files without tags are
 * joined if their rows are contiguous. Either all files are written or none.
 *
 * @param shards Paths in any order; each file is placed by its transform.
 * @returns The files that were written, the image first.
 * @throws {InputError} If a shard or rows are missing, a shard appears twice, a file is of another scene
 *   or run, or lacks a raster that others have.
 * @throws {OutputError} If a file exists already, is one of the inputs, or can't be written.
 */
export async function joinShards(
  shards: readonly string[],
  output: string,
  { overwrite = false, signal, onRows }: JoinShardsOptions = {},
): Promise<readonly string[]> {
  const joined: Joined[] = [{ output, parts: shards, form: { overviews: "mean" } }];
  for (const kind of COMPANIONS) {
    const parts = await companionsOf(shards, kind);
    const { pathOf, form } = kind;
    if (parts.length > 0) joined.push({ output: pathOf(output), parts, form });
  }
  const outputs = joined.map((one) => one.output);
  await undoRenames(output, outputs.slice(1));
  await checkOutputs(outputs, { inputs: joined.flatMap(({ parts }) => parts), overwrite });
  const opened: (readonly Part[])[] = [];
  for (const { parts } of joined) opened.push(await openAll(parts));
  const areas = opened.map((parts) => {
    // Checked first: the later checks would report a missing shard.
    checkRun(parts);
    checkShards(parts);
    return wholeArea(parts);
  });
  for (const companions of opened.slice(1)) checkPairs(companions, opened[0]!);
  await makeFoldersOf(outputs);
  for (const path of outputs) await checkWritable(path);

  const files: CompleteFile[] = [];
  try {
    for (const [i, { parts, output: path, form }] of joined.entries()) {
      files.push(
        await completeRows(parts, path, {
          overwrite,
          ...form,
          ...(signal && { signal }),
          ...(onRows && {
            onRows: (done: number, height: number) =>
              onRows(i * height + done, joined.length * height),
          }),
          tags: (common) => joinedTags(common, areas[i]),
        }),
      );
    }
    // The image comes last: once it exists, so do the others.
    for (const file of files.toReversed()) await file.commit();
  } finally {
    // Does nothing after a commit.
    for (const file of files) await file.abort();
  }
  return outputs;
}

async function openAll(paths: readonly string[]): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const path of paths) parts.push(await openPart(path));
  return parts;
}
