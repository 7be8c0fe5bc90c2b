/**
 * The GeoKey directory of a GeoTIFF, parsed by geotiff.js.
 *
 * geotiff.js receives copies of values that the directory reader has checked, never the file: it can
 * neither follow a position nor allocate by a count. Entries that point outside of the values are
 * left out before.
 *
 * @module
 */

import type { Crs } from "../core/mod.ts";

const GEO_KEYS = 34735;
const GEO_DOUBLES = 34736;
const GEO_ASCII = 34737;
/** Values of keys (OGC GeoTIFF 1.1). */
const USER_DEFINED = 32767;
const MODEL_PROJECTED = 1;
const PIXEL_IS_POINT = 2;

/** Facts in the keys. */
export interface GeoKeys {
  /** EPSG code of the CRS; undefined for one that its parameters define. */
  readonly epsg?: number;
  /** Name of the CRS, if its keys cite one. */
  readonly name?: string;
  /** True if coordinates are anchored at pixel centres instead of corners. */
  readonly isPixelIsPoint: boolean;
}

/** The directory without entries whose values it does not have. */
function completeEntries(
  { directory, doubles = [], ascii = "" }: Crs["geoKeys"],
): readonly number[] {
  const sizes = new Map([
    [GEO_KEYS, directory.length],
    [GEO_DOUBLES, doubles.length],
    [GEO_ASCII, ascii.length],
  ]);
  const entries: number[] = [];
  const count = Math.min(directory[3] ?? 0, Math.floor(directory.length / 4) - 1);
  for (let i = 4; i < 4 * (count + 1); i += 4) {
    const [key, location, values, offset] = directory.slice(i, i + 4) as [
      number,
      number,
      number,
      number,
    ];
    const size = sizes.get(location) ?? -1;
    if (location === 0 || offset + values <= size) entries.push(key, location, values, offset);
  }
  return [1, 1, 0, entries.length / 4, ...entries];
}

/**
 * Parses the keys of a CRS.
 *
 * A projected CRS without code is none of EPSG's, even where its geographic base is.
 */
export async function parseGeoKeys(geoKeys: Crs["geoKeys"]): Promise<GeoKeys> {
  // Loaded with the first file that has keys: the package brings decoders that are not used here.
  const { ImageFileDirectory } = await import("npm:geotiff@3.0.5");
  const entries = completeEntries(geoKeys);
  // An entry may refer to numbers behind the last entry of the directory.
  const directory = [...entries, ...geoKeys.directory.slice(entries.length)];
  const fields = new Map<number, string | number[]>([
    [GEO_KEYS, Uint16Array.from(directory) as unknown as number[]],
    [GEO_DOUBLES, Float64Array.from(geoKeys.doubles ?? []) as unknown as number[]],
    [GEO_ASCII, geoKeys.ascii ?? ""],
  ]);
  const keys = new ImageFileDirectory(fields, new Map(), new Map(), 0).parseGeoKeyDirectory() ?? {};
  const {
    GTModelTypeGeoKey: model,
    ProjectedCSTypeGeoKey: projected,
    GeographicTypeGeoKey: geographic,
  } = keys;
  const isProjected = model === MODEL_PROJECTED || projected !== undefined;
  const code: unknown = isProjected ? projected : geographic;
  const names: readonly unknown[] = [
    keys.PCSCitationGeoKey,
    keys.GTCitationGeoKey,
    keys.GeogCitationGeoKey,
  ];
  const name = names.find((value) => typeof value === "string" && value.trim() !== "");
  return {
    isPixelIsPoint: keys.GTRasterTypeGeoKey === PIXEL_IS_POINT,
    ...(typeof code === "number" && code !== USER_DEFINED ? { epsg: code } : {}),
    ...(typeof name === "string" ? { name: name.replace(/\|$/, "").trim() } : {}),
  };
}
