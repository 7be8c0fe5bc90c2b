/**
 * Listing of a dataset: the files of each sample, their prescribed form, and findings of their names.
 * Loaders, evaluation and `checkDataset` use the same listing.
 *
 * @module
 */

import type { DataType } from "../core/mod.ts";
import type { RasterFile } from "../rasters/mod.ts";

/** Splits of the published datasets. */
export type SplitName = "train" | "val" | "test";

/** Splits of the published datasets, in order. */
export const SPLIT_NAMES: readonly SplitName[] = ["train", "val", "test"];

/** Prescribed form of a file. */
export interface FileForm {
  /** Band names in order; assumed for files that state no names of Sentinel-2 bands. */
  readonly bands: readonly string[];
  /** True if files must state exactly these names. Default false. */
  readonly named?: boolean;
  /** Allowed pixel types. Default any. */
  readonly dtypes?: readonly DataType[];
  /** Least and greatest plausible value. Default any. */
  readonly range?: readonly [number, number];
  /** Bounds of an image's mean, which reveal a wrong unit (dB or power, DN or reflectance). */
  readonly mean?: readonly [number, number];
  /** Value that marks a pixel without data in all bands, unless the file states one. */
  readonly nodata?: number;
  /** Replacement of NaN. Default none: NaN is an error. */
  readonly nan?: number;
  /** True for files of classes, which may have one value throughout. Default false. */
  readonly classes?: boolean;
}

/** Form of a cloud mask: 0 where the ground is seen. */
export const MASK: FileForm = {
  bands: ["mask"],
  dtypes: ["uint8", "uint16", "int16"],
  classes: true,
};

/** Some bands of one file. */
export interface Layer {
  /** Path of the file. */
  readonly path: string;
  /** Bands, pixel types and values that the file must have. */
  readonly form: FileForm;
  /** Indices of the bands used. Default all. */
  readonly bands?: readonly number[];
}

/** The files of one date. */
export interface FrameFiles {
  /** The bands of the image, from one file or several. */
  readonly cloudy: readonly Layer[];
  /** Auxiliary bands (SAR, NIR), from one file or several. Default none. */
  readonly auxiliary?: readonly Layer[];
  /** Cloud mask: 0 where the ground is seen. */
  readonly mask?: Layer;
  /** The day, as `2018-03-07`, if something other than the file's name states it. */
  readonly date?: string;
}

/** The files of one sample. */
export interface SampleFiles {
  /** Name of the sample, for logs and error messages. */
  readonly name: string;
  /** Split that the sample belongs to, for example "train". */
  readonly split: string;
  /** Files of the cloudy dates, one entry per frame. */
  readonly frames: readonly FrameFiles[];
  /** The bands of the clear image. */
  readonly target: readonly Layer[];
  /** Index of the frame that the target depicts; the last if it depicts none of them. */
  readonly reference: number;
  /** True if all files exist. */
  readonly complete: boolean;
}

/** Kinds of {@linkcode Finding}, with what they mean. */
export const FINDINGS = {
  missing: "a file of a sample, a folder or a list does not exist",
  unreadable: "it is damaged, or not an image of the format",
  truncated: "it is truncated",
  empty: "it has no bytes, no data, or one value throughout",
  size: "its size differs from that of its sample or of the dataset",
  bands: "it has a wrong number or order of bands",
  dtype: "it has a wrong pixel type",
  range: "it has values that are implausible in its unit",
  unit: "its values have another unit, scale or offset than its clear image",
  nan: "it has values that are not numbers",
  georeference: "its position differs from that of the clear image",
  duplicate: "its pixels are those of another file",
  name: "its name does not fit the pattern of the dataset",
  mismatch: "files that belong together cannot be matched by their names",
  split: "a split overlaps another or is empty",
  date: "it is not a day, or the number of days is not that of frames",
} as const;

/** A problem of a dataset. */
export interface Finding {
  /** Kind of the problem, a key of {@linkcode FINDINGS}. */
  readonly kind: keyof typeof FINDINGS;
  /** The file or folder. */
  readonly path: string;
  /** Requirement, and what was found. */
  readonly message: string;
  /** The split that it belongs to, if known. */
  readonly split?: string;
}

/** Files of a dataset. */
export interface Listing {
  /** Type of the dataset in JSON, as `sen12MsCr`. */
  readonly type: string;
  /** Folder or index file, for messages. */
  readonly root: string;
  /** Splits in order, including those without a sample. */
  readonly splits: readonly string[];
  /** Files of all samples, in order. */
  readonly samples: readonly SampleFiles[];
  /**
   * Samples in files of many samples that are no images: the listing checks these files itself.
   * Default 0.
   */
  readonly records?: number;
  /** Band names of the images. */
  readonly bands: readonly string[];
  /** Problems that names and lists show. */
  readonly findings: readonly Finding[];
  /** Remarks that are not problems. */
  readonly notes: readonly string[];
  /** True if all images must have the same size. */
  readonly oneSize: boolean;
  /** Values shown as black and white in pictures. Default from the values. */
  readonly display?: readonly [number, number];
  /** Opens one of the files. */
  open(path: string): Promise<RasterFile>;
  /** Factor by which loading shrinks images. Default 1. */
  readonly shrink?: number;
  /** Transforms a whole image before it is cropped. Default none. */
  readonly prepare?: (file: RasterFile, path: string) => Promise<RasterFile>;
}
