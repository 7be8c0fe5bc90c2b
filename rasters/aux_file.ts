/**
 * Metadata that GDAL keeps next to a raster in `NAME.tif.aux.xml`: nodata, transform and CRS, which win over
 * those of the file.
 *
 * @module
 */

import {
  type GeoTransform,
  xmlAttribute,
  xmlElements,
  type XmlNode,
  xmlTree,
} from "../core/mod.ts";
import { isAddress, openRemoteSibling } from "../files/mod.ts";

/** Content of the file that concerns pixels and their place. */
export interface AuxFile {
  readonly path: string;
  /** Nodata of the bands that have one, as text. */
  readonly nodata: readonly string[];
  readonly transform?: GeoTransform;
  /** True if it states a CRS. */
  readonly hasCrs: boolean;
}

/** Histograms can make the file long, but not nearly as long. */
const MAX_BYTES = 2 ** 24;
const SUFFIX = ".aux.xml";

/** Reads the text next to an address; undefined if the server has none, or answers with something else. */
async function readRemoteText(name: string): Promise<string | undefined> {
  const bytes = await openRemoteSibling(name, SUFFIX);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(await bytes.read(0, MAX_BYTES + 1));
  bytes.close();
  if (!text.includes("<PAMDataset")) return undefined;
  if (text.length <= MAX_BYTES) return text;
  throw new TypeError(`${name}${SUFFIX} must have up to ${MAX_BYTES} bytes, got more`);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) return undefined;
    if (size <= MAX_BYTES) return await Deno.readTextFile(path);
    throw new TypeError(`${path} must have up to ${MAX_BYTES} bytes, got ${size}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new TypeError(
      `${path}, if there is one, must be readable, got no permission; add --allow-read=${path}`,
    );
  }
}

function transformOf(text: string, path: string): GeoTransform {
  const values = text.split(",").map(Number);
  if (values.length === 6 && values.every(Number.isFinite)) {
    return values as unknown as GeoTransform;
  }
  throw new TypeError(
    `the transform in ${path} must be six numbers, got ${JSON.stringify(text.slice(0, 80))}`,
  );
}

/**
 * Reads the file beside a raster; undefined if there is none. Of an address, the server is asked for it
 * once, unless it is signed.
 *
 * @throws {TypeError} If it cannot be read.
 */
export async function readAuxFile(name: string): Promise<AuxFile | undefined> {
  const path = `${name}${SUFFIX}`;
  const xml = isAddress(name) ? await readRemoteText(name) : await readText(path);
  if (xml === undefined) return undefined;
  let nodes: readonly XmlNode[];
  try {
    nodes = xmlTree(xml);
  } catch (error) {
    throw new TypeError(
      `its metadata in ${path} must be readable: ${(error as Error).message}; remove or rewrite it`,
    );
  }
  const bands = xmlElements(xml).filter(({ name }) => name === "PAMRasterBand");
  const strange = bands.find(({ attributes }) =>
    !/^[1-9]\d{0,4}$/.test(xmlAttribute(attributes, "band") ?? "")
  );
  if (strange !== undefined) {
    throw new TypeError(
      `its metadata in ${path} must number the bands, got <PAMRasterBand` +
        `${strange.attributes.slice(0, 40)}>; remove or rewrite it`,
    );
  }
  const textsOf = (name: string) =>
    nodes.filter((node) => node.path === `PAMDataset/${name}`).map(({ text }) => text);
  const transform = textsOf("GeoTransform")[0];
  return {
    path,
    hasCrs: textsOf("SRS").some((text) => text !== ""),
    nodata: textsOf("PAMRasterBand/NoDataValue"),
    ...(transform !== undefined && { transform: transformOf(transform, path) }),
  };
}
