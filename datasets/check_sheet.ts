/**
 * Picture sheet of a dataset: one row per sample, its images side by side.
 *
 * @module
 */

import { normalizeBand, pixelArray, type Raster } from "../core/mod.ts";
import type { Sample } from "./dataset.ts";
import { joinPictures, type Picture, quicklook } from "../rasters/mod.ts";
import type { Layer, Listing, SampleFiles } from "./sample_files.ts";

/** Thinned images of one sample. */
export interface SheetRow {
  /** Cloudy images, one per frame. */
  readonly cloudy: readonly Raster[];
  /** Clear image. */
  readonly target: Raster;
  /** Auxiliary image, of which the first band is shown. */
  readonly auxiliary?: Raster;
}

/** Options of {@linkcode drawSheet}. */
export interface SheetOptions {
  /** Values of images shown as black and white. */
  readonly display: readonly [number, number];
  /** Values of auxiliary images shown as black and white. Default those of the images. */
  readonly auxiliary?: readonly [number, number];
}

/** Longest side of a picture. */
const SIDE = 256;
const GAP = 4;

/** Picks bands, and every n-th pixel so that no side is longer than SIDE. */
function thinned(raster: Raster, bands: readonly number[], names: readonly string[]): Raster {
  const step = Math.ceil(Math.max(raster.width, raster.height) / SIDE);
  const width = Math.ceil(raster.width / step);
  const height = Math.ceil(raster.height / step);
  const data = pixelArray(raster.dtype, width * height * bands.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * step * raster.width + x * step) * raster.bands.length;
      const to = (y * width + x) * bands.length;
      for (let b = 0; b < bands.length; b++) data[to + b] = raster.data[from + bands[b]!]!;
    }
  }
  return { width, height, bands: names.map(normalizeBand), dtype: raster.dtype, data };
}

/** Reads the image of a layer. */
async function readLayer({ open }: Listing, { path, form, bands }: Layer): Promise<Raster> {
  const file = await open(path);
  try {
    const used = bands ?? [...form.bands.keys()];
    // Reads only the bands of the picture, as scenes may be large.
    const names = used.map((band) => form.bands[band]!);
    const colours = ["B04", "B03", "B02"].map((name) => names.map(normalizeBand).indexOf(name));
    const shown = colours.every((i) => i >= 0) ? colours : [...names.keys()].slice(0, 3);
    const read = await file.read({ bands: shown.map((i) => used[i]!) });
    return thinned(read, [...shown.keys()], shown.map((i) => names[i]!));
  } finally {
    await file.close();
  }
}

/** Reads the images of a sample from its files. */
export async function filePictures(listing: Listing, sample: SampleFiles): Promise<SheetRow> {
  const { frames, target } = sample;
  const [auxiliary] = frames[0]?.auxiliary ?? [];
  return {
    cloudy: await Promise.all(frames.map(({ cloudy }) => readLayer(listing, cloudy[0]!))),
    target: await readLayer(listing, target[0]!),
    ...(auxiliary && { auxiliary: await readLayer(listing, auxiliary) }),
  };
}

/** Returns the images of a sample in memory. */
export function samplePictures(sample: Sample, bands: readonly string[]): SheetRow {
  const { width, height, length, cloudy, target } = sample;
  const all = [...bands.keys()];
  const image = (data: Float32Array) =>
    thinned({ width, height, bands, dtype: "float32", data }, all, bands);
  const size = width * height * bands.length;
  return {
    cloudy: Array.from({ length }, (_, l) => image(cloudy.subarray(l * size, (l + 1) * size))),
    target: image(target),
  };
}

/** Stacks pictures on a white background. */
function stack(pictures: readonly Picture[]): Picture {
  const width = Math.max(...pictures.map((picture) => picture.width));
  const height = pictures.reduce(
    (sum, picture) => sum + picture.height,
    GAP * (pictures.length - 1),
  );
  const data = new Uint8Array(width * height * 3).fill(255);
  let top = 0;
  for (const picture of pictures) {
    for (let y = 0; y < picture.height; y++) {
      const row = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
      data.set(row, (top + y) * width * 3);
    }
    top += picture.height + GAP;
  }
  return { width, height, channels: 3, data };
}

/**
 * Draws one row per sample: cloudy images, clear image, first auxiliary band. All images have the same
 * stretch, so that they can be compared.
 *
 * @param rows At least one.
 */
export function drawSheet(
  rows: readonly SheetRow[],
  { display, auxiliary = display }: SheetOptions,
): Picture {
  const picture = (raster: Raster, [low, high]: readonly [number, number]) =>
    quicklook(raster, { low, high });
  return stack(rows.map((row) => {
    const pictures = [
      ...row.cloudy.map((raster) => picture(raster, display)),
      picture(row.target, display),
      ...(row.auxiliary ? [picture(firstBand(row.auxiliary), auxiliary)] : []),
    ];
    return joinPictures(pictures, { gap: GAP });
  }));
}

function firstBand(raster: Raster): Raster {
  return thinned(raster, [0], raster.bands.slice(0, 1));
}
