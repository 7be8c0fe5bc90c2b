/**
 * A product of four dates on one grid, and STAC items of it by the conventions of three archives:
 * Earth Search (Element 84), Planetary Computer (Microsoft) and CDSE (Copernicus).
 */

import { createRng, type Crs, type Raster } from "../../../core/mod.ts";
import { syntheticClouds, syntheticScene } from "../../../synthetic/mod.ts";
import { writeCog } from "../../../rasters/mod.ts";

/** Side of the images at 10 m. */
export const SIDE = 48;
/** Days of the dates. */
export const DAYS = ["2018-05-07", "2018-05-12", "2018-05-17", "2018-05-22"] as const;
/** Bands at 10 m and 20 m. */
export const BANDS_10M = ["B02", "B03", "B04", "B08"] as const;
const BANDS_20M = ["B8A", "B11"] as const;
/** Upper left corner in EPSG:32633. */
export const ORIGIN = [600000, 5300040] as const;

/** The CRS of an EPSG code of a projected system. */
export function crsOf(epsg: number): Crs {
  return {
    epsg,
    geoKeys: { directory: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, epsg] },
  };
}

/** The archives whose conventions the items follow. */
export type Archive = "earthSearch" | "planetaryComputer" | "cdse";

/** A JSON object that tests change. */
// deno-lint-ignore no-explicit-any -- items are free-form.
export type Json = Record<string, any>;

/** A clouded scene of a day in DN, with its classification. */
export function dateOf(index: number): { readonly image: Raster; readonly scl: Uint8Array } {
  const full = syntheticScene(createRng(2), { width: SIDE, height: SIDE });
  const { cloudy, mask } = syntheticClouds(full, createRng(index + 5), { scale: 16 });
  return { image: cloudy, scl: Uint8Array.from(mask.data, (value) => value === 0 ? 4 : 9) };
}

async function writeBand(
  path: string,
  { band, data, step, nodata, epsg }: {
    readonly band: string;
    readonly data: Uint8Array | Uint16Array;
    readonly step: number;
    readonly nodata?: number;
    readonly epsg: number;
  },
): Promise<void> {
  const side = SIDE / step;
  const small = data.filter((_, i) => i % SIDE % step === 0 && Math.floor(i / SIDE) % step === 0);
  await writeCog(path, {
    width: side,
    height: side,
    bands: [band],
    data: small,
    dtype: data instanceof Uint8Array ? "uint8" : "uint16",
    transform: [ORIGIN[0], 10 * step, 0, ORIGIN[1], 0, -10 * step],
    crs: crsOf(epsg),
    ...(nodata !== undefined && { nodata }),
  }, { overwrite: true });
}

/** Names of the files of a date in an archive. */
function nameOf(archive: Archive, { day, band }: { readonly day: string; readonly band: string }) {
  const digits = day.replaceAll("-", "");
  const metres = band === "SCL" || BANDS_20M.some((one) => one === band) ? 20 : 10;
  switch (archive) {
    case "earthSearch":
      return `${day.slice(0, 7).replace("-", "/")}/S2A_33UWP_${digits}_0_L2A/${band}.tif`;
    case "planetaryComputer":
      return `${product(day)}.SAFE/T33UWP_${digits}T100031_${band}_${metres}m.tif`;
    case "cdse":
      return `${product(day)}.SAFE/T33UWP_${digits}T100031_${band}_${metres}m.tif`;
  }
}

/** Name of the product of a day, of a baseline with an offset of -1000 DN. */
export function product(day: string): string {
  const digits = day.replaceAll("-", "");
  return `S2A_MSIL2A_${digits}T100031_N0500_R122_T33UWP_20230904T162417`;
}

const COMMON: Readonly<Record<string, string>> = {
  B02: "blue",
  B03: "green",
  B04: "red",
  B08: "nir",
  B8A: "nir08",
  B11: "swir16",
};

/** The outline of the scene in degrees, roughly. */
const BOX = [16.3360, 47.8418, 16.3425, 47.8462];

/** Options of {@linkcode writeArchive}. */
export interface ArchiveOptions {
  /** Address of the folder's files. Default: paths relative to the item. */
  readonly base?: string;
  /** Query string of every address. */
  readonly query?: string;
  /** DN added to every value, as in products from baseline 04.00 on. Default 1000. */
  readonly added?: number;
  /** Default 32633. */
  readonly epsg?: number;
  /** Number of dates. Default 1. */
  readonly dates?: number;
}

