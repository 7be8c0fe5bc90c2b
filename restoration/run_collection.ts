/**
 * STAC collection of a run: the items of all its results, with their extent in space and time.
 *
 * @module
 */

import { basename, dirname, relative, resolve } from "node:path";
import config from "../deno.json" with { type: "json" };
import { InputError, OutputError, parseJson, redacted } from "../core/mod.ts";
import { isHidden, makeFolderOf, readText, writeFileAtomically } from "../files/mod.ts";
import { itemPath } from "./scene_paths.ts";

/** Fields of an item that a collection sums up. */
interface Member {
  readonly path: string;
  readonly bbox?: readonly number[];
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Keyword by which a later run recognises its collection. */
const KEYWORD = "emrdm";

/** Paths of the items of an output, of which `{date}` and `{name}` stand for any; those that exist. */
async function itemsOf(output: string): Promise<readonly string[]> {
  const path = itemPath(output);
  // Listing a folder of thousands of scenes for each of them would take minutes.
  if (!/\{(?:date|name)\}/.test(basename(path))) {
    const isThere = await Deno.stat(path).then(({ isFile }) => isFile, () => false);
    return isThere ? [path] : [];
  }
  const folder = dirname(path);
  const parts = basename(path).split(/\{(?:date|name)\}/).map((part) => RegExp.escape(part));
  const pattern = new RegExp(`^${parts.join(".+")}$`, "s");
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  return entries.filter(({ name, isFile }) => isFile && !isHidden(name) && pattern.test(name))
    .map(({ name }) => `${folder}/${name}`).sort();
}

/** Reads an item of a result. @throws {InputError} If it is none. */
async function readMember(path: string): Promise<Member> {
  try {
    const { type, bbox, properties } = parseJson(await readText(path)) as Record<string, unknown>;
    if (type === "Feature" && typeof properties === "object" && properties !== null) {
      return {
        path,
        properties: properties as Member["properties"],
        ...(Array.isArray(bbox) && { bbox }),
      };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InputError(`Cannot list ${path}: it must be the STAC item of a result`);
}

/** The box around boxes; the whole range of longitudes if one crosses the antimeridian. */
function boxAround(boxes: readonly (readonly number[])[]): readonly number[] {
  const column = (i: number) => boxes.map((box) => box[i]!);
  const isSplit = boxes.some(([west, , east]) => west! > east!);
  return [
    isSplit ? -180 : Math.min(...column(0)),
    Math.min(...column(1)),
    isSplit ? 180 : Math.max(...column(2)),
    Math.max(...column(3)),
  ];
}

/** First and last time of items. */
function intervalOf(members: readonly Member[]): readonly [string, string] {
  const times = members.flatMap(({ properties: { datetime, start_datetime, end_datetime } }) =>
    [datetime, start_datetime, end_datetime].filter((time) => typeof time === "string")
  ).sort();
  return [times[0]!, times.at(-1)!];
}

/** Distinct values of a property, in order. */
function valuesOf(members: readonly Member[], name: string): readonly unknown[] {
  const values = members.map(({ properties }) => properties[name]);
  return [...new Set(values)].filter((value) => value !== undefined && value !== null).sort();
}

/** The collection of items as an object. */
function collectionOf(path: string, members: readonly Member[]) {
  const boxes = members.flatMap(({ bbox }) => bbox === undefined ? [] : [bbox]);
  if (boxes.length === 0) {
    throw new OutputError(
      `Cannot write ${path}: an item of the run must have a footprint, got none; the images must be ` +
        "georeferenced in a CRS with a known EPSG code",
    );
  }
  const folder = dirname(resolve(path));
  const summaries = ["proj:epsg", "emrdm:model", "emrdm:model_sha256", "emrdm:method"]
    .map((name) => [name, valuesOf(members, name)] as const)
    .filter(([, values]) => values.length > 0);
  return {
    type: "Collection",
    stac_version: "1.0.0",
    id: basename(path).replace(/\.json$/i, ""),
    description:
      `${members.length} image${members.length === 1 ? "" : "s"} without clouds, made by ` +
      `emrdm ${config.version}`,
    keywords: [KEYWORD],
    license: "various",
    extent: {
      spatial: { bbox: [boxAround(boxes)] },
      temporal: { interval: [intervalOf(members)] },
    },
    summaries: Object.fromEntries(summaries),
    links: members.map((member) => ({
      rel: "item",
      href: `./${relative(folder, resolve(member.path)).replaceAll("\\", "/")}`.replace(
        /^\.\/\.\.\//,
        "../",
      ),
      type: "application/geo+json",
    })),
  };
}

/** @throws {OutputError} If a file exists that isn't the collection of a run. */
async function checkReplaceable(path: string): Promise<void> {
  const text = await readText(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (text === undefined) return;
  try {
    const { type, keywords } = parseJson(text) as Record<string, unknown>;
    if (type === "Collection" && Array.isArray(keywords) && keywords.includes(KEYWORD)) return;
  } catch {
    // No JSON.
  }
  throw new OutputError(
    `Cannot write ${path}: it must be free or the collection of a run, got another file; choose ` +
      "another name or allow it to be overwritten (--overwrite)",
  );
}

/**
 * Writes the STAC collection of a run: of the items that exist next to its outputs, whoever made them, so
 * that after the last of several shards it has the items of all.
 *
 * @param path File of the collection; one of an earlier run is replaced.
 * @param outputs Paths of the images; `{date}` and `{name}` stand for any text.
 * @returns Number of items.
 * @throws {OutputError} If there is no item, another file is in the way, or it can't be written.
 */
export async function writeRunCollection(
  path: string,
  { outputs, overwrite = false }: {
    readonly outputs: readonly string[];
    /** Replaces a file that isn't the collection of a run. Default false. */
    readonly overwrite?: boolean;
  },
): Promise<number> {
  if (!overwrite) await checkReplaceable(path);
  const paths = new Set((await Promise.all(outputs.map(itemsOf))).flat());
  if (paths.size === 0) {
    throw new OutputError(
      `Cannot write ${path}: there must be an item next to an output, got none; the days of the ` +
        "dates must be known (--date)",
    );
  }
  const members: Member[] = [];
  for (const one of [...paths].sort()) members.push(await readMember(one));
  await makeFolderOf(path);
  const text = `${redacted(JSON.stringify(collectionOf(path, members), null, 2))}\n`;
  await writeFileAtomically(path, [new TextEncoder().encode(text)], { overwrite: true });
  return members.length;
}
