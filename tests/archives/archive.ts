/**
 * A small archive: a season's dates and a manifest of composites of them, which need no model.
 *
 * @module
 */

import { emrdm, type Outcome } from "../cli/run.ts";
import { DAYS, season } from "../restoration/season.ts";

/** Flags of the archive's composites. */
export const COMMAND = ["composite", "--method", "linear"] as const;
/** The program as job scripts call it. */
export const PROGRAM = `${Deno.execPath()} run -A --no-check ${
  new URL("../../cli.ts", import.meta.url).pathname
}`;

/** Writes the dates and `scenes.csv`, whose results go to `out/`. */
export async function writeArchive(folder: string, scenes: number): Promise<string> {
  await season(folder, { width: 24, height: 20 });
  return await writeScenes(folder, scenes);
}

/** Writes `scenes.csv` for dates that are there. */
export async function writeScenes(folder: string, scenes: number): Promise<string> {
  const inputs = DAYS.map((day) => `scene_${day}.tif`).join(";");
  const masks = DAYS.map((day) => `${day}.mask.tif`).join(";");
  const rows = Array.from(
    { length: scenes },
    (_, i) => `out/${i + 1}.tif,${inputs},${DAYS[i % DAYS.length]},${masks}`,
  );
  const path = `${folder}/scenes.csv`;
  await Deno.writeTextFile(path, ["output,inputs,reference,mask", ...rows, ""].join("\n"));
  return path;
}

/** SHA-256 of every file of a folder, by name. */
export async function digests(folder: string): Promise<Readonly<Record<string, string>>> {
  const all: [string, string][] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const bytes = await Deno.readFile(`${folder}/${name}`);
    all.push([name, new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()]);
  }
  return Object.fromEntries(all.sort(([a], [b]) => a < b ? -1 : 1));
}

/** Results of one machine, which are moved out of the way. */
export async function expected(manifest: string): Promise<Readonly<Record<string, string>>> {
  const { code, err } = await emrdm(...COMMAND, "--manifest", manifest);
  if (code !== 0) throw new Error(err);
  const out = manifest.replace(/[^/]*$/, "out");
  const all = await digests(out);
  await Deno.remove(out, { recursive: true });
  return all;
}

/** Runs the command line with environment variables of its own. */
export async function emrdmWith(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Outcome> {
  const before = Object.keys(env).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  try {
    return await emrdm(...args);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}
