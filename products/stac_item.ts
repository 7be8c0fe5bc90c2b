/**
 * Recognises STAC items and collections, which describe images and hold none.
 *
 * @module
 */

import { parseJson, shownAddress } from "../core/mod.ts";
import { openByteSource, readText } from "../files/mod.ts";

/** Largest STAC document in bytes. */
const LIMIT = 2 ** 24;
/** Number of assets in a message. */
const SHOWN = 16;
/** Media types and names of image files. */
const IMAGE = /^image\/(?:tiff|jp2|jpeg2000)|\.(?:tiff?|jp2)$/i;

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function beginsLikeJson(source: string): Promise<boolean> {
  const file = await openByteSource(source);
  try {
    const text = new TextDecoder().decode(await file.read(0, 64));
    return text.trimStart().startsWith("{");
  } finally {
    file.close();
  }
}

/** Names of the image assets, with the address of the first. */
function assetsOf({ assets }: Json): { readonly names: readonly string[]; readonly first: string } {
  const images = Object.entries(isObject(assets) ? assets : {}).flatMap(([name, asset]) => {
    if (!isObject(asset) || typeof asset.href !== "string") return [];
    const address = shownAddress(asset.href);
    return IMAGE.test(String(asset.type ?? "")) || IMAGE.test(address) ? [{ name, address }] : [];
  });
  return { names: images.map(({ name }) => name), first: images[0]?.address ?? "" };
}

/**
 * Explains what to pass in place of a STAC document; undefined for other files.
 *
 * @param source Path or address of a file that is no raster.
 */
export async function stacHint(source: string): Promise<string | undefined> {
  let value: unknown;
  try {
    if (!await beginsLikeJson(source)) return undefined;
    value = parseJson(await readText(source, { limit: LIMIT }));
  } catch {
    // The error of the raster reader says more.
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const isStac = typeof value.stac_version === "string";
  if (
    value.type === "FeatureCollection" || value.type === "Collection" || value.type === "Catalog"
  ) {
    return isStac || Array.isArray(value.features)
      ? "it must be an image, got a STAC catalog or collection; choose items, and download the " +
        "assets of their bands into one folder for each date"
      : undefined;
  }
  if (!isStac) return undefined;
  const { names, first } = assetsOf(value);
  const list = names.slice(0, SHOWN).join(", ") + (names.length > SHOWN ? ", …" : "");
  return "it must be an image, got a STAC item; " +
    (names.length === 0
      ? "it names no image assets"
      : `download the assets of its bands (${list}) into one folder and pass the folder, or pass ` +
        `one asset, such as ${first}`);
}
