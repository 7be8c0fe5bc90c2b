/**
 * Options of restoring a scene from files to files.
 *
 * @module
 */

import type { AreaOptions } from "./area.ts";
import type { KeepClearOptions } from "./keep_clear.ts";
import type { MaskNames } from "./mask_choice.ts";
import type { TilingOptions } from "./rows/options.ts";
import type { SelfCheckOptions } from "./self_check/self_check_result.ts";
import type { OpenSeriesOptions } from "./series.ts";

/** Cloud masks of a scene. */
export interface MaskOptions extends KeepClearOptions {
  /**
   * Masks of the dates. Clear pixels of the reference are kept bit for bit. Default: no mask, every
   * pixel is restored.
   *
   * One for all dates: the built-in "detector", the product's scene classification ("scl"), the
   * product's own mask or else the detector ("auto"), or a path with `{date}`, which stands for
   * 2018-03-07 or 20180307. One path without `{date}` is the mask of the reference. Several: one for
   * each input, in the order of the inputs, or as "2018-03-07=clouds.tif", with the day or the index
   * of an input. Dates without a mask of their own have that of their product, else the detector's.
   */
  readonly source?: MaskNames;
  /** Classes of the raster that are cloud or shadow. Default see `openClassMask`. */
  readonly values?: readonly number[];
  /** Bits of the raster's values that are cloud or shadow, from 0. Default see `openClassMask`. */
  readonly bits?: readonly number[];
  /** Limit above which values of the raster, such as a probability, are cloud. */
  readonly above?: number;
  /**
   * Replaces the masked clouds in the model input by the card's cloud fill (`opaqueCloud`), if it has
   * one: semi-transparent clouds mislead models trained on synthetic ones. Default true.
   */
  readonly fill?: boolean;
}

/** Members of an ensemble: restorations with different noise. */
export interface EnsembleOptions {
  /** Number of members, ≥ 2. */
  readonly samples: number;
  /** One seed per member. Default see `sampleSeeds`. */
  readonly seeds?: readonly number[];
}

/** Files of a restored scene. */
export interface WriteOptions {
  /** Path of the GeoTIFF. */
  readonly output: string;
  /** Path of a PNG that shows the reference before and after. Default none. */
  readonly picture?: string;
  /** Replaces existing files. Default false. */
  readonly overwrite?: boolean;
  /** Further tags of the file. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Options of restoring a scene, without its output files. */
export interface SceneOptions extends TilingOptions, OpenSeriesOptions, AreaOptions {
  /** Cloud mask, with which clear pixels of the reference are kept. Default: every pixel is restored. */
  readonly mask?: MaskOptions;
  /**
   * Restores several times and takes the mean; a raster next to it (`uncertaintyPath`) has the standard
   * deviation. Steps, sampler and time steps default to those of `samplingOf`. Default one restoration.
   */
  readonly ensemble?: EnsembleOptions;
  /**
   * First measures the expected error on the scene itself (`selfCheckScene`), and writes it into the
   * tags. Default false.
   */
  readonly selfCheck?: boolean | SelfCheckOptions;
  /** Receives what users should know: radiometry with its evidence, warnings. */
  readonly log?: (line: string) => void;
}

/** Options of `restoreScene`. */
export interface RestoreSceneOptions extends SceneOptions {
  /** Output files. */
  readonly write: WriteOptions;
}
