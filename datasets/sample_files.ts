/**
 * What a dataset of files is made of: the files of each sample, what they must hold, and what is
 * wrong with their names. Loaders and `checkDataset` go by the same list.
 *
 * @module
 */

import type { DataType } from "../core/mod.ts";
import type { RasterFile } from "../rasters/mod.ts";

/** Splits of the published datasets. */
export type SplitName = "train" | "val" | "test";

/** Splits in order. */
export const SPLIT_NAMES: readonly SplitName[] = ["train", "val", "test"];

/** What a file must hold. */
export interface FileForm {
  /** Band names in order; files that state none of Sentinel-2 are taken to have these. */
  readonly bands: readonly string[];
  /** Whether files have to state exactly these names. Default false. */
  readonly named?: boolean;
  /** Pixel types that it may have. Default any. */
  readonly dtypes?: readonly DataType[];
  /** Least and greatest file number that makes sense. Default any. */
  readonly range?: readonly [number, number];
  /** Bounds of an image's mean, which tell units apart (dB from powers, DN from reflectance). */
  readonly mean?: readonly [number, number];
  /** What marks a pixel without data in all bands, where the file does not state it. */
  readonly nodata?: number;
  /** What NaN becomes. Default none: NaN is an error. */
  readonly nan?: number;
  /** Whether it holds classes, in which one value throughout is no sign of damage. Default false. */
  readonly classes?: boolean;
}

/** A cloud mask: 0 where the ground is seen. */
export const MASK: FileForm = {
  bands: ["mask"],
  dtypes: ["uint8", "uint16", "int16"],
  classes: true,
};

/** Some bands of one file. */
export interface Layer {
  readonly path: string;
  readonly form: FileForm;
  /** Indices of the bands that are used. Default all. */
  readonly bands?: readonly number[];
}

/** The files of one date. */
export interface FrameFiles {
  /** The bands of the image, from one file or several. */
  readonly cloudy: readonly Layer[];
  readonly auxiliary?: readonly Layer[];
  /** 0 where the ground is seen. */
  readonly mask?: Layer;
  /** The day, as `2018-03-07`, where more than names tell it. */
  readonly date?: string;
}

/** The files of one sample. */
export interface SampleFiles {
  readonly name: string;
  readonly split: string;
  readonly frames: readonly FrameFiles[];
  /** The bands of the clear image. */
  readonly target: readonly Layer[];
  /** The frame that the target depicts; the last where it depicts none of them. */
  readonly reference: number;
  /** Whether all files are there. */
  readonly complete: boolean;
}

/** Kinds of {@linkcode Finding}. */
export const FINDINGS = {
  missing: "a file of a sample, a folder or a list is not there",
  unreadable: "it is no image of the format, or damaged",
  truncated: "it is cut off",
  empty: "it has no bytes, no data, or one value throughout",
  size: "it has another size than its sample or the dataset",
  bands: "it has another number or order of bands",
  dtype: "it has another pixel type",
  range: "it has values that make no sense in its unit",
  nan: "it has values that are no numbers",
  georeference: "it lies elsewhere than the clear image",
  duplicate: "its pixels are those of another file",
  name: "its name fits no pattern of the dataset",
  mismatch: "files that belong together cannot be told by their names",
  split: "a split overlaps another or is empty",
  date: "it is not a day, or days are not as many as frames",
} as const;

/** Something wrong with a dataset. */
export interface Finding {
  readonly kind: keyof typeof FINDINGS;
  /** The file or folder. */
  readonly path: string;
  /** What must hold and what was found. */
  readonly message: string;
  /** The split that it belongs to, where that is known. */
  readonly split?: string;
}

/** A dataset by its files. */
export interface Listing {
  /** As in JSON, `sen12MsCr`. */
  readonly type: string;
  readonly root: string;
  /** Splits in order, also those without a sample. */
  readonly splits: readonly string[];
  readonly samples: readonly SampleFiles[];
  /** Band names of the images. */
  readonly bands: readonly string[];
  /** What names and lists alone tell. */
  readonly findings: readonly Finding[];
  /** What is worth knowing and no fault. */
  readonly notes: readonly string[];
  /** Whether all images have one size. */
  readonly oneSize: boolean;
  /** File numbers shown black and white in pictures. Default from the values. */
  readonly display?: readonly [number, number];
  open(path: string): Promise<RasterFile>;
  /** How many times smaller the loader makes images. Default 1. */
  readonly shrink?: number;
  /** What the loader makes of a whole image before it is cropped. Default nothing. */
  readonly prepare?: (file: RasterFile, path: string) => Promise<RasterFile>;
}
