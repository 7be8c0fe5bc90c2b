/**
 * Text and JSON files.
 *
 * @module
 */

import { redacted } from "../core/mod.ts";
import { writeFileAtomically } from "./atomic_file.ts";
import { readText } from "./whole_file.ts";

/**
 * Writes indented JSON atomically, and replaces an existing file. Addresses lose query strings and
 * passwords.
 */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const bytes = new TextEncoder().encode(`${redacted(JSON.stringify(value, null, 2))}\n`);
  await writeFileAtomically(path, [bytes], { overwrite: true });
}

/** Reads a text file; undefined if it does not exist. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readText(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
