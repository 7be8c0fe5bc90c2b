/**
 * The mask of each date: a raster, the product's own or the detector, from what the user names.
 *
 * A single name is for all dates if it is `detector`, `scl`, `auto` or has `{date}`, and for the
 * reference if it is a path. Several are one per input, in the order of the inputs, or `DATE=NAME`
 * each. Dates without a mask of their own have that of their product, else the detector's.
 *
 * @module
 */

import { InputError, shownAddress } from "../core/mod.ts";
import { isAddress } from "../files/mod.ts";
import { dateOf } from "../products/mod.ts";
import type { MaskNames } from "./mask_names.ts";
import type { OpenSeries } from "./open_series.ts";
import type { SceneInput } from "./reference.ts";

/** Names of masks that aren't rasters of their own. */
const KEYWORDS: readonly string[] = ["detector", "scl", "auto"];
/** Day or index of a date before the name of its mask, as in `2018-03-07=clouds.tif`. */
const DATED = /^(\d{4}-\d{2}-\d{2}|\d{1,3})=(.+)$/s;

/** Mask of a date. */
export interface MaskChoice {
  /** Path of its raster; undefined for the detector. */
  readonly path?: string;
  /** Its name as the user gives it; undefined if it stands in for one that nobody named. */
  readonly name?: string;
}

/** Returns true if a mask is the path of a raster. */
export function isMaskPath(name: string): boolean {
  return !KEYWORDS.includes(name);
}

/** Splits `DATE=NAME`; without a date, `date` is undefined. */
export function datedMask(given: string): { readonly date?: string; readonly name: string } {
  const [, date, name] = DATED.exec(given) ?? [];
  return date === undefined ? { name: given } : { date, name: name! };
}

/** One or several masks as a list. */
export function maskList(source: MaskNames): readonly string[] {
  return typeof source === "string" ? [source] : source;
}

/** Returns true if a mask is the raster of the reference alone, whichever date that is. */
export function isOfReference(source: MaskNames | undefined): boolean {
  const [given, ...others] = source === undefined ? [] : maskList(source).map(datedMask);
  return given !== undefined && others.length === 0 && given.date === undefined &&
    isMaskPath(given.name) && !given.name.includes("{date}");
}

/** Names for tags and messages: without folders and query strings, with ; between them. */
export function shownMasks(source: MaskNames): string {
  return maskList(source).map((given) => {
    const { date, name } = datedMask(given);
    const file = shownAddress(name).replace(/^.*[\\/](?=.)/, "");
    return date === undefined ? file : `${date}=${file}`;
  }).join(";");
}

/** Paths that a pattern stands for on a day: `{date}` is 2018-03-07, or 20180307. */
function expanded(pattern: string, date: string): readonly [string, string] {
  return [
    pattern.replaceAll("{date}", date),
    pattern.replaceAll("{date}", date.replaceAll("-", "")),
  ];
}

/** Paths of the mask rasters that the inputs may have, for checks that nothing overwrites them. */
export function maskPaths(source: MaskNames, inputs: readonly SceneInput[]): readonly string[] {
  return maskList(source).map((given) => datedMask(given).name).filter(isMaskPath)
    .flatMap((name) =>
      !name.includes("{date}")
        ? [name]
        : inputs.flatMap(({ path, date = dateOf(path) }) =>
          date === undefined ? [] : expanded(name, date)
        )
    );
}

/** @throws {InputError} Always. */
function refuse(source: MaskNames, must: string): never {
  throw new InputError(`Cannot use the mask ${shownMasks(source)}: ${must}`);
}

async function exists(path: string): Promise<boolean> {
  return isAddress(path) || await Deno.stat(path).then(() => true, () => false);
}

/** File of a pattern for one day; undefined if there is none. */
async function fileOf(pattern: string, date: string): Promise<string | undefined> {
  for (const path of expanded(pattern, date)) if (await exists(path)) return path;
  return undefined;
}

/** Names of the masks by date of the season; undefined where none is named. */
function namesByDate(
  { dates, inputs }: Pick<OpenSeries, "dates" | "inputs">,
  { source, reference }: { readonly source: MaskNames; readonly reference: number },
): readonly (string | undefined)[] {
  const given = maskList(source).map(datedMask);
  const known = dates.map((date, l) => date ?? `${inputs[l]}`).join(", ");
  const dated = given.filter(({ date }) => date !== undefined);
  if (dated.length > 0) {
    if (dated.length < given.length) {
      const { name } = given.find(({ date }) => date === undefined)!;
      refuse(source, `all masks must say their date (DATE=FILE) or none, got ${name} without one`);
    }
    const names: (string | undefined)[] = dates.map(() => undefined);
    for (const { date, name } of dated) {
      const isIndex = /^\d{1,3}$/.test(date!);
      const found = dates.keys().filter((l) =>
        isIndex ? inputs[l] === Number(date) : dates[l] === date
      ).toArray();
      if (found.length !== 1) {
        refuse(
          source,
          `there must be one input of the date ${date}, got ${found.length || "none"}; the dates ` +
            `are ${known}; ` + (found.length > 1 ? "give the index of the input" : "leave it out"),
        );
      }
      if (names[found[0]!] !== undefined) {
        refuse(source, `there must be one mask for ${date}, got two; leave one out`);
      }
      names[found[0]!] = name;
    }
    return names;
  }
  if (given.length === 1) {
    const [{ name }] = given as [{ name: string }];
    const isForAll = !isMaskPath(name) || name.includes("{date}");
    return dates.map((_, l) => isForAll || l === reference ? name : undefined);
  }
  if (given.length !== dates.length) {
    refuse(
      source,
      `there must be one mask for each of ${dates.length} inputs, in their order, got ` +
        `${given.length}; or name their dates: --mask ${dates[0] ?? "0"}=FILE`,
    );
  }
  return inputs.map((input) => given[input]!.name);
}

/**
 * Finds the mask of each date.
 *
 * @throws {InputError} If a mask is of a date that isn't there, their number is wrong, or a file of a
 *   pattern is missing.
 */
export async function chooseMasks(
  series: OpenSeries,
  source: MaskNames,
): Promise<readonly MaskChoice[]> {
  const { files, dates, paths, inputs, scene, season = series } = series;
  // Dates that aren't used may have masks, too.
  const at = inputs.map((input) => season.inputs.indexOf(input));
  const names = namesByDate(season, { source, reference: at[scene.reference]! });
  const missing: string[] = [];
  const choices: MaskChoice[] = [];
  for (const [l, { classification }] of files.entries()) {
    const name = names[at[l]!];
    if (name === undefined || name === "auto" || name === "scl") {
      choices.push({ name, path: classification });
    } else if (name === "detector") {
      choices.push({ name });
    } else if (name.includes("{date}")) {
      const date = dates[l];
      if (date === undefined) {
        refuse(
          source,
          `the day of ${paths[l]} must be known, got none in its name; give it (--date)`,
        );
      }
      const path = await fileOf(name, date);
      if (path === undefined) missing.push(shownAddress(expanded(name, date)[0]));
      choices.push({ name, path });
    } else choices.push({ name, path: name });
  }
  if (missing.length === 0) return choices;
  return refuse(
    source,
    `there must be a file for every date, got no ${missing.join(", ")}; add ` +
      `${missing.length === 1 ? "it" : "them"}, leave the date out, or name the masks that there ` +
      "are: --mask DATE=FILE",
  );
}
