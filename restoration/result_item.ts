/**
 * STAC item of a result: where and when it is, how it was made and from what, and its files with their
 * checksums.
 *
 * STAC 1.0 with `proj:epsg`, `eo:bands` and `raster:bands` is what most programs read, GDAL among them.
 * The item holds no time of its creation: equal calls write equal items.
 *
 * @module
 */

import { basename, dirname, relative, resolve } from "node:path";
import config from "../deno.json" with { type: "json" };
import { SENTINEL2_BANDS, shownAddress } from "../core/mod.ts";
import { isAddress } from "../files/mod.ts";
import { commonNameOf, isStac } from "../products/mod.ts";
import type { FileChecksum } from "../rasters/mod.ts";
import { type Footprint, footprintOf } from "./footprint.ts";
import { PROVENANCE_CLASSES } from "./provenance_classes.ts";
import type { Layout } from "./scene_layout.ts";
import type { ScenePaths } from "./scene_paths.ts";

/** A JSON object. */
type Json = Readonly<Record<string, unknown>>;

/** Addresses of the schemas that the item follows. */
export const ITEM_EXTENSIONS: readonly string[] = [
  "https://stac-extensions.github.io/projection/v1.1.0/schema.json",
  "https://stac-extensions.github.io/eo/v1.1.0/schema.json",
  "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
  "https://stac-extensions.github.io/processing/v1.1.0/schema.json",
  "https://stac-extensions.github.io/file/v2.1.0/schema.json",
  "https://stac-extensions.github.io/classification/v2.0.0/schema.json",
];

/** Media type of the rasters. */
const COG = "image/tiff; application=geotiff; profile=cloud-optimized";
const NM_PER_UM = 1000;
/** Prefix of a SHA-256 as a multihash: its code and its length. */
const SHA256 = "1220";

/** Facts about a result for its item. */
export interface ItemFacts {
  readonly paths: ScenePaths;
  readonly layout: Layout;
  readonly dtype: string;
  readonly nodata: number | undefined;
  /** Tags of the result. */
  readonly tags: Readonly<Record<string, string>>;
  /** Paths and addresses of the dates that it is made of. */
  readonly sources: readonly string[];
  /** Acquisition time in RFC 3339, or the day, or the first and last day of a period. */
  readonly time: string | readonly [string, string];
  /** Size and checksum of each file, by path. */
  readonly files: ReadonlyMap<string, FileChecksum>;
}

/** A day as its first instant; a time unchanged. */
function instant(time: string, at = "00:00:00"): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(time) ? `${time}T${at}Z` : time;
}

function timeFields(time: ItemFacts["time"]): Json {
  if (typeof time === "string") return { datetime: instant(time) };
  const [start, end] = time;
  return {
    datetime: null,
    start_datetime: instant(start),
    end_datetime: instant(end, "23:59:59"),
  };
}

