/**
 * Opens a STAC item as a scene: the assets of its bands on the finest grid among them.
 *
 * @module
 */

import { InputError, shownAddress } from "../../core/mod.ts";
import { openImage, type RasterFile, type RasterHeader } from "../../rasters/mod.ts";
import { openBandFiles } from "../band_folder.ts";
import { fillOf, namedRaster } from "../named_raster.ts";
import { checkValues, settledLevel, withTags } from "../scene_facts.ts";
import type { SceneFile } from "../scene.ts";
import { type BandAsset, bandsOfItem, type ItemBands } from "./asset_bands.ts";
import type { StacBand } from "./band_fields.ts";
import { checkProjection } from "./check_projection.ts";
import { stacError } from "./document.ts";
import { factsOfItem } from "./item_facts.ts";
import { readItem, type StacItem } from "./item.ts";
import { itemScaling } from "./scaling.ts";

/** An open raster and what the item says of its bands. */
interface OpenBands {
  readonly file: RasterFile;
  readonly bands: readonly StacBand[];
  /** Address of an asset, in which the product's name may be. */
  readonly path: string;
}

/** Name of an asset for messages, without the signature of its address. */
function labelOf({ asset }: BandAsset): string {
  return `assets.${asset.key} (${shownAddress(asset.href)})`;
}

/** Opens one file for each band. */
async function openSingles(item: StacItem, { single, named }: ItemBands): Promise<OpenBands> {
  const assets = [...single.values()];
  const fill = assets.flatMap(({ bands }) => bands[0]?.nodata ?? [])[0];
  const file = await openBandFiles({
    folder: `STAC item ${item.source}`,
    files: new Map([...single].map(([band, { asset }]) => [band, asset.href])),
    ...(named && { named }),
    ...(fill !== undefined && { fill }),
    labels: new Map(assets.map((found) => [found.asset.href, labelOf(found)])),
    check: (path, header) =>
      checkProjection(item, {
        asset: assets.find(({ asset }) => asset.href === path)!.asset,
        header,
      }),
  });
  return {
    file,
    bands: file.header.bands.map((band) => {
      const { asset, bands: [own] } = single.get(band)!;
      return own ?? { field: `assets.${asset.key}.` };
    }),
    path: assets[0]!.asset.href,
  };
}

/** True if the names of the bands are their numbers. */
function isNameless({ bands }: RasterHeader): boolean {
  return bands.every((name, i) => name === `${i + 1}`);
}

/** Opens an asset with several bands, under the names that the item gives them. */
async function openStack(item: StacItem, stack: BandAsset): Promise<OpenBands> {
  const { asset, bands } = stack;
  const names = stack.names.map((name, i) => name ?? bands[i]!.name ?? `${i + 1}`);
  const open = async (options: Parameters<typeof openImage>[1]) =>
    await openImage(asset.href, options).catch((error: unknown) => {
      if (!(error instanceof Error)) throw error;
      throw new InputError(
        `Cannot read ${labelOf(stack)} of STAC item ${item.source}: ${error.message}`,
        {
          cause: error,
        },
      );
    });
  const plain = await open({});
  const { header } = plain;
  try {
    if (header.bands.length !== bands.length) {
      throw stacError(
        item.name,
        `assets.${asset.key} must describe each of the ${header.bands.length} bands of its file, got ` +
          bands.length,
      );
    }
    const other = isNameless(header) || header.assumedBands === true
      ? -1
      : header.bands.findIndex((name, i) => stack.names[i] !== undefined && name !== names[i]);
    if (other >= 0) {
      throw stacError(
        item.name,
        `assets.${asset.key} must name its bands as its file does, ${
          header.bands[other]
        } for band ${other + 1}, got ${names[other]}`,
      );
    }
    checkProjection(item, { asset, header });
  } catch (error) {
    await plain.close();
    throw error;
  }
  await plain.close();
  const stated = bands.find(({ nodata }) => nodata !== undefined)?.nodata;
  const nodata = stated === undefined ? undefined : fillOf(header, { fill: stated });
  const file = await open({ bandNames: names, ...(nodata !== undefined && { nodata }) });
  return { file, bands, path: asset.href };
}

/** A raster with the scaling that its item states. */
function scaled(file: RasterFile, stated: Pick<RasterHeader, "scales" | "offsets">): RasterFile {
  return { ...file, header: { ...file.header, ...stated } };
}

/**
 * Opens a STAC item: the assets of its bands, named by `eo:bands`, `bands` or common names, with their
 * scale and offset, the day of the item and its quality mask.
 *
 * @param name Path or address of the item, or of an item in a document (`search.json#ID`).
 * @throws {InputError} If the item or one of its assets cannot be read, or they contradict each other;
 *   the message names the item and the field.
 */
export async function openStacItem(name: string): Promise<SceneFile> {
  const item = await readItem(name);
  const found = bandsOfItem(item);
  const { single, stacks, mask, named } = found;
  const largest = stacks.toSorted((a, b) => b.names.length - a.names.length)[0];
  const isStack = largest !== undefined && largest.names.length > single.size;
  const opened = isStack ? await openStack(item, largest) : await openSingles(item, found);
  try {
    checkValues(item.source, { header: opened.file.header, product: named });
    const facts = factsOfItem(item, {
      path: opened.path,
      named,
      tags: opened.file.header.tags,
    });
    const { product, ...doubts } = settledLevel(facts, opened.file.header);
    const { stated, evidence, contradiction } = itemScaling(opened.bands, {
      header: opened.file.header,
      product,
      name: item.name,
    });
    const base = stated === undefined ? opened.file : scaled(opened.file, stated);
    const { file, scaling = evidence } = named === undefined
      ? { file: base }
      : namedRaster(base, { product: named, keepNames: true });
    return {
      ...withTags(file, product),
      source: item.source,
      kind: "stac",
      product,
      renamed: [],
      datetime: item.datetime,
      parts: item.assets.map(({ href }) => href),
      ...doubts,
      ...(scaling !== undefined && { scaling }),
      ...(contradiction !== undefined && { contradiction }),
      ...(mask && { classification: mask.href }),
    };
  } catch (error) {
    await opened.file.close();
    throw error;
  }
}
