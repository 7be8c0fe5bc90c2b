/**
 * File cache: JSON that is computed once and then read back.
 *
 * @module
 */

import { textOf, writeJson } from "../files/mod.ts";

/** Creates the folder of a file. */
export async function makeFolderOf(file: string): Promise<void> {
  await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
}

/** Returns the JSON of a file, or computes and writes it if the file does not exist. */
export async function cachedJson<T>(file: string, compute: () => Promise<T>): Promise<T> {
  const text = await textOf(file);
  if (text !== undefined) return JSON.parse(text) as T;
  const value = await compute();
  await makeFolderOf(file);
  await writeJson(file, value);
  return value;
}
