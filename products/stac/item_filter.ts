/**
 * Conditions on items: a time interval, and a box that they touch.
 *
 * @module
 */

import { type Box, transformBox, WGS84 } from "../../rasters/mod.ts";
import { isDay } from "../dates.ts";
import { epsgOf, projectedBox } from "./check_projection.ts";
import { stacError } from "./document.ts";
import type { StacItem } from "./item.ts";

/** Options that choose items of a catalog. */
export interface ItemFilter {
  /**
   * A day (`2018-05-07`), a time in RFC 3339, or an interval of two of them, of which one may be open:
   * `2018-05-01/2018-05-31`, `../2018-05-31`. Default all.
   */
  readonly datetime?: string;
  /** Minimum x, minimum y, maximum x, maximum y. Default everywhere. */
  readonly bbox?: Box;
  /** CRS of `bbox`: an EPSG code, PROJ string or WKT. Default that of the items. */
  readonly bboxCrs?: string;
}

const DAY_MS = 86_400_000;

/** First and last instant of a day or time, in milliseconds. */
function instants(text: string, datetime: string): readonly [number, number] {
  if (isDay(text)) {
    const start = Date.parse(`${text}T00:00:00Z`);
    return [start, start + DAY_MS - 1];
  }
  const time = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return [time, time];
  throw new RangeError(
    `Cannot choose dates by the time ${datetime}: it must be a day (2018-05-07), a time, or an ` +
      `interval such as 2018-05-01/2018-05-31, got ${text || "nothing"}`,
  );
}

/** First and last instant of an interval, in milliseconds. @throws {RangeError} If it is none. */
export function intervalOf(datetime: string): readonly [number, number] {
  const parts = datetime.split("/");
  const isOpen = (part: string) => part === ".." || part === "";
  const [from = "", to = from] = parts;
  const isEmpty = parts.length > 2 || (isOpen(from) && isOpen(to));
  if (isEmpty) instants(datetime === "" ? "" : datetime, datetime);
  const start = isOpen(from) ? -Infinity : instants(from, datetime)[0];
  const end = isOpen(to) ? Infinity : instants(to, datetime)[1];
  if (start <= end) return [start, end];
  throw new RangeError(
    `Cannot choose dates by the time ${datetime}: its start must not be after its end`,
  );
}

/** Parts of a box on one side of the antimeridian, which a box with west > east crosses. */
function halves([west, south, east, north]: Box): readonly Box[] {
  return west <= east
    ? [[west, south, east, north]]
    : [[west, south, 180, north], [-180, south, east, north]];
}

function touches(a: Box, b: Box): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/** True if an item touches a box in a CRS. */
function isInside(item: StacItem, box: Box, crs: string | undefined): boolean {
  const own = epsgOf(item.properties) ??
    item.assets.map(({ fields }) => epsgOf(fields)).find((found) => found !== undefined);
  const from = crs ?? (own && `EPSG:${own.epsg}`);
  if (from === undefined) {
    throw stacError(
      item.name,
      "properties.proj:code must name the CRS of the bbox, got none; give it: --bbox-crs EPSG:4326",
    );
  }
  if (item.bbox === undefined) {
    const projected = projectedBox(item);
    if (own === undefined || projected === undefined) {
      throw stacError(item.name, "bbox must be there to compare it with the wanted one, got none");
    }
    return touches(projected, transformBox(box, { from, to: `EPSG:${own.epsg}` }));
  }
  const wanted = from === WGS84 ? box : transformBox(box, { from, to: WGS84 });
  return halves(item.bbox).some((one) => halves(wanted).some((other) => touches(one, other)));
}

/**
 * True if an item meets the conditions.
 *
 * @throws {RangeError} If the interval is malformed, or the CRS unknown.
 * @throws {InputError} If the item lacks what the conditions need.
 */
export function isWanted(item: StacItem, { datetime, bbox, bboxCrs }: ItemFilter): boolean {
  if (datetime !== undefined) {
    const [start, end] = intervalOf(datetime);
    const time = Date.parse(item.datetime);
    if (time < start || time > end) return false;
  }
  return bbox === undefined || isInside(item, bbox, bboxCrs);
}
