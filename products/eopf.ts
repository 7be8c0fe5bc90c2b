/**
 * Sentinel-2 products of EOPF: Zarr stores with an array for each band and resolution.
 *
 * @module
 */

import { InputError, parseJson, SENTINEL2_NAMES, shownAddress } from "../core/mod.ts";
import { openZarrStore, pathBelow, type ZarrStore } from "../rasters/mod.ts";
import type { BandFiles } from "./band_files.ts";
import { openBandFiles } from "./band_folder.ts";
import { dateOf } from "./dates.ts";
import { productOfPath } from "./naming_rules.ts";
import { productFacts } from "./product_facts.ts";
import type { SceneFile } from "./scene.ts";
import { settledLevel, withTags } from "./scene_facts.ts";

/** A JSON object. */
type Json = Readonly<Record<string, unknown>>;

/** Groups of the bands, the finest first. */
const RESOLUTIONS = ["r10m", "r20m", "r60m"] as const;
const REFLECTANCE = "measurements/reflectance";
/** Places of the scene classification. */
const CLASSIFICATIONS: readonly string[] = [
  "conditions/mask/l2a_classification/r20m/scl",
  "conditions/mask/l2a_classification/r60m/scl",
];

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function jsonOf(store: ZarrStore, key: string): Promise<Json | undefined> {
  const bytes = await store.get(key);
  if (bytes === undefined) return undefined;
  try {
    const value = parseJson(new TextDecoder().decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Metadata of a store. */
interface Contents {
  readonly attributes: Json;
  /** True if the store has an array of a path. */
  readonly has: (path: string) => Promise<boolean>;
}

/** Contents by the consolidated metadata of version 2 or 3, else by asking for each array. */
async function contentsOf(store: ZarrStore): Promise<Contents | undefined> {
  const old = await jsonOf(store, "/.zmetadata");
  if (isObject(old?.metadata)) {
    const all = old.metadata;
    const attributes = all[".zattrs"];
    return {
      attributes: isObject(attributes) ? attributes : {},
      has: (path) => Promise.resolve(`${path}/.zarray` in all),
    };
  }
  const group = await jsonOf(store, "/zarr.json");
  if (group !== undefined) {
    const known = isObject(group.consolidated_metadata)
      ? group.consolidated_metadata.metadata
      : undefined;
    return {
      attributes: isObject(group.attributes) ? group.attributes : {},
      has: isObject(known)
        ? (path) => Promise.resolve(path in known)
        : async (path) => (await store.get(`/${path}/zarr.json`)) !== undefined,
    };
  }
  if (await jsonOf(store, "/.zgroup") === undefined) return undefined;
  return {
    attributes: await jsonOf(store, "/.zattrs") ?? {},
    has: async (path) => (await store.get(`/${path}/.zarray`)) !== undefined,
  };
}

/** Properties of the STAC item in the attributes. */
function discoveryOf({ stac_discovery: discovery }: Json): Json {
  return isObject(discovery) && isObject(discovery.properties) ? discovery.properties : {};
}

/** The arrays of the bands at their finest resolution. */
async function bandArrays(root: string, { has }: Contents): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const band of SENTINEL2_NAMES) {
    for (const resolution of RESOLUTIONS) {
      const path = `${REFLECTANCE}/${resolution}/${band.toLowerCase()}`;
      if (!await has(path)) continue;
      found.set(band, pathBelow(root, path));
      break;
    }
  }
  return found;
}

/** Acquisition time in RFC 3339. */
function timeOf(properties: Json): string | undefined {
  const value = properties.datetime ?? properties.start_datetime;
  const time = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/**
 * Opens an EOPF product of Sentinel-2: every band at its finest resolution, on the grid of the finest,
 * with the scale and offset of its arrays and the scene classification.
 *
 * @param path Path or address of the store, `NAME.zarr`.
 * @throws {InputError} If it cannot be read, or holds no bands of Sentinel-2.
 */
export async function openEopf(path: string): Promise<SceneFile> {
  const source = shownAddress(path);
  const store = openZarrStore(path);
  const contents = await contentsOf(store);
  const files = contents && await bandArrays(path, contents);
  if (contents === undefined || files === undefined || files.size === 0) {
    throw new InputError(
      `Cannot open scene ${source}: a Zarr store must be an EOPF product of Sentinel-2, with arrays ` +
        `such as ${REFLECTANCE}/r10m/b02, got ${
          contents === undefined ? "no metadata of a Zarr group" : "none of them"
        }; export other stores as GeoTIFF, a file for each band, named like B02.tif`,
    );
  }
  const properties = discoveryOf(contents.attributes);
  const named = productOfPath(path);
  let classification: string | undefined;
  for (const one of CLASSIFICATIONS) {
    if (await contents.has(one)) {
      classification = pathBelow(path, one);
      break;
    }
  }
  const bands: BandFiles = {
    folder: source,
    files,
    ...(named && { named }),
    labels: new Map([...files.values()].map((file) => [file, shownAddress(file)])),
  };
  const opened = await openBandFiles(bands);
  try {
    const type = properties["product:type"] ?? properties["processing:level"];
    const level = /(1C|2A)/i.exec(String(type ?? ""))?.[1]?.toUpperCase();
    const facts = productFacts({
      path: source,
      ...(named && { named }),
      ...(level !== undefined && { tags: { PRODUCT_TYPE: `S2MSI${level}` } }),
      where: "the store's metadata",
    });
    const { product, ...doubts } = settledLevel(facts, opened.header);
    const datetime = timeOf(properties);
    const day = named?.date ?? dateOf(source);
    return {
      ...withTags(opened, product),
      source,
      kind: "zarr",
      product,
      renamed: [],
      ...doubts,
      // The name of the product decides about its day.
      ...(datetime !== undefined && (day === undefined || datetime.startsWith(day)) &&
        { datetime }),
      ...(classification !== undefined && { classification }),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
