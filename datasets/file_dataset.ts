/**
 * Dataset of listed files: square windows of a sample's images, cropped and turned alike.
 *
 * @module
 */

import { InputError, type Raster, type Rng } from "../core/mod.ts";
import type { RasterFile } from "../rasters/mod.ts";
import { checkListing } from "./check_listing.ts";
import { type Crop, hasEmptyPixels } from "./crop.ts";
import type { Dataset, Sample } from "./dataset.ts";
import { stringsDigest } from "./dataset_digest.ts";
import { nodataOf } from "./file_form.ts";
import { OpenFiles } from "./open_files.ts";
import { allocate, copyTurned, layersOf } from "./sample_arrays.ts";
import type { Layer, Listing, SampleFiles } from "./sample_files.ts";

/** Options of {@linkcode fileDataset}. */
export interface FileDatasetOptions {
  /** Only samples of this split. Default all. */
  readonly split?: string;
  /** Side of the square crops in pixels. */
  readonly tileSize: number;
  /** Frames L: the first ones of each sample. */
  readonly length: number;
  /** Position of the crops. */
  readonly crop: "random" | "middle";
  /** Draws one of the eight symmetries, see {@linkcode Crop}. Default the identity. */
  readonly turn?: (rng: Rng) => number;
  /**
   * Leave out samples of which files are missing. False and undefined make them an error; undefined
   * where the dataset has no such option to suggest.
   */
  readonly skipIncomplete?: boolean;
}

/** Random crops with nodata pixels are redrawn at most this often. */
const CROP_TRIES = 20;

/** An open file and the layer that it holds. */
interface OpenLayer {
  readonly layer: Layer;
  readonly file: RasterFile;
}

/**
 * Returns the size that all images of a sample share.
 *
 * @throws {InputError} If an image is smaller than a tile or differs from the target in size.
 */
function checkSizes(
  files: readonly OpenLayer[],
  tileSize: number,
): { readonly width: number; readonly height: number } {
  const [first] = files as readonly [OpenLayer];
  const { width, height } = first.file.header;
  if (Math.min(width, height) < tileSize) {
    throw new InputError(
      `Cannot use ${first.layer.path}: it must have at least ${tileSize}×${tileSize} pixels, ` +
        `got ${width}×${height}`,
    );
  }
  for (const { layer, file: { header } } of files) {
    if (header.width !== width || header.height !== height) {
      throw new InputError(
        `Cannot use ${layer.path}: it must match its clear image, ${width}×${height} pixels, got ` +
          `${header.width}×${header.height}`,
      );
    }
  }
  return { width, height };
}

/** Reads the same window of every file; a file that several layers share is read once. */
async function readWindow(
  open: readonly OpenLayer[],
  { column, row, size }: Crop,
): Promise<readonly Raster[]> {
  const window = { column, row, width: size, height: size };
  const rasters = new Map<string, Promise<Raster>>();
  return await Promise.all(open.map(async ({ layer: { path }, file }) => {
    const reading = rasters.get(path) ?? file.read({ window });
    rasters.set(path, reading);
    return await reading;
  }));
}

/** The sample of rasters that were cropped already; their symmetry is applied here. */
function sampleOf(
  rasters: readonly Raster[],
  { sample, length, crop: { size, symmetry } }: {
    readonly sample: SampleFiles;
    readonly length: number;
    readonly crop: Crop;
  },
): Sample {
  const layers = layersOf(sample, length);
  const { arrays, destinations } = allocate(layers, size * size);
  for (const [i, raster] of rasters.entries()) {
    copyTurned(raster, layers[i]!.layer, { symmetry, to: destinations[i]! });
  }
  const { cloudy = new Float32Array(), target = new Float32Array(), auxiliary, mask } = arrays;
  return {
    name: sample.name,
    length,
    height: size,
    width: size,
    cloudy,
    target,
    ...(auxiliary && { auxiliary }),
    reference: Math.min(sample.reference, length - 1),
    ...(mask && { mask: Uint8Array.from(mask, (value) => value === 0 ? 0 : 1) }),
  };
}

/**
 * Opens a dataset of listed files. Pixels are read with each sample, and only the window that it shows.
 *
 * A random crop with nodata pixels is redrawn. Crops in the middle and whole images are used as they
 * are, unless all of their pixels are nodata.
 *
 * @throws {InputError} If the split has no sample, files are missing or cannot be matched; later, from
 *   `sample`, if a file cannot be read, does not hold what its dataset says, or has no data.
 */
export function fileDataset(listing: Listing, options: FileDatasetOptions): Dataset {
  const { used: samples, incomplete } = checkListing(listing, options);
  const { tileSize, length, crop, turn } = options;

  function draw({ width, height }: { width: number; height: number }, rng: Rng): Crop {
    const random = crop === "random";
    return {
      column: random ? rng.integer(width - tileSize + 1, 0) : (width - tileSize) >> 1,
      row: random ? rng.integer(height - tileSize + 1, 1) : (height - tileSize) >> 1,
      size: tileSize,
      symmetry: turn?.(rng) ?? 0,
    };
  }

  async function read(sample: SampleFiles, files: OpenFiles, rng: Rng): Promise<Sample> {
    const layers = layersOf(sample, length).map(({ layer }) => layer);
    const open = await Promise.all(
      layers.map(async (layer) => ({ layer, file: await files.open(layer) })),
    );
    const size = checkSizes(open, tileSize);
    const canMove = crop === "random" && Math.max(size.width, size.height) > tileSize;
    for (let attempt = 0; attempt < CROP_TRIES; attempt++) {
      const drawn = draw(size, attempt === 0 ? rng : rng.fork(attempt));
      const rasters = await readWindow(open, drawn);
      if (lacksData(rasters, layers, canMove)) continue;
      return sampleOf(rasters, { sample, length, crop: drawn });
    }
    throw new InputError(
      `Cannot use ${sample.target[0]!.path}: of ${CROP_TRIES} random crops of ` +
        `${tileSize}×${tileSize} pixels one must have data everywhere, in the cloudy images too, ` +
        `got none`,
    );
  }

  return {
    size: samples.length,
    bands: listing.bands,
    digest: stringsDigest(samples.map(({ name }) => name)),
    incomplete,
    async sample(index, rng) {
      const files = new OpenFiles(listing);
      try {
        return await read(samples[index]!, files, rng.fork(index).fork("crop"));
      } finally {
        await files.close();
      }
    },
  };
}

/**
 * Returns true if a pixel lacks data and another crop may not.
 *
 * @throws {InputError} If the crop cannot move and an image has no data at all.
 */
function lacksData(
  rasters: readonly Raster[],
  layers: readonly Layer[],
  canMove: boolean,
): boolean {
  for (const [i, raster] of rasters.entries()) {
    const layer = layers[i]!;
    const nodata = nodataOf(raster, layer.form);
    if (nodata === undefined) continue;
    if (canMove) {
      if (hasEmptyPixels(raster.data, raster.bands.length, nodata)) return true;
    } else if (raster.data.every((value) => value === nodata)) {
      throw new InputError(
        `Cannot use ${layer.path}: it must hold data, got ${nodata} in every pixel`,
      );
    }
  }
  return false;
}