function itemOf(archive: Archive, { day, base, query }: {
  readonly day: string;
  readonly base: string;
  readonly query: string;
}): Json {
  const href = (band: string) => `${base}${nameOf(archive, { day, band })}${query}`;
  const bands = [...BANDS_10M, ...BANDS_20M];
  const type = "image/tiff; application=geotiff; profile=cloud-optimized";
  const digits = day.replaceAll("-", "");
  const common = {
    type: "Feature",
    bbox: BOX,
    geometry: {
      type: "Polygon",
      coordinates: [[
        [BOX[0], BOX[1]],
        [BOX[2], BOX[1]],
        [BOX[2], BOX[3]],
        [BOX[0], BOX[3]],
        [BOX[0], BOX[1]],
      ]],
    },
    links: [],
  };
  const metres = (band: string) => BANDS_20M.some((one) => one === band) ? 20 : 10;
  const shape = (band: string) => SIDE / (metres(band) / 10);
  const transform = (band: string) => [metres(band), 0, ORIGIN[0], 0, -metres(band), ORIGIN[1]];
  switch (archive) {
    case "earthSearch":
      return {
        ...common,
        stac_version: "1.0.0",
        stac_extensions: [],
        id: `S2A_33UWP_${digits}_0_L2A`,
        collection: "sentinel-2-c1-l2a",
        properties: {
          datetime: `${day}T10:08:41.000Z`,
          platform: "sentinel-2a",
          constellation: "sentinel-2",
          "proj:epsg": 32633,
          "s2:processing_baseline": "05.00",
          "s2:product_uri": `${product(day)}.SAFE`,
          "earthsearch:boa_offset_applied": false,
        },
        assets: {
          thumbnail: { href: href("thumbnail").replace(".tif", ".jpg"), type: "image/jpeg" },
          ...Object.fromEntries(bands.map((band) => [COMMON[band], {
            href: href(band),
            type,
            roles: ["data", "reflectance"],
            "eo:bands": [{ name: COMMON[band], common_name: COMMON[band] }],
            "proj:shape": [shape(band), shape(band)],
            "proj:transform": transform(band),
            "raster:bands": [{ nodata: 0, data_type: "uint16", scale: 0.0001, offset: -0.1 }],
          }])),
          scl: { href: href("SCL"), type, roles: ["data"] },
        },
      };
    case "planetaryComputer":
      return {
        ...common,
        stac_version: "1.0.0",
        stac_extensions: [],
        id: product(day).replace("_N0500", ""),
        collection: "sentinel-2-l2a",
        properties: {
          datetime: `${day}T10:00:31.024000Z`,
          platform: "Sentinel-2A",
          constellation: "Sentinel 2",
          "proj:epsg": 32633,
          "s2:processing_baseline": "05.00",
          "s2:product_uri": `${product(day)}.SAFE`,
          "s2:product_type": "S2MSI2A",
        },
        assets: {
          ...Object.fromEntries(bands.map((band) => [band, {
            href: href(band),
            type,
            roles: ["data"],
            gsd: metres(band),
            "eo:bands": [{ name: band, common_name: COMMON[band] }],
            "proj:shape": [shape(band), shape(band)],
            "proj:transform": transform(band),
          }])),
          SCL: { href: href("SCL"), type, roles: ["data"], gsd: 20 },
          "rendered_preview": { href: "https://example.org/preview.png", type: "image/png" },
        },
      };
    case "cdse":
      return {
        ...common,
        stac_version: "1.1.0",
        stac_extensions: [],
        id: product(day),
        collection: "sentinel-2-l2a",
        properties: {
          datetime: `${day}T10:00:31.024Z`,
          platform: "sentinel-2a",
          constellation: "sentinel-2",
          "proj:code": "EPSG:32633",
          "processing:version": "05.00",
          "processing:level": "L2",
          "product:type": "S2MSI2A",
        },
        assets: {
          ...Object.fromEntries(bands.map((band) => [`${band}_${metres(band)}m`, {
            href: `s3://eodata/Sentinel-2/MSI/${nameOf(archive, { day, band })}`,
            alternate: { https: { href: href(band) } },
            type,
            roles: ["data", "reflectance"],
            gsd: metres(band),
            nodata: 0,
            "raster:scale": 0.0001,
            "raster:offset": -0.1,
            bands: [{ name: band, "eo:common_name": COMMON[band] }],
          }])),
          "SCL_20m": {
            href: `s3://eodata/Sentinel-2/MSI/${nameOf(archive, { day, band: "SCL" })}`,
            alternate: { https: { href: href("SCL") } },
            type,
            roles: ["data"],
          },
        },
      };
  }
}

/** Writes the files of some dates, and returns their items. */
export async function writeArchive(
  folder: string,
  archive: Archive,
  { base = "./", query = "", added = 1000, epsg = 32633, dates = 1 }: ArchiveOptions = {},
): Promise<Json[]> {
  const items: Json[] = [];
  for (const [i, day] of DAYS.slice(0, dates).entries()) {
    const { image, scl } = dateOf(i);
    const count = image.bands.length;
    for (const band of [...BANDS_10M, ...BANDS_20M, "SCL"]) {
      const path = `${folder}/${nameOf(archive, { day, band })}`;
      await Deno.mkdir(path.replace(/[^/]*$/, ""), { recursive: true });
      const at = image.bands.indexOf(band);
      const is20m = band === "SCL" || BANDS_20M.some((one) => one === band);
      const data = band === "SCL" ? scl : Uint16Array.from(
        { length: SIDE * SIDE },
        (_, p) => image.data[p * count + at]! + added,
      );
      await writeBand(path, { band, data, step: is20m ? 2 : 1, epsg });
    }
    items.push(itemOf(archive, { day, base, query }));
  }
  return items;
}

/** Writes a JSON document and returns its path. */
export async function writeDocument(path: string, value: Json): Promise<string> {
  await Deno.writeTextFile(path, JSON.stringify(value));
  return path;
}

/** A search result of items. */
export function searchResult(features: readonly Json[], links: readonly Json[] = []): Json {
  return { type: "FeatureCollection", features, links };
}
