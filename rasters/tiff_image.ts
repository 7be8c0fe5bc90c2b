/**
 * The images of a TIFF file: the picture, its mask, and its smaller versions.
 *
 * @module
 */

import type { ByteSource } from "../files/mod.ts";
import { decodeBlock, type DecodedBlock } from "./decode/decode_block.ts";
import { readTiffDirectories, type TiffDirectory } from "./tiff_directory.ts";
import { integerOf } from "./tiff_values.ts";
import { blockRows, readTiffLayout, readTiffSize, type TiffLayout } from "./tiff_layout.ts";

/** An image whose blocks can be decoded. */
export interface TiffImage {
  readonly directory: TiffDirectory;
  readonly layout: TiffLayout;
  /**
   * Reads and decodes a block; undefined if the file does not store it.
   *
   * @throws {TypeError} If the block is damaged.
   */
  block(x: number, y: number, sample: number): Promise<DecodedBlock | undefined>;
}

/** The image of a file, and the image that masks it. */
export interface TiffFile {
  readonly image: TiffImage;
  /** Mask of the same size, 0 where there is no data; undefined if the file has none. */
  readonly mask: TiffImage | undefined;
}

const NEW_SUBFILE_TYPE = 254;
const SUBFILE_TYPE = 255;
/** Bits of the new subfile type. */
const REDUCED = 1;
const MASK = 4;
/** Value of the old subfile type for smaller versions of an image. */
const OLD_REDUCED = 2;

async function openImage(directory: TiffDirectory): Promise<TiffImage> {
  const layout = await readTiffLayout(directory);
  const { source } = directory;
  const { across, down, blockWidth, blockHeight, separate, samples, alpha } = layout;
  return {
    directory,
    layout,
    async block(x, y, sample) {
      const index = (separate ? sample * down + y : y) * across + x;
      const length = layout.byteCounts[index]!;
      if (length === 0) return undefined;
      const bytes = new Uint8Array(await source.read(layout.offsets[index]!, length));
      if (bytes.length < length) {
        throw new TypeError(`block ${index} must have ${length} bytes, got ${bytes.length}`);
      }
      return await decodeBlock(bytes, layout.coding, {
        width: blockWidth,
        rows: blockRows(layout, y),
        maxRows: blockHeight,
        depth: separate ? 1 : samples,
        alphaLast: !separate && alpha === samples - 1,
      });
    },
  };
}

async function isReduced(directory: TiffDirectory): Promise<boolean> {
  const kind = await integerOf(directory, NEW_SUBFILE_TYPE);
  if (kind !== undefined) return (kind & REDUCED) !== 0;
  return await integerOf(directory, SUBFILE_TYPE) === OLD_REDUCED;
}

async function isMask(directory: TiffDirectory): Promise<boolean> {
  return ((await integerOf(directory, NEW_SUBFILE_TYPE) ?? 0) & MASK) !== 0;
}

/** An image at full size, and its number among the directories, from 1. */
interface Page {
  readonly directory: TiffDirectory;
  readonly number: number;
}

/** The error of a file with several images, which names them. */
async function severalPages(pages: readonly Page[]): Promise<TypeError> {
  const sizes = await Promise.all(pages.map(({ directory }) => readTiffSize(directory)));
  const names = sizes.map(({ width, height, samples }, i) =>
    `page ${i + 1} of ${width}×${height} pixels and ${samples} band${samples === 1 ? "" : "s"}`
  );
  const list = names.length <= 4
    ? names.join(", ")
    : `${names.slice(0, 2).join(", ")} … ${names.at(-1)!}`;
  const inputs = pages.map(({ number }) => `GTIFF_DIR:${number}:IN`).join(" ");
  return new TypeError(
    `it must hold one image, got ${pages.length} images in one file: ${list}; stack the pages as ` +
      `bands: gdalbuildvrt -separate pages.vrt ${inputs} && gdal_translate pages.vrt OUT.tif`,
  );
}

/**
 * Opens the image of a file and its mask; smaller versions are left out.
 *
 * @throws {TypeError} If the file is not a TIFF, is damaged, is stored in a way that is not read,
 *   or holds several images.
 */
export async function openTiffFile(source: ByteSource): Promise<TiffFile> {
  const directories = await readTiffDirectories(source);
  const masks: TiffDirectory[] = [];
  const pages: Page[] = [];
  for (const [i, directory] of directories.entries()) {
    if (i > 0 && await isReduced(directory)) continue;
    if (i > 0 && await isMask(directory)) masks.push(directory);
    else pages.push({ directory, number: i + 1 });
  }
  if (pages.length > 1) throw await severalPages(pages);
  const image = await openImage(directories[0]!);
  if (masks.length === 0) return { image, mask: undefined };
  const mask = await openImage(masks[0]!);
  checkMaskSize(mask, image);
  return { image, mask };
}

/** Checks that a mask holds bytes, and has the size of its image and one band, or as many. */
export function checkMaskSize({ layout: mask }: TiffImage, { layout }: TiffImage): void {
  if (mask.coding.dtype !== "uint8") {
    throw new TypeError(
      `its mask must hold bytes, got ${mask.coding.dtype}; the file is damaged: download or copy it ` +
        "again",
    );
  }
  const same = mask.width === layout.width && mask.height === layout.height;
  if (same && (mask.samples === 1 || mask.samples === layout.samples)) return;
  throw new TypeError(
    `its mask must have ${layout.width}×${layout.height} pixels and 1 band, got ${mask.width}×` +
      `${mask.height} pixels and ${mask.samples} bands; the file is damaged: download or copy it again`,
  );
}
