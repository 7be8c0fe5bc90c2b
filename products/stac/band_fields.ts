/**
 * Metadata of the bands of an asset: `bands` of STAC 1.1, `eo:bands` and `raster:bands` of
 * the extensions for 1.0.
 *
 * @module
 */

import { isObject, type Json, shownValue, stacError } from "./document.ts";
import type { StacAsset } from "./item.ts";

/** One band of an asset; unknown facts are undefined. */
export interface StacBand {
  /** The producer's name, such as "B02" or "OLI_B4". */
  readonly name?: string;
  /** Common name, such as "nir08". */
  readonly common?: string;
  /** Centre wavelength in µm. */
  readonly wavelength?: number;
  /** Stated by `raster:scale` or `raster:bands`. */
  readonly scale?: number;
  /** Stated as `scale`. */
  readonly offset?: number;
  /** Value of pixels without data; NaN for "nan". */
  readonly nodata?: number;
  /** Name of the field with `scale` and `offset`, for messages. */
  readonly field: string;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A list of objects in a field. */
function listOf(fields: Json, field: string, place: Place): readonly Json[] | undefined {
  const value = fields[field];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw stacError(
    place.item,
    `assets.${place.asset}.${field} must be a list of objects, got ${shownValue(value)}`,
  );
}

interface Place {
  readonly item: string;
  readonly asset: string;
}

/** A finite number of a field; undefined if it is absent. */
function numberOf(fields: Json, name: string, place: Place & { readonly field: string }) {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw stacError(
    place.item,
    `assets.${place.asset}.${place.field}.${name} must be a number, got ${shownValue(value)}`,
  );
}

/** The value of pixels without data, which may be the string "nan". */
function nodataOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^nan$/i.test(value) ? NaN : undefined;
}

/**
 * The bands of an asset, in their order; empty if the item says nothing of them.
 *
 * @param name Name of the item, for messages.
 * @throws {InputError} If a field has a wrong type, or two lists have different lengths.
 */
export function bandsOfAsset({ key, fields }: StacAsset, name: string): readonly StacBand[] {
  const place = { item: name, asset: key };
  const common = listOf(fields, "bands", place);
  const eo = listOf(fields, "eo:bands", place);
  const raster = listOf(fields, "raster:bands", place);
  const lists = [common, eo, raster].filter((list) => list !== undefined);
  const counts = new Set(lists.map(({ length }) => length));
  if (counts.size > 1) {
    throw stacError(
      name,
      `the lists of bands of assets.${key} must be of equal length, got ${
        lists.map(({ length }) => length).join(" and ")
      }`,
    );
  }
  // Without a list, the asset itself may state the facts of its only band (STAC 1.1).
  const isSingle = lists.length === 0 &&
    ["raster:scale", "raster:offset", "eo:common_name"].some((field) => field in fields);
  const count = lists.length === 0 ? (isSingle ? 1 : 0) : [...counts][0]!;
  return Array.from({ length: count }, (_, i): StacBand => {
    const own = common?.[i] ?? {};
    const optical = eo?.[i] ?? {};
    const values = raster?.[i];
    const field = values !== undefined
      ? `raster:bands[${i}]`
      : own["raster:scale"] !== undefined || own["raster:offset"] !== undefined
      ? `bands[${i}]`
      : "";
    // Fields of the asset hold for all of its bands.
    const inherited = { ...fields, ...own };
    const prefix = values === undefined ? "raster:" : "";
    const at = { ...place, field: field === "" ? "" : field };
    const source = values ?? inherited;
    const scale = numberOf(source, `${prefix}scale`, at);
    const offset = numberOf(source, `${prefix}offset`, at);
    const nodata = nodataOf(values?.nodata ?? inherited.nodata);
    const wavelength =
      numberOf(optical, "center_wavelength", { ...place, field: `eo:bands[${i}]` }) ??
        numberOf(inherited, "eo:center_wavelength", { ...place, field: `bands[${i}]` });
    const names = {
      name: textOf(own.name) ?? textOf(optical.name),
      common: textOf(inherited["eo:common_name"]) ?? textOf(optical.common_name),
    };
    return {
      ...(names.name !== undefined && { name: names.name }),
      ...(names.common !== undefined && { common: names.common }),
      ...(wavelength !== undefined && { wavelength }),
      ...(scale !== undefined && { scale }),
      ...(offset !== undefined && { offset }),
      ...(nodata !== undefined && { nodata }),
      field: values !== undefined
        ? `assets.${key}.raster:bands[${i}].`
        : `assets.${key}.${field === "" ? "" : `${field}.`}raster:`,
    };
  });
}
