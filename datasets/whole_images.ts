/**
 * Whole images of listed files, one sample at a time: neither cropped nor augmented.
 *
 * @module
 */

import { InputError, pixelArray, type Raster } from "../core/mod.ts";
import { stringsDigest } from "./dataset_digest.ts";
import { dateOf } from "../products/mod.ts";
import { checkListing } from "./check_listing.ts";
import { joinArrays } from "./frames.ts";
import { OpenFiles } from "./open_files.ts";
import type { Layer, Listing, SampleFiles } from "./sample_files.ts";

/** Options of {@linkcode wholeImages}. */
export interface WholeImagesOptions {
  /** Only samples of this split. Default all. */
  readonly split?: string;
  /** Number of dates read, the first of each sample. Default all. */
  readonly length?: number;
  /** Side of a square crop in the middle. Default whole images. */
  readonly size?: number;
  /** Index of the date that the target depicts. Default that of the listing. */
  readonly reference?: number;
  /** Leave out samples with missing files. Default false: an error. */
  readonly skipIncomplete?: boolean;
}

/** One sample as rasters. */
export interface WholeSample {
  /** Name of the sample. */
  readonly name: string;
  /** Cloudy image of each date. */
  readonly cloudy: readonly Raster[];
  /** Days of the cloudy dates; undefined where unknown. */
  readonly dates: readonly (string | undefined)[];
  /** Clear image. */
  readonly target: Raster;
  /** Index of the date that the target depicts, in [0, L). */
  readonly reference: number;
  /** Auxiliary bands of each date [L, H, W, A]. */
  readonly auxiliary?: Float32Array;
  /** Cloud mask of each date [H, W], if all have one: 1 where the ground is hidden. */
  readonly masks?: readonly Uint8Array[];
}

/** Whole samples by index. */
export interface WholeImages {
  /** Band names of the images, in order. */
  readonly bands: readonly string[];
  /** Names of the samples in order. */
  readonly names: readonly string[];
  /** Digest of the names: it changes when samples are added or left out. */
  readonly digest: string;
  /** Number of samples left out because files are missing. */
  readonly incomplete: number;
  /**
   * Reads sample `index`, in [0, number of names).
   *
   * @throws {InputError} If a file cannot be read or does not have the form of its dataset.
   */
  read(index: number): Promise<WholeSample>;
}

function windowOf(
  { width, height }: { readonly width: number; readonly height: number },
  { size, path }: { readonly size: number | undefined; readonly path: string },
) {
  if (size === undefined) return undefined;
  if (Math.min(width, height) < size) {
    throw new InputError(
      `Cannot use ${path}: it must have at least ${size}×${size} pixels, got ${width}×${height}`,
    );
  }
  return { column: (width - size) >> 1, row: (height - size) >> 1, width: size, height: size };
}

/** Reads the layers of one image into one raster, bands in order. */
async function readLayers(
  layers: readonly Layer[],
  { files, size }: { readonly files: OpenFiles; readonly size: number | undefined },
): Promise<Raster> {
  const read = await Promise.all(layers.map(async (layer) => {
    const file = await files.open(layer);
    const window = windowOf(file.header, { size, path: layer.path });
    return { layer, raster: await file.read(window && { window }) };
  }));
  const [{ layer: first, raster: like }] = read as [typeof read[number]];
  const other = read.find(({ raster }) =>
    raster.width !== like.width || raster.height !== like.height
  );
  if (other !== undefined) {
    throw new InputError(
      `Cannot use ${other.layer.path}: it must have the size of ${first.path}, ` +
        `${like.width}×${like.height}, got ${other.raster.width}×${other.raster.height}`,
    );
  }
  const picked = read.flatMap(({ layer: { bands, form }, raster }) =>
    (bands ?? [...form.bands.keys()]).map((band) => ({ band, form, raster }))
  );
  const pixels = like.width * like.height;
  const data = pixelArray(like.dtype, pixels * picked.length);
  for (const [b, { band, form, raster }] of picked.entries()) {
    const depth = raster.bands.length;
    for (let i = 0; i < pixels; i++) {
      const value = raster.data[i * depth + band]!;
      data[i * picked.length + b] = Number.isNaN(value) ? form.nan ?? value : value;
    }
  }
  const nodata = like.nodata ?? first.form.nodata;
  return {
    ...like,
    bands: picked.map(({ band, form }) => form.bands[band]!),
    data,
    ...(nodata !== undefined && { nodata }),
  };
}

async function readSample(
  sample: SampleFiles,
  files: OpenFiles,
  { length = sample.frames.length, size, reference = sample.reference }: WholeImagesOptions,
): Promise<WholeSample> {
  const frames = sample.frames.slice(0, length);
  const image = async (layers: readonly Layer[]) => await readLayers(layers, { files, size });
  const target = await image(sample.target);
  const check = (raster: Raster, [layer]: readonly Layer[]) => {
    if (raster.width === target.width && raster.height === target.height) return raster;
    throw new InputError(
      `Cannot use ${
        layer!.path
      }: it must match its clear image, ${target.width}×${target.height} ` +
        `pixels, got ${raster.width}×${raster.height}`,
    );
  };
  const cloudy: Raster[] = [];
  const masks: Uint8Array[] = [];
  const auxiliary: Float32Array[] = [];
  for (const frame of frames) {
    cloudy.push(check(await image(frame.cloudy), frame.cloudy));
    if (frame.auxiliary !== undefined) {
      const { data } = check(await image(frame.auxiliary), frame.auxiliary);
      auxiliary.push(Float32Array.from(data));
    }
    if (frame.mask !== undefined) {
      const { data } = check(await image([frame.mask]), [frame.mask]);
      masks.push(Uint8Array.from(data, (value) => value === 0 ? 0 : 1));
    }
  }
  return {
    name: sample.name,
    cloudy,
    dates: frames.map(({ date, cloudy: [layer] }) => date ?? dateOf(layer!.path)),
    target,
    reference: Math.min(reference, frames.length - 1),
    ...(auxiliary.length === frames.length && auxiliary.length > 0 && {
      auxiliary: joinArrays(auxiliary),
    }),
    ...(masks.length === frames.length && masks.length > 0 && { masks }),
  };
}

/**
 * Opens the whole images of a listing: names are checked at once, pixels are read with each sample.
 *
 * @throws {InputError} If the split has no sample, files are missing or cannot be matched.
 */
export function wholeImages(listing: Listing, options: WholeImagesOptions = {}): WholeImages {
  const { split, length = 1, skipIncomplete } = options;
  const { used, incomplete } = checkListing(listing, {
    length,
    ...(split !== undefined && { split }),
    ...(skipIncomplete !== undefined && { skipIncomplete }),
  });
  const names = used.map(({ name }) => name);
  return {
    bands: listing.bands,
    names,
    digest: stringsDigest(names),
    incomplete,
    async read(index) {
      const files = new OpenFiles(listing);
      try {
        return await readSample(used[index]!, files, options);
      } finally {
        await files.close();
      }
    },
  };
}
