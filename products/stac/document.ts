/**
 * STAC documents: reading, the fields that every reader needs, and where relative links lead.
 *
 * An item inside a collection of items (a search result) is named by the path of the document, `#` and
 * the item's id.
 *
 * @module
 */

import { normalize } from "node:path";
import { InputError, parseJson, shownAddress } from "../../core/mod.ts";
import { isAddress, pathInAddress, pathOf, readText } from "../../files/mod.ts";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Largest STAC document in bytes. */
const LIMIT = 2 ** 26;
/** File names of STAC documents. */
const FILE = /\.(?:geo)?json$/i;
/** Paths of STAC APIs: an item, a collection, the items of one, a search. */
const ENDPOINT = /\/(?:search|collections(?:\/[^/]+(?:\/items(?:\/[^/]+)?)?)?)\/?$/i;

/** True for a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Document and item of a name such as `search.json#S2A_…`. */
export function splitItemName(name: string): { readonly document: string; readonly id?: string } {
  const at = name.lastIndexOf("#");
  if (at < 0 || !isStacName(name.slice(0, at))) return { document: name };
  return { document: name.slice(0, at), id: name.slice(at + 1) };
}

/** True for the path or address of a STAC document, by its form alone. */
export function isStacName(name: string): boolean {
  const path = pathInAddress(pathOf(name)).replace(/#.*$/s, "");
  return FILE.test(path) || (/^https?:/i.test(name) && ENDPOINT.test(path));
}

/** An error of a document that names it and one of its fields. */
export function stacError(name: string, message: string): InputError {
  return new InputError(`Cannot read STAC document ${shownAddress(name)}: ${message}`);
}

/** A value for messages, short. */
export function shownValue(value: unknown): string {
  const text = value === undefined ? "none" : JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/**
 * Reads a STAC document.
 *
 * @throws {InputError} If it cannot be read, or is no STAC document.
 */
export async function readDocument(name: string): Promise<Json> {
  let text: string;
  try {
    text = await readText(name, { limit: LIMIT });
  } catch (error) {
    if (error instanceof InputError || error instanceof Deno.errors.NotCapable) throw error;
    const must = error instanceof Deno.errors.NotFound
      ? "the file must exist; check its path"
      : `${error instanceof Error ? error.message : error}`;
    throw new InputError(`Cannot read STAC document ${shownAddress(name)}: ${must}`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw stacError(name, `it must be JSON, got ${error instanceof Error ? error.message : error}`);
  }
  if (!isObject(value)) throw stacError(name, `it must be an object, got ${shownValue(value)}`);
  const isItems = value.type === "FeatureCollection" && Array.isArray(value.features);
  if (typeof value.stac_version !== "string" && !isItems) {
    throw stacError(
      name,
      `stac_version must be a string, got ${
        shownValue(value.stac_version)
      }; is it a STAC document?`,
    );
  }
  return value;
}

/** Resolves a link of a document: relative to the document's folder or address. */
export function resolveLink(href: string, document: string): string {
  if (isAddress(href)) return pathOf(href);
  if (isAddress(document)) return new URL(href, document).href;
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(href)) return href;
  const folder = document.replace(/[^\\/]*$/, "");
  // Documents are recognised by their paths: without "..", each has one.
  return normalize(`${folder}${href}`);
}

/** A link of a document. */
export interface StacLink {
  readonly rel: string;
  /** Path or address. */
  readonly href: string;
  /** Method of the request, if it isn't a plain one. */
  readonly method?: string;
}

/** Links of a document; malformed ones are errors. @throws {InputError} If one has no rel or href. */
export function linksOf({ links = [] }: Json, document: string): readonly StacLink[] {
  if (!Array.isArray(links)) {
    throw stacError(document, `links must be a list, got ${shownValue(links)}`);
  }
  return links.map((link, i): StacLink => {
    if (!isObject(link) || typeof link.rel !== "string" || typeof link.href !== "string") {
      throw stacError(document, `links[${i}] must have rel and href, got ${shownValue(link)}`);
    }
    return {
      rel: link.rel,
      href: resolveLink(link.href, document),
      ...(typeof link.method === "string" && { method: link.method }),
    };
  });
}
