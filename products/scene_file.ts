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
import { openImage, type RasterFile } from "../rasters/mod.ts";
import { fillOf, namedRaster } from "./named_raster.ts";
import { productOfBands, productOfPath } from "./naming_rules.ts";
import { productFacts } from "./product_facts.ts";
import type { NamedProduct } from "./product_name.ts";
import type { SceneFile } from "./scene.ts";
import { checkValues, settledLevel, withTags } from "./scene_facts.ts";
import { findBands, findSafeProduct, isSafe, productXml } from "./safe.ts";
import { openEopf } from "./eopf.ts";
import { openStacItem } from "./stac/open_item.ts";
import { isStac } from "./stac/find_items.ts";
import { stacHint } from "./stac_item.ts";

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

/** Refuses Zarr stores in archives. @throws {InputError} With what would serve. */
function checkUnpacked(path: string): void {
  if (!/\.zarr\.zip$/i.test(pathInAddress(path))) return;
  throw new InputError(
    `Cannot open scene ${path}: the Zarr store must be unpacked, got a ZIP archive; run: unzip ${
      shellWord(path)
    }`,
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
  checkUnpacked(path);
  if (/\.zarr$/i.test(pathInAddress(path))) return await openEopf(path);
  if (isStac(path)) return await openStacItem(path);
  const scene = await isFolder(path) ? await openFolder(path) : await openFile(path, options);
  return { ...scene, source: shownAddress(source) };
}
