/**
 * Recognises STAC documents in files whose name does not say so.
 *
 * @module
 */

import { parseJson } from "../core/mod.ts";
import { openByteSource, readText } from "../files/mod.ts";
import { isObject } from "./stac/document.ts";

/** Largest STAC document in bytes. */
const LIMIT = 2 ** 24;

async function beginsLikeJson(source: string): Promise<boolean> {
  const file = await openByteSource(source);
  try {
    const text = new TextDecoder().decode(await file.read(0, 64));
    return text.trimStart().startsWith("{");
  } finally {
    file.close();
  }
}

/**
 * Explains how to pass a STAC document; undefined for other files.
 *
 * @param source Path or address of a file that is no raster.
 */
export async function stacHint(source: string): Promise<string | undefined> {
  let value: unknown;
  try {
    if (!await beginsLikeJson(source)) return undefined;
    value = parseJson(await readText(source, { limit: LIMIT }));
  } catch {
    // The error of the raster reader says more.
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const isItems = value.type === "FeatureCollection" && Array.isArray(value.features);
  if (typeof value.stac_version !== "string" && !isItems) return undefined;
  return `it must be an image, got a STAC ${
    value.type === "Feature" ? "item" : "catalog or collection"
  }; its name must end in .json to be read as one: save it under such a name`;
}
