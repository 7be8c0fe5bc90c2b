/**
 * Samples read from listed files: windows of each, turned alike, one after the other in memory.
 *
 * @module
 */

import { InputError, type Raster, type Rng } from "../core/mod.ts";
import { textsDigest } from "./dataset_digest.ts";
import { type Crop, type Dataset, hasEmptyPixels, type Sample } from "./dataset.ts";
import { nodataOf } from "./file_form.ts";
import { OpenFiles } from "./open_files.ts";
import type { RasterFile } from "../rasters/mod.ts";
import { allocate, copyTurned, layersOf } from "./sample_arrays.ts";
import type { Finding, Layer, Listing, SampleFiles } from "./sample_files.ts";

/** Options of {@linkcode fileDataset}. */
export interface FileDatasetOptions {
  /** Only samples of this split. Default all. */
  readonly split?: string;
  /** Side of the square crops in pixels. */
  readonly tileSize: number;
  /** Frames L: the first of each sample. */
  readonly length: number;
  /** Where a crop lies. */
  readonly crop: "random" | "middle";
  /** Draws one of the eight symmetries, see {@linkcode Crop}; none turns nothing. */
  readonly turn?: (rng: Rng) => number;
  /** Leave out samples of which files are missing; else, and where this is no option, an error. */
  readonly skipIncomplete?: boolean;
}

/** One of the eight symmetries of the square. */
export function anySymmetry(rng: Rng): number {
  return rng.integer(8, 2);
}

/** Random crops that hold pixels without data are drawn anew at most this often. */
const CROP_TRIES = 20;

/**
 * The samples of a split, and how many are left out.
 *
 * @throws {InputError} If the samples of the split cannot be used.
 */
export function checkListing(
  { type, root, findings, samples }: Listing,
  { split, length, skipIncomplete }: Pick<
    FileDatasetOptions,
    "split" | "length" | "skipIncomplete"
  >,
): { readonly used: readonly SampleFiles[]; readonly incomplete: number } {
  const where = split === undefined ? root : `${root} (${split})`;
  const concerned = (finding: Finding) =>
    split === undefined || finding.split === undefined || finding.split === split;
  const fatal = findings.filter((finding) =>
    concerned(finding) &&
    (finding.kind === "mismatch" || finding.kind === "date" ||
      (finding.kind === "missing" && !skipIncomplete))
  );
  if (fatal.length > 0) {
    const [{ path, message, kind }] = fatal as [Finding];
    const more = fatal.length === 1 ? "" : ` (and ${fatal.length - 1} more)`;
    const cure = kind === "missing" && skipIncomplete === false
      ? '; complete it, or set "skipIncomplete" to true'
      : "";
    throw new InputError(`Cannot use the dataset ${where}: ${path}: ${message}${more}${cure}`);
  }
  const own = samples.filter((sample) => split === undefined || sample.split === split);
  const used = own.filter(({ complete }) => complete);
  if (used.length === 0) {
    throw new InputError(`Cannot use the dataset ${where}: ${type} must have a sample, got none`);
  }
  const short = used.find(({ frames }) => frames.length < length);
  if (short !== undefined) {
    throw new InputError(
      `Cannot use the dataset ${where}: every sample must have ${length} frames, got ` +
        `${short.frames.length} of ${short.name}`,
    );
  }
  return { used, incomplete: own.length - used.length };
}

/**
 * The listing with one reference for all samples, where it is given.
 *
 * @throws {RangeError} If it is no frame.
 */
export function checkReference(
  listing: Listing,
  { reference, length }: { readonly reference: number | undefined; readonly length: number },
): Listing {
  if (reference === undefined) return listing;
  if (reference >= length) {
    throw new RangeError(
      `Cannot use the dataset ${listing.root}: the reference must be below L = ${length}, got ` +
        `${reference}`,
    );
  }
  return { ...listing, samples: listing.samples.map((sample) => ({ ...sample, reference })) };
}

/** @throws {InputError} If an image is smaller than a tile or of another size than the target. */
function checkSizes(
  files: readonly { readonly layer: Layer; readonly file: RasterFile }[],
  tileSize: number,
): { readonly width: number; readonly height: number } {
  const [first] = files;
  const { width, height } = first!.file.header;
  if (Math.min(width, height) < tileSize) {
    throw new InputError(
      `Cannot use ${
        first!.layer.path
      }: it must have at least ${tileSize}×${tileSize} pixels, got ` +
        `${width}×${height}`,
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

/**
 * A dataset of listed files. Files are read with each sample, and only the window that it shows.
 *
 * A random crop in which a pixel lacks data is drawn anew; the middle and whole images are taken as
 * they are, unless no pixel has data.
 *
 * @throws {InputError} If the split has no sample, files are missing or cannot be matched; later,
 *   from `sample`, if a file cannot be read, does not hold what its dataset says, or has no data.
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
    const layers = layersOf(sample, length);
    const open = await Promise.all(
      layers.map(async ({ layer }) => ({ layer, file: await files.open(layer) })),
    );
    const size = checkSizes(open, tileSize);
    const canMove = crop === "random" && Math.max(size.width, size.height) > tileSize;
    for (let attempt = 0; attempt < CROP_TRIES; attempt++) {
      const drawn = draw(size, attempt === 0 ? rng : rng.fork(attempt));
      const window = { column: drawn.column, row: drawn.row, width: tileSize, height: tileSize };
      const whole = new Map<string, Promise<Raster>>();
      const rasters = await Promise.all(open.map(async ({ layer, file }) => {
        const reading = whole.get(layer.path) ?? file.read({ window });
        whole.set(layer.path, reading);
        return await reading;
      }));
      if (lacksData(rasters, open.map(({ layer }) => layer), canMove)) continue;
      const { arrays, places } = allocate(layers, tileSize * tileSize);
      rasters.forEach((raster, i) =>
        copyTurned(raster, layers[i]!.layer, { symmetry: drawn.symmetry, place: places[i]! })
      );
      const { cloudy = new Float32Array(), target = new Float32Array(), auxiliary, mask } = arrays;
      return {
        name: sample.name,
        length,
        height: tileSize,
        width: tileSize,
        cloudy,
        target,
        ...(auxiliary && { auxiliary }),
        reference: Math.min(sample.reference, length - 1),
        ...(mask && { mask: Uint8Array.from(mask, (value) => value === 0 ? 0 : 1) }),
      };
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
    digest: textsDigest(samples.map(({ name }) => name)),
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
 * Whether images lack data at a pixel and a crop elsewhere may not.
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
