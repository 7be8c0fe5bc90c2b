/**
 * Text and JSON in files.
 *
 * @module
 */

import { writeFileAtomically } from "./atomic_file.ts";

/** Writes JSON over what is there, whole or not at all. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  await writeFileAtomically(path, [bytes], { overwrite: true });
}

/** The text of a file; undefined if there is none. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
