/**
 * Sentinel-2 products in ESA's SAFE format: their metadata and the files of their bands.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { readText } from "../files/mod.ts";
import { type BandFiles, findBandFiles, readFolder } from "./band_files.ts";

/** Files of a product. */
interface SafeProduct {
  /** Files of its bands. */
  readonly bands: BandFiles;
  /** Content of MTD_MSIL1C.xml, MTD_MSIL2A.xml or their forms of before 2016, if present. */
  readonly xml?: string;
}

const METADATA = /^(?:MTD_MSIL(?:1C|2A)|S2[A-Z]_(?:OPER|USER)_MTD_SAFL(?:1C|2A)_.{1,120})\.xml$/i;
/** Largest XML of a product in bytes; ESA's have about 0.1 MB. */
const XML_LIMIT = 2 ** 24;
const IMAGES = "IMG_DATA";
/** Number of granules in a message. */
const SHOWN = 3;

async function folderEntries(folder: string): Promise<readonly Deno.DirEntry[]> {
  return await readFolder(folder).catch(() => []);
}

/** True if a folder is a SAFE product, by its name, its XML or its folder GRANULE. */
export async function isSafe(folder: string): Promise<boolean> {
  if (/\.SAFE\/*$/i.test(folder)) return true;
  return (await folderEntries(folder)).some(({ name, isDirectory }) =>
    METADATA.test(name) || (isDirectory && name === "GRANULE")
  );
}

/**
 * Reads the XML of a product, from the folder itself or from the product that contains the folder.
 *
 * @returns Undefined if there is no XML or it cannot be read.
 * @throws {InputError} If the XML has more than 16 MiB.
 */
export async function productXml(folder: string): Promise<string | undefined> {
  const real = await Deno.realPath(folder).catch(() => folder);
  const top = /^(.*?)[\\/]GRANULE[\\/]/.exec(real)?.[1];
  for (const source of top === undefined ? [folder] : [folder, top]) {
    const name = (await folderEntries(source)).map((entry) => entry.name)
      .find((candidate) => METADATA.test(candidate));
    if (name === undefined) continue;
    const text = await readText(`${source}/${name}`, { limit: XML_LIMIT })
      .catch((error: unknown) => {
        // Without its XML, a product is understood by its name; a wrong XML must not be passed over.
        if (error instanceof InputError) throw error;
        return undefined;
      });
    if (text !== undefined) return text;
  }
  return undefined;
}

async function subfolders(folder: string): Promise<readonly string[]> {
  return (await folderEntries(folder)).filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name);
}

/**
 * Finds the bands of a product: `GRANULE/<granule>/IMG_DATA`, flat (L1C) or by resolution (L2A).
 *
 * @throws {InputError} If the product has no granule or several, or the granule has no bands.
 */
export async function findSafeProduct(folder: string): Promise<SafeProduct> {
  const root = folder.replace(/\/+$/, "");
  await readFolder(root);
  const granules = await subfolders(`${root}/GRANULE`);
  if (granules.length !== 1) {
    throw new InputError(
      `Cannot read product ${folder}: it must have one granule in GRANULE, got ` +
        (granules.length === 0
          ? "none; unpack the whole product"
          : `${granules.length}: ${granules.slice(0, SHOWN).join(", ")}` +
            `${granules.length > SHOWN ? ", …" : ""}; pass one of them: ` +
            `${root}/GRANULE/${granules[0]}/${IMAGES}`),
    );
  }
  const bands = await findBandFiles(`${root}/GRANULE/${granules[0]}/${IMAGES}`);
  const xml = await productXml(root);
  return { bands, ...(xml === undefined ? {} : { xml }) };
}

/** Finds the bands of a folder that is not a product, or of IMG_DATA if it is a granule. */
export async function findBands(folder: string): Promise<BandFiles> {
  const isGranule = (await subfolders(folder)).includes(IMAGES);
  return await findBandFiles(isGranule ? `${folder}/${IMAGES}` : folder);
}
