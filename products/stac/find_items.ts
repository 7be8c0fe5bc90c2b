/**
 * Finds the items of STAC documents: an item, a collection of items (a search result), a collection or
 * a catalog, from files or from an API.
 *
 * @module
 */

import { InputError, shownAddress } from "../../core/mod.ts";
import {
  isStacName,
  type Json,
  linksOf,
  readDocument,
  shownValue,
  splitItemName,
  stacError,
} from "./document.ts";
import { intervalOf, isWanted, type ItemFilter } from "./item_filter.ts";
import { parseItem, readItem, type StacItem } from "./item.ts";

/** An item that can be opened as a scene. */
export interface FoundItem {
  /** Name by which `openScene` opens it. */
  readonly path: string;
  /** Day of its acquisition. */
  readonly date: string;
  /** Its id. */
  readonly id: string;
}

/** Most items of one call: more are a mistake in the conditions. */
const MOST = 1000;
/** Most documents that are read in search of items. */
const MOST_DOCUMENTS = 20_000;

/** Documents still to be read. */
interface Search {
  readonly filter: ItemFilter;
  readonly seen: Set<string>;
  readonly found: StacItem[];
}

function add(item: StacItem, { filter, found }: Search): void {
  if (!isWanted(item, filter)) return;
  found.push(item);
  if (found.length <= MOST) return;
  throw new RangeError(
    `Cannot use more than ${MOST} items at once: choose some by --datetime and --bbox`,
  );
}

/** Adds the items of a search result, and of its further pages. */
function addFeatures(value: Json, name: string, search: Search): readonly string[] {
  const features = value.features as readonly unknown[];
  for (const [i, feature] of features.entries()) {
    const id = (feature as Json | null)?.id;
    if (typeof id !== "string" || id === "") {
      throw stacError(name, `features[${i}].id must be a string, got ${shownValue(id)}`);
    }
    add(parseItem(feature, `${name}#${id}`), search);
  }
  const next = linksOf(value, name).find(({ rel }) => rel === "next");
  if (next === undefined || features.length === 0) return [];
  if (next.method !== undefined && next.method.toUpperCase() !== "GET") {
    throw stacError(
      name,
      `its next page must be an address, got a request with ${next.method}; save all pages ` +
        "into one file",
    );
  }
  return [next.href];
}

/** Adds the items of one document. @returns Documents that it links to. */
async function addDocument(name: string, search: Search): Promise<readonly string[]> {
  const value = await readDocument(name);
  switch (value.type) {
    case "Feature":
      add(parseItem(value, name), search);
      return [];
    case "FeatureCollection":
      return addFeatures(value, name, search);
    case "Collection":
    case "Catalog": {
      const links = linksOf(value, name);
      // An API pages through its items; the static links of one would repeat them.
      const items = links.filter(({ rel }) => rel === "items");
      const kinds = items.length > 0 ? ["items", "child"] : ["item", "child"];
      return links.filter(({ rel }) => kinds.includes(rel)).map(({ href }) => href);
    }
    default:
      throw stacError(
        name,
        `type must be Feature, FeatureCollection, Collection or Catalog, got ${
          shownValue(value.type)
        }`,
      );
  }
}

/**
 * Finds the items of a STAC document by rising time.
 *
 * @param name Path or address of an item, a search result, a collection or a catalog.
 * @throws {InputError} If a document cannot be read, a field is wrong, or no item meets the conditions.
 * @throws {RangeError} If a condition is malformed, or more than 1000 items meet them.
 */
export async function findItems(
  name: string,
  filter: ItemFilter = {},
): Promise<readonly FoundItem[]> {
  if (filter.datetime !== undefined) intervalOf(filter.datetime);
  const search: Search = { filter, seen: new Set(), found: [] };
  if (splitItemName(name).id !== undefined) add(await readItem(name), search);
  else {
    const queue = [name];
    while (queue.length > 0) {
      const next = queue.shift()!;
      if (search.seen.has(next)) continue;
      search.seen.add(next);
      if (search.seen.size > MOST_DOCUMENTS) {
        throw stacError(
          name,
          `it must lead to at most ${MOST_DOCUMENTS} documents, got more; pass a collection in it`,
        );
      }
      queue.unshift(...await addDocument(next, search));
    }
  }
  if (search.found.length === 0) {
    const { datetime, bbox } = filter;
    const conditions = [
      ...(datetime === undefined ? [] : [`of ${datetime}`]),
      ...(bbox === undefined ? [] : [`in the bbox ${bbox.join(",")}`]),
    ].join(" ");
    throw new InputError(
      `Cannot use STAC document ${shownAddress(name)}: it must hold an item${
        conditions && ` ${conditions}`
      }, got none`,
    );
  }
  return search.found
    .toSorted((a, b) => a.datetime < b.datetime ? -1 : a.datetime > b.datetime ? 1 : 0)
    .map((item) => ({ path: item.name, date: item.day, id: item.id }));
}

/** True if a path or address names STAC, by its form. */
export function isStac(name: string): boolean {
  return isStacName(splitItemName(name).document);
}
