/**
 * Manifest files: CSV with one scene per row.
 *
 * @module
 */

import { resolve } from "node:path";
import { InputError } from "../core/mod.ts";
import { isAddress, parseCsv, readText } from "../files/mod.ts";
import { isDay } from "../products/mod.ts";
import { datedMask, isMaskPath } from "./mask_choice.ts";
import type { MaskNames } from "./mask_names.ts";
import type { SceneInput } from "./reference.ts";

/** One scene of a manifest. */
export interface ManifestScene {
  /** Path of the GeoTIFF to write. */
  readonly output: string;
  /** Input dates. */
  readonly inputs: readonly SceneInput[];
  /** Index, day or path of the reference date. Default the last day. */
  readonly reference?: string | number;
  /** Masks of the dates, see `MaskOptions`. */
  readonly mask?: MaskNames;
  /** Files with the model's auxiliary bands. */
  readonly auxiliary?: readonly string[];
  /** Path of a PNG before and after. */
  readonly picture?: string;
}

const COLUMNS = ["output", "inputs", "dates", "reference", "mask", "auxiliary", "picture"];

/** Moves the path of a mask, which may have a date (`DATE=FILE`). */
export function mapMask(given: string, place: (path: string) => string): string {
  const { date, name } = datedMask(given);
  if (!isMaskPath(name)) return given;
  return date === undefined ? place(name) : `${date}=${place(name)}`;
}

/** `a; b` → `a`, `b`. */
function parts(cell: string | undefined): readonly string[] {
  return (cell ?? "").split(";").map((part) => part.trim()).filter((part) => part !== "");
}

function isAbsolute(path: string): boolean {
  return isAddress(path) || /^(\/|[a-z]:[\\/])/i.test(path);
}

type Row = Readonly<Record<string, string>>;

async function readRows(path: string): Promise<readonly Row[]> {
  const text = await readText(path).catch((error: unknown) => {
    const reason = error instanceof Deno.errors.NotFound
      ? "the file must exist"
      : `it must be a readable file, got ${error instanceof Error ? error.message : error}`;
    throw new InputError(`Cannot read manifest ${path}: ${reason}`);
  });
  const rows = parseCsv(text, `manifest ${path}`);
  const unknown = Object.keys(rows[0] ?? {}).filter((column) => !COLUMNS.includes(column));
  if (unknown.length > 0) {
    throw new InputError(
      `Cannot read manifest ${path}: the columns must be among ${COLUMNS.join(", ")}, got ` +
        unknown.join(", "),
    );
  }
  if (rows.length > 0) return rows;
  throw new InputError(
    `Cannot read manifest ${path}: there must be a header line and a line for each scene, got no ` +
      "scene",
  );
}

/** Index, date or path of the reference. */
function referenceOf(reference: string, paths: readonly string[]): string | number {
  const index = paths.indexOf(reference);
  if (index >= 0) return index;
  return /^\d{1,3}$/.test(reference) ? Number(reference) : reference;
}

/** One row as a scene; `place` resolves paths, `fail` throws with the number of the scene. */
function sceneOf(
  row: Row,
  { place, fail }: {
    readonly place: (path: string) => string;
    readonly fail: (message: string) => never;
  },
): ManifestScene {
  const { output, reference, picture } = row;
  if (!output) return fail("there must be an output, got none");
  const paths = parts(row.inputs);
  const dates = parts(row.dates);
  if (paths.length === 0) fail("there must be inputs, got none");
  if (dates.length > 0 && dates.length !== paths.length) {
    fail(`there must be a date for each of ${paths.length} inputs, got ${dates.length}`);
  }
  const wrong = dates.find((date) => !isDay(date));
  if (wrong !== undefined) fail(`its dates must be days, as 2018-03-07, got ${wrong}`);
  const auxiliary = parts(row.auxiliary).map(place);
  const masks = parts(row.mask).map((mask) => mapMask(mask, place));
  return {
    output: place(output),
    inputs: paths.map((path, l) => ({
      path: place(path),
      ...(dates[l] !== undefined && { date: dates[l] }),
    })),
    ...(reference && { reference: referenceOf(reference, paths) }),
    ...(masks.length > 0 && { mask: masks.length === 1 ? masks[0]! : masks }),
    ...(auxiliary.length > 0 && { auxiliary }),
    ...(picture && { picture: place(picture) }),
  };
}

/**
 * Reads a manifest: CSV with the columns `output`, `inputs` (with ; between dates) and, as needed,
 * `dates`, `reference`, `mask` (with ; between several), `auxiliary`, `picture`. Paths are relative to the manifest.
 *
 * @throws {InputError} If the table is malformed; the message has the number of the scene.
 */
export async function readManifest(path: string): Promise<readonly ManifestScene[]> {
  const folder = path.replace(/[^\\/]*$/, "");
  const place = (one: string) => isAbsolute(one) ? one : `${folder}${one}`;
  const seen = new Map<string, number>();
  return (await readRows(path)).map((row, i): ManifestScene => {
    const fail = (message: string): never => {
      throw new InputError(`Cannot read manifest ${path}, scene ${i + 1}: ${message}`);
    };
    const scene = sceneOf(row, { place, fail });
    for (const name of ["output", "picture"] as const) {
      const file = scene[name];
      if (file === undefined) continue;
      const key = resolve(file);
      if (seen.has(key)) {
        fail(
          `each file to write must be named once, got ${row[name]} as in scene ${seen.get(key)}`,
        );
      }
      seen.set(key, i + 1);
    }
    return scene;
  });
}
