/**
 * Checks the grid of an asset against what its item states: `proj:code` or `proj:epsg`,
 * `proj:transform` and `proj:shape`.
 *
 * @module
 */

import { crsName, type RasterHeader } from "../../rasters/mod.ts";
import { isObject, shownValue, stacError } from "./document.ts";
import type { StacAsset, StacItem } from "./item.ts";

/** Largest distance of equal origins, in pixels. */
const TOLERANCE = 0.01;
/** EPSG codes beyond this are private. */
const MAX_EPSG = 100_000;

/** EPSG code that an item states; undefined if it states none. */
export function epsgOf(
  fields: Readonly<Record<string, unknown>>,
): { readonly field: string; readonly epsg: number } | undefined {
  const code = /^EPSG:(\d{4,6})$/i.exec(String(fields["proj:code"] ?? ""))?.[1];
  if (code !== undefined) return { field: "proj:code", epsg: Number(code) };
  const epsg = fields["proj:epsg"];
  return typeof epsg === "number" && Number.isInteger(epsg) && epsg < MAX_EPSG
    ? { field: "proj:epsg", epsg }
    : undefined;
}

/** @throws {InputError} If the file of an asset is on another grid than the item states. */
export function checkProjection(
  { name, properties }: StacItem,
  { asset: { key, fields }, header }: {
    readonly asset: StacAsset;
    readonly header: RasterHeader;
  },
): void {
  const own = epsgOf(fields);
  const stated = own ?? epsgOf(properties);
  const where = own === undefined ? "properties" : `assets.${key}`;
  const { crs, transform } = header;
  if (stated !== undefined && crs?.epsg !== undefined && crs.epsg !== stated.epsg) {
    throw stacError(
      name,
      `${where}.${stated.field} must be that of the file of assets.${key}, ${crsName(crs)}, got ` +
        `EPSG:${stated.epsg}`,
    );
  }
  // Fields of the item are those of a default grid, which assets of other sizes do not have.
  const { "proj:transform": affine, "proj:shape": shape } = fields;
  if (Array.isArray(shape) && (shape[0] !== header.height || shape[1] !== header.width)) {
    throw stacError(
      name,
      `assets.${key}.proj:shape must be that of the file, [${header.height},${header.width}], got ` +
        shownValue(shape),
    );
  }
  if (!Array.isArray(affine) || affine.length < 6 || transform === undefined) return;
  const [b, c, a, e, f, d] = affine as number[];
  const given = [a, b, c, d, e, f];
  const pixel = Math.abs(transform[1]) || 1;
  const isSame = given.every((value, i) =>
    typeof value === "number" && Math.abs(value - transform[i]!) <= TOLERANCE * pixel
  );
  if (!isSame) {
    const [x, dx, rx, y, ry, dy] = transform;
    throw stacError(
      name,
      `assets.${key}.proj:transform must be that of the file, [${[dx, rx, x, ry, dy, y]}], got ` +
        shownValue(affine),
    );
  }
}

/** Box of an item in its own CRS. */
export function projectedBox(
  { properties }: StacItem,
): readonly [number, number, number, number] | undefined {
  const box = isObject(properties) ? properties["proj:bbox"] : undefined;
  return Array.isArray(box) && box.length === 4 && box.every((one) => typeof one === "number")
    ? [box[0]!, box[1]!, box[2]!, box[3]!]
    : undefined;
}