/** Fields of the projection extension. */
function projectionFields({ grid: { width, height, transform, crs } }: Layout): Json {
  const base = { "proj:epsg": crs?.epsg ?? null, "proj:shape": [height, width] };
  if (transform === undefined) return base;
  const [a, b, c, d, e, f] = transform;
  const [xs, ys] = [
    [a, a + b * width, a + c * height, a + b * width + c * height],
    [d, d + e * width, d + f * height, d + e * width + f * height],
  ];
  return {
    ...base,
    "proj:transform": [b, c, a, e, f, d],
    "proj:bbox": [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
  };
}

/** A nodata value in JSON, which has no NaN. */
function nodataField(nodata: number | undefined): Json {
  if (nodata === undefined) return {};
  return { nodata: Number.isNaN(nodata) ? "nan" : nodata };
}

function opticalBand(name: string): Json {
  const band = SENTINEL2_BANDS.find((one) => one.name === name);
  const common = commonNameOf(name);
  return {
    name,
    ...(common !== undefined && { common_name: common }),
    ...(band && { center_wavelength: Number((band.wavelength / NM_PER_UM).toFixed(4)) }),
  };
}

/** `EMRDM_MODEL_SHA256` → `emrdm:model_sha256`. */
function processingFields(tags: ItemFacts["tags"]): Json {
  const own = Object.entries(tags).filter(([name]) => name.startsWith("EMRDM_"));
  const { EMRDM_MODEL: model, EMRDM_METHOD: method, EMRDM_CHOSEN: chosen } = tags;
  const by = method === undefined
    ? `the model ${model}${chosen === undefined ? "" : `, or the composite: ${chosen}`}`
    : `the method ${method}, without a model`;
  return {
    "processing:software": { emrdm: config.version },
    "processing:lineage": `Clouds removed by ${by}`,
    ...Object.fromEntries(
      own.map(([name, value]) => [`emrdm:${name.slice("EMRDM_".length).toLowerCase()}`, value]),
    ),
  };
}

/** Fields of the bands of the image. */
function imageBands({ layout: { bands, scaling }, dtype, nodata }: ItemFacts): Json {
  const { scales, offsets, units } = scaling;
  return {
    "eo:bands": bands.map(opticalBand),
    "raster:bands": bands.map((_, i) => ({
      data_type: dtype,
      ...nodataField(nodata),
      ...(scales && { scale: scales[i] }),
      ...(offsets && { offset: offsets[i] }),
      ...(units?.[i] && { unit: units[i] }),
    })),
  };
}

function uncertaintyBands({ layout: { bands, scaling: { scales } } }: ItemFacts): Json {
  return {
    "raster:bands": bands.map((_, i) => ({
      data_type: "float32",
      nodata: "nan",
      ...(scales && { scale: scales[i], offset: 0 }),
    })),
  };
}

/** Classes of the provenance raster. */
const CLASSES = PROVENANCE_CLASSES.map(({ name, color }, value) => ({
  value,
  name: name.replace(/[^0-9a-z]+/gi, "-"),
  description: name,
  color_hint: color.map((part) => part.toString(16).padStart(2, "0")).join("").toUpperCase(),
}));

/** Assets of an item, by the kind of their files. */
function assetsOf(facts: ItemFacts): Readonly<Record<string, Json>> {
  const { paths, files } = facts;
  const { output, provenance, uncertainty, support, days, picture } = paths;
  const folder = dirname(resolve(output));
  const single = (type: string, nodata: number) => ({
    "raster:bands": [{ data_type: type, nodata }],
  });
  const kinds = {
    image: [output, ["data"], "Image without clouds", imageBands(facts)],
    provenance: [provenance, ["metadata", "provenance"], "Source of each pixel", {
      ...single("uint8", 0),
      "classification:classes": CLASSES,
    }],
    uncertainty: [uncertainty, ["metadata", "uncertainty"], "Standard deviation", {
      ...uncertaintyBands(facts),
    }],
    support: [support, ["metadata"], "Evidence of other dates in percent", single("uint8", 255)],
    days: [days, ["metadata"], "Days to the nearest observation", single("int16", -1)],
    picture: [picture, ["overview"], "The reference before and after", {}],
  } as const;
  return Object.fromEntries(
    Object.entries(kinds).flatMap(([key, [path, roles, title, fields]]) => {
      if (path === undefined) return [];
      const { sha256, size } = files.get(path)!;
      const href = relative(folder, resolve(path)).replaceAll("\\", "/");
      return [[key, {
        href: href.startsWith("..") ? href : `./${href}`,
        type: key === "picture" ? "image/png" : COG,
        title,
        roles,
        ...fields,
        "file:checksum": `${SHA256}${sha256}`,
        "file:size": size,
      }]];
    }),
  );
}

/** A source relative to the item, or its address without query string. */
function sourceHref(source: string, item: string): string {
  if (isAddress(source)) return shownAddress(source);
  return relative(dirname(resolve(item)), resolve(source)).replaceAll("\\", "/");
}

/** Writes the item of a result as an object. */
export function resultItem(facts: ItemFacts): Json {
  const { paths: { output }, layout, sources, tags, time } = facts;
  const found: Footprint | undefined = footprintOf(layout.grid);
  return {
    type: "Feature",
    stac_version: "1.0.0",
    stac_extensions: ITEM_EXTENSIONS,
    id: basename(output).replace(/\.tiff?$/i, ""),
    geometry: found?.geometry ?? null,
    ...(found && { bbox: found.bbox }),
    properties: {
      ...timeFields(time),
      ...projectionFields(layout),
      ...processingFields(tags),
    },
    links: sources.map((source) => ({
      rel: "derived_from",
      href: sourceHref(source, output),
      ...(isStac(source) && { type: "application/geo+json" }),
    })),
    assets: assetsOf(facts),
  };
}
