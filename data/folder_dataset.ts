/**
 * A folder of GeoTIFF pairs: `clear/NAME.tif` with `cloudy/NAME.tif` or, for several dates,
 * `cloudy/NAME_0.tif`, `cloudy/NAME_1.tif`, ….
 *
 * @module
 */

import { checkOptions, type Checks, integer, type Raster, string } from "../core/mod.ts";
import { boolean } from "../core/mod.ts";
import { type Crop, cropInto, type Dataset, randomCrop } from "./dataset.ts";
import { readRaster } from "./geotiff.ts";

/** Options of {@linkcode folderDataset}. */
export interface FolderDatasetOptions {
  /** Holds the folders `cloudy` and `clear`. */
  readonly root: string;
  /** Side of the square crops, in pixels. */
  readonly tileSize: number;
  /** Frames L: the first ones of each name are used. Default: as many as the first name has. */
  readonly length?: number;
  /** Random crops and symmetries; without, the crop in the middle, unturned. Default true. */
  readonly augment?: boolean;
  /** The frame that the clear image depicts. Default the last. */
  readonly reference?: number;
}

const CHECKS: Checks<FolderDatasetOptions> = {
  root: string,
  tileSize: integer({ min: 1 }),
  length: integer({ min: 1 }),
  augment: boolean,
  reference: integer({ min: 0 }),
};

async function tiffNames(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (/\.tiff?$/i.test(name)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new TypeError(`Cannot use the dataset: the folder ${folder} must exist`);
  }
  return names.sort();
}

/** The cloudy files of a clear file: the same name, or the name with _0, _1, … in order. */
function framesOf(clear: string, cloudy: readonly string[]): readonly string[] {
  const stem = clear.replace(/\.tiff?$/i, "");
  const frames = cloudy.flatMap((name) => {
    const own = name.replace(/\.tiff?$/i, "");
    if (own === stem) return [{ name, order: -1 }];
    const number = own.startsWith(`${stem}_`) ? own.slice(stem.length + 1) : "";
    return /^\d+$/.test(number) ? [{ name, order: Number(number) }] : [];
  });
  return frames.sort((a, b) => a.order - b.order).map(({ name }) => name);
}

function checkGrid(raster: Raster, like: Raster, path: string): void {
  const { width, height, bands } = raster;
  if (width !== like.width || height !== like.height || bands.join() !== like.bands.join()) {
    throw new TypeError(
      `Cannot use ${path}: it must match its clear image, ${like.width}×${like.height} with ` +
        `bands ${like.bands.join(", ")}, got ${width}×${height} with ${bands.join(", ")}`,
    );
  }
}

/**
 * Opens a folder dataset: file names are checked at once, pixels are read with each sample.
 *
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {TypeError} If a folder is missing, or a clear image lacks its cloudy frames; later, from
 *   `sample`, if an image does not match its clear one or is smaller than a tile.
 */
export async function folderDataset(options: FolderDatasetOptions): Promise<Dataset> {
  const optional = { length: 0, augment: true, reference: -1 };
  const checked = checkOptions(options, { checks: CHECKS, defaults: optional, path: "$.data" });
  const { root, tileSize, augment } = checked as Required<FolderDatasetOptions>;
  const cloudyNames = await tiffNames(`${root}/cloudy`);
  const clearNames = await tiffNames(`${root}/clear`);
  const items = clearNames.map((clear) => ({ clear, frames: framesOf(clear, cloudyNames) }));
  const length = checked.length || (items[0]?.frames.length ?? 0);
  const lacking = items.find(({ frames }) => frames.length < Math.max(length, 1));
  if (items.length === 0 || lacking !== undefined) {
    throw new TypeError(
      `Cannot use the dataset ${root}: clear/NAME.tif must come with cloudy/NAME.tif or ` +
        `cloudy/NAME_0.tif … NAME_${Math.max(length, 1) - 1}.tif, got ${
          lacking === undefined
            ? "no clear image"
            : `${lacking.frames.length} frames of ${lacking.clear}`
        }`,
    );
  }
  const reference = checked.reference === -1 ? length - 1 : checked.reference!;
  if (reference >= length) {
    throw new RangeError(
      `Cannot use the dataset ${root}: the reference must be below L = ${length}, got ${reference}`,
    );
  }
  const { bands } = await readRaster(`${root}/clear/${items[0]!.clear}`);

  return {
    size: items.length,
    bands,
    async sample(index, rng) {
      const { clear, frames } = items[index]!;
      const target = await readRaster(`${root}/clear/${clear}`);
      if (Math.min(target.width, target.height) < tileSize) {
        throw new TypeError(
          `Cannot use ${root}/clear/${clear}: it must have at least ${tileSize}×${tileSize} ` +
            `pixels, got ${target.width}×${target.height}`,
        );
      }
      const crop: Crop = augment
        ? randomCrop(target, { size: tileSize, rng: rng.fork(index).fork("crop") })
        : {
          column: (target.width - tileSize) >> 1,
          row: (target.height - tileSize) >> 1,
          size: tileSize,
          symmetry: 0,
        };
      const pixels = tileSize * tileSize * bands.length;
      const cloudy = new Float32Array(length * pixels);
      for (const [l, name] of frames.slice(0, length).entries()) {
        const path = `${root}/cloudy/${name}`;
        const raster = await readRaster(path);
        checkGrid(raster, target, path);
        cropInto(cloudy, l * pixels, { raster, crop });
      }
      const image = new Float32Array(pixels);
      cropInto(image, 0, { raster: target, crop });
      const name = clear.replace(/\.tiff?$/i, "");
      return { name, length, height: tileSize, width: tileSize, cloudy, target: image, reference };
    },
  };
}
