/**
 * Options that all published datasets share.
 *
 * @module
 */

import { boolean, type Checks, oneOf, string } from "../core/mod.ts";
import { SPLIT_NAMES, type SplitName } from "./sample_files.ts";

/** Options of the published datasets. */
export interface PublishedOptions {
  /** Folder of the dataset. */
  readonly root: string;
  /** Default "train". */
  readonly split?: SplitName;
  /** Position of tiles smaller than the image. Default "random" in train, else "middle". */
  readonly crop?: "random" | "middle";
  /** Random symmetries. Default false, as published. */
  readonly augment?: boolean;
  /** Leave out samples of which a file is missing. Default false: an error. */
  readonly skipIncomplete?: boolean;
}

/** One check per option of {@linkcode PublishedOptions}. */
export const PUBLISHED_CHECKS: Checks<PublishedOptions> = {
  root: string,
  split: oneOf(...SPLIT_NAMES),
  crop: oneOf("random", "middle"),
  augment: boolean,
  skipIncomplete: boolean,
};

/** Defaults of {@linkcode PublishedOptions}. */
export const PUBLISHED_DEFAULTS = {
  split: "train",
  crop: undefined,
  augment: false,
  skipIncomplete: false,
} as const;

/** Position of the crops: random in train, in the middle otherwise, unless `crop` says. */
export function cropOf({ split, crop }: Pick<PublishedOptions, "split" | "crop">) {
  return crop ?? (split === "train" ? "random" : "middle");
}
