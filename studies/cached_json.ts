/**
 * File cache: JSON that is computed once and then read back.
 *
 * @module
 */

import { clearScratch, makeFolderOf, textOf, writeJson } from "../files/mod.ts";

/**
 * Text of a cached file, without what a killed run left next to it; undefined if it does not exist.
 */
export async function cachedText(file: string): Promise<string | undefined> {
  const text = await textOf(file);
  if (text !== undefined) await clearScratch(file);
  return text;
}

/** Returns the JSON of a file, or computes and writes it if the file does not exist. */
export async function cachedJson<T>(file: string, compute: () => Promise<T>): Promise<T> {
  const text = await cachedText(file);
  if (text !== undefined) return JSON.parse(text) as T;
  const value = await compute();
  await makeFolderOf(file);
  await writeJson(file, value);
  return value;
}
