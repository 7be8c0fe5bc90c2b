/**
 * Opens scenes of every supported form: a GeoTIFF or JPEG 2000 file, an address, a folder of bands,
 * a SAFE product.
 *
 * @module
 */

import { InputError, shellWord, shownAddress } from "../core/mod.ts";
import type { BandFiles } from "./band_files.ts";
import { openBandFiles } from "./band_folder.ts";
import { isAddress, pathInAddress, pathOf } from "../files/mod.ts";
import { openImage, type RasterFile, type RasterHeader } from "../rasters/mod.ts";
import { productTags } from "./facts_of_tags.ts";
import type { ProductFacts } from "./offsets.ts";
import { fillOf, namedRaster } from "./named_raster.ts";
import { productOfBands, productOfPath } from "./naming_rules.ts";
import { productFacts } from "./product_facts.ts";
import type { NamedProduct } from "./product_name.ts";
import { findBands, findSafeProduct, isSafe, productXml } from "./safe.ts";
import { stacHint } from "./stac_item.ts";

/** An open scene. */
export interface SceneFile extends RasterFile {
  /** Path or address as passed to {@linkcode openScene}, without query string and password. */
  readonly source: string;
  /** Form of the scene: one raster file, a folder with a file per band, or a SAFE product. */
  readonly kind: "raster" | "bands" | "safe";
  /** Level, baseline, quantification and offsets, as far as known. */
  readonly product: ProductFacts;
  /** Path of the product's own quality mask, such as its scene classification (SCL). */
  readonly classification?: string;
  /** Source of the scale, if the product's name states it and the file does not. */
  readonly scaling?: string;
  /** Bands that were named by their meaning: "SR_B4 as B04". */
  readonly renamed: readonly string[];
  /** Contradiction between the product's name and its bands. */
  readonly doubt?: string;
}

/** Options of {@linkcode openScene}. */
export interface OpenSceneOptions {
  /**
   * Band names in order, for a file whose band descriptions are missing or not those of Sentinel-2.
   * In folders, bands are named by their files.
   */
  readonly bandNames?: readonly string[];
}

