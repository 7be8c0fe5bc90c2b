/**
 * STAC items as values: id, day, properties and assets, with their addresses resolved.
 *
 * @module
 */

import { shownAddress } from "../../core/mod.ts";
import {
  isObject,
  type Json,
  linksOf,
  readDocument,
  resolveLink,
  shownValue,
  splitItemName,
  stacError,
} from "./document.ts";

/** An asset of an item. */
export interface StacAsset {
  /** Key among the item's assets. */
  readonly key: string;
  /** Path or address, which may carry a signature. */
  readonly href: string;
  /** Media type. */
  readonly type?: string;
  readonly roles: readonly string[];
  /** All fields. */
  readonly fields: Json;
}

/** An item. */
export interface StacItem {
  readonly id: string;
  /** Name by which it is opened. */
  readonly name: string;
  /** Its own address if the document states one, else its name; without query string. */
  readonly source: string;
  /** Acquisition time in RFC 3339. */
  readonly datetime: string;
  /** Day of the acquisition (UTC). */
  readonly day: string;
  /** West, south, east, north in degrees. */
  readonly bbox?: readonly [number, number, number, number];
  readonly properties: Json;
  readonly assets: readonly StacAsset[];
}

/** RFC 3339 with an offset from UTC. */
const TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:?\d{2})$/;

/** Time of an item: `datetime`, else the start of its interval. */
function timeOf(name: string, { datetime, start_datetime: start }: Json): string {
  const field = typeof datetime === "string" ? "datetime" : "start_datetime";
  const value = typeof datetime === "string" ? datetime : start;
  if (typeof value === "string" && TIME.test(value) && !Number.isNaN(Date.parse(value))) {
    return new Date(value).toISOString();
  }
  throw stacError(
    name,
    datetime === null || datetime === undefined
      ? `properties.datetime must be a time, or null with a start_datetime, got ${
        shownValue(value ?? datetime)
      }`
      : `properties.${field} must be a time such as 2018-05-07T10:00:21Z, got ${shownValue(value)}`,
  );
}

/** Address of an asset: an https alternate stands in for one that only some storage clients read. */
function hrefOf(href: string, { alternate }: Json): string {
  if (/^(?:https?|file):/i.test(href) || !/^[a-z][a-z0-9+.-]+:\/\//i.test(href)) return href;
  const others = isObject(alternate) ? Object.values(alternate) : [];
  const found = others.find((one) =>
    isObject(one) && typeof one.href === "string" && /^https?:/i.test(one.href)
  );
  return isObject(found) ? String(found.href) : href;
}

function assetOf(
  value: unknown,
  { name, document, key }: {
    readonly name: string;
    readonly document: string;
    readonly key: string;
  },
): StacAsset {
  const where = `assets.${key}`;
  if (!isObject(value)) {
    throw stacError(name, `${where} must be an object, got ${shownValue(value)}`);
  }
  const { href, type, roles = [] } = value;
  if (typeof href !== "string" || href === "") {
    throw stacError(name, `${where}.href must be an address or a path, got ${shownValue(href)}`);
  }
  if (type !== undefined && type !== null && typeof type !== "string") {
    throw stacError(name, `${where}.type must be a media type, got ${shownValue(type)}`);
  }
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === "string")) {
    throw stacError(name, `${where}.roles must be a list of strings, got ${shownValue(roles)}`);
  }
  return {
    key,
    href: resolveLink(hrefOf(href, value), document),
    ...(typeof type === "string" && { type }),
    roles,
    fields: value,
  };
}

/** Box of an item without heights. */
function boxOf(name: string, { bbox, geometry }: Json): StacItem["bbox"] {
  if (bbox === undefined || bbox === null) {
    if (geometry === null || geometry === undefined) return undefined;
    throw stacError(name, "bbox must be four or six numbers, as there is a geometry, got none");
  }
  const isBox = Array.isArray(bbox) && (bbox.length === 4 || bbox.length === 6) &&
    bbox.every((value) => typeof value === "number" && Number.isFinite(value));
  if (!isBox) throw stacError(name, `bbox must be four or six numbers, got ${shownValue(bbox)}`);
  const box = bbox as number[];
  return box.length === 4
    ? [box[0]!, box[1]!, box[2]!, box[3]!]
    : [box[0]!, box[1]!, box[3]!, box[4]!];
}

/**
 * Reads an item from a JSON value.
 *
 * @param name Name by which it is opened.
 * @throws {InputError} If a field is missing or wrong; the message names the document and the field.
 */
export function parseItem(value: unknown, name: string): StacItem {
  if (!isObject(value)) {
    throw stacError(name, `an item must be an object, got ${shownValue(value)}`);
  }
  const { type, id, properties, assets, stac_version: version } = value;
  if (type !== "Feature") {
    throw stacError(name, `type of an item must be "Feature", got ${shownValue(type)}`);
  }
  if (typeof version !== "string") {
    throw stacError(name, `stac_version must be a string, got ${shownValue(version)}`);
  }
  if (typeof id !== "string" || id === "") {
    throw stacError(name, `id must be a string, got ${shownValue(id)}`);
  }
  if (!isObject(properties)) {
    throw stacError(name, `properties must be an object, got ${shownValue(properties)}`);
  }
  if (!isObject(assets)) {
    throw stacError(name, `assets must be an object, got ${shownValue(assets)}`);
  }
  const { document } = splitItemName(name);
  const datetime = timeOf(name, properties);
  const self = linksOf(value, document).find(({ rel }) => rel === "self")?.href;
  const bbox = boxOf(name, value);
  return {
    id,
    name,
    source: shownAddress(self !== undefined && /^https?:/i.test(self) ? self : name),
    datetime,
    day: datetime.slice(0, 10),
    ...(bbox && { bbox }),
    properties,
    assets: Object.entries(assets).map(([key, asset]) => assetOf(asset, { name, document, key })),
  };
}

/**
 * Reads an item by its name: the path or address of a document, or of an item in a document
 * (`search.json#ID`).
 *
 * @throws {InputError} If it cannot be read, is no item, or a field is wrong.
 */
export async function readItem(name: string): Promise<StacItem> {
  const { document, id } = splitItemName(name);
  const value = await readDocument(document);
  if (id === undefined) {
    if (value.type === "Feature") return parseItem(value, name);
    throw stacError(
      name,
      `it must be one item here, got a ${shownValue(value.type)}; choose an item: ${
        shownAddress(name)
      }#ID`,
    );
  }
  const features = Array.isArray(value.features) ? value.features : [value];
  const found = features.find((one) => isObject(one) && one.id === id);
  if (found === undefined) throw stacError(document, `it must hold the item ${id}, got none`);
  return parseItem(found, name);
}