async function isFolder(path: string): Promise<boolean> {
  if (isAddress(path)) return false;
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

/** Path without trailing slashes; the XML of a product stands for the product, as in GDAL. */
function scenePath(source: string | URL): string {
  const path = pathOf(source).replace(/(?<=.)\/+$/, "");
  return /(?:^|\/)(?:MTD_MSIL|S2[A-Z]_(?:OPER|USER)_MTD_SAFL)(?:1C|2A)[^/]*\.xml$/i.test(path)
    ? path.replace(/\/?[^/]*$/, "") || (path.startsWith("/") ? "/" : ".")
    : path;
}

/** Absolute path in front of the path: a folder above may have the name of the product. */
async function wholePath(path: string): Promise<string> {
  return await Deno.realPath(path).then((real) => `${real}/${path}`, () => path);
}

/** Adds tags with the facts of the product; tags of the file take precedence. */
function withTags(file: RasterFile, product: ProductFacts): RasterFile {
  const tags = { ...productTags(product), ...file.header.tags };
  return {
    ...file,
    header: { ...file.header, tags },
    read: async (options = {}) => ({ ...await file.read(options), tags }),
  };
}

/**
 * Refuses integer values of a product that are no reflectance; whoever converts them writes floats.
 */
function checkValues(
  path: string,
  { header, product }: {
    readonly header: RasterHeader;
    readonly product: NamedProduct | undefined;
  },
): void {
  if (product?.refusal === undefined || /^float/.test(header.dtype)) return;
  throw new InputError(`Cannot open scene ${path}, ${product.product}: ${product.refusal}`);
}

/** Opens a raster file with the fill that its product uses and does not state. */
async function openWithFill(
  path: string,
  { named, options }: {
    readonly named: NamedProduct | undefined;
    readonly options: OpenSceneOptions;
  },
): Promise<RasterFile> {
  const file = await openImage(path, options).catch(async (error: unknown) => {
    const hint = await stacHint(path);
    if (hint === undefined) throw error;
    throw new InputError(`Cannot open scene ${path}: ${hint}`, { cause: error });
  });
  const nodata = named && fillOf(file.header, named);
  if (nodata === undefined) return file;
  await file.close();
  return await openImage(path, { ...options, nodata });
}

/**
 * The facts of a product whose name says L2A, but which has B10: the atmospheric correction leaves
 * that band out, so the level is unknown.
 */
function settledLevel(
  product: ProductFacts,
  { bands, assumedBands }: RasterHeader,
): { readonly product: ProductFacts; readonly doubt?: string } {
  const { level, ...facts } = product;
  const isSentinel2 = product.named === undefined || product.named.sensor === "Sentinel-2";
  if (level !== "L2A" || !isSentinel2 || assumedBands === true || !bands.includes("B10")) {
    return { product };
  }
  return {
    product: facts,
    doubt:
      "its name says L2A, but it has B10, which L2A products lack; its level counts as unknown",
  };
}

async function openFile(
  path: string,
  options: OpenSceneOptions,
): Promise<Omit<SceneFile, "source">> {
  if (/\.zip$/i.test(pathInAddress(path))) {
    throw new InputError(
      `Cannot open scene ${path}: it must be unpacked, got a ZIP archive; run: unzip ${
        shellWord(path)
      }`,
    );
  }
  const local = !isAddress(path);
  const whole = local ? await wholePath(path) : pathInAddress(path);
  const byName = productOfPath(whole);
  const opened = await openWithFill(path, { named: byName, options });
  try {
    checkValues(path, { header: opened.header, product: byName });
  } catch (error) {
    await opened.close();
    throw error;
  }
  const named = byName ?? productOfBands(opened.header.bands);
  const folder = path.includes("/") ? path.replace(/\/[^/]*$/, "") || "/" : ".";
  const xml = local ? await productXml(folder) : undefined;
  const { tags } = opened.header;
  const facts = productFacts({
    path: whole,
    ...(xml === undefined ? {} : { xml }),
    ...(tags === undefined ? {} : { tags }),
    ...(named === undefined ? {} : { named }),
  });
  const { product, ...doubts } = settledLevel(facts, opened.header);
  const keepNames = options.bandNames !== undefined;
  const { file, scaling, renamed } = named === undefined
    ? { file: opened, renamed: [] }
    : namedRaster(opened, { product: named, keepNames });
  return {
    ...withTags(file, product),
    kind: "raster",
    product,
    renamed,
    ...doubts,
    ...(scaling === undefined ? {} : { scaling }),
  };
}

/** Refuses Zarr stores, by path or address. @throws {InputError} With what would serve. */
function checkNotZarr(path: string): void {
  if (!/\.zarr(?:\.zip)?(?:\/|$)/i.test(pathInAddress(path))) return;
  const named = productOfPath(path);
  const isSentinel2 = named?.sensor === "Sentinel-2";
  throw new InputError(
    `Cannot open scene ${path}: it must be GeoTIFF, JPEG 2000 or SAFE, got ` +
      (isSentinel2
        ? `a Zarr store (EOPF) of ${named!.product}; use the SAFE product of ${
          named!.date
        } and of ` +
          "the same tile"
        : "a Zarr store; export it as GeoTIFF, a file for each band, named like B02.tif"),
  );
}

async function openFolder(path: string): Promise<Omit<SceneFile, "source">> {
  const safe = await isSafe(path);
  const found: { readonly bands: BandFiles; readonly xml?: string | undefined } = safe
    ? await findSafeProduct(path)
    : { bands: await findBands(path), xml: await productXml(path) };
  const { bands, xml } = found;
  const { named } = bands;
  const opened = await openBandFiles(bands);
  try {
    checkValues(path, { header: opened.header, product: named });
  } catch (error) {
    await opened.close();
    throw error;
  }
  const facts = productFacts({
    // The granule in it may have the baseline in its name.
    path: await wholePath(bands.folder),
    ...(xml === undefined ? {} : { xml }),
    ...(named === undefined ? {} : { named }),
  });
  const { product, ...doubts } = settledLevel(facts, opened.header);
  const { file, scaling } = named === undefined
    ? { file: opened }
    : namedRaster(opened, { product: named, keepNames: true });
  return {
    ...withTags(file, product),
    renamed: [],
    ...doubts,
    ...(scaling === undefined ? {} : { scaling }),
    kind: safe ? "safe" : "bands",
    product,
    ...(bands.classification === undefined ? {} : { classification: bands.classification }),
  };
}

/**
 * Opens a scene; the caller closes it.
 *
 * A folder is a SAFE product if its name ends in .SAFE or it contains MTD_MSIL1C.xml,
 * MTD_MSIL2A.xml or GRANULE; any other folder must hold one file per band. The bands are read on
 * the finest grid among them.
 *
 * @param source A path, a `file:` URL, or the `http(s):` address of a GeoTIFF, of which only the
 *   necessary parts are fetched.
 * @throws {InputError} If the scene cannot be read; the message has a remedy.
 */
export async function openScene(
  source: string | URL,
  options: OpenSceneOptions = {},
): Promise<SceneFile> {
  const path = scenePath(source);
  checkNotZarr(path);
  const scene = await isFolder(path) ? await openFolder(path) : await openFile(path, options);
  return { ...scene, source: shownAddress(source) };
}
