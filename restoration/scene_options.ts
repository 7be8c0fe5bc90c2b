/**
 * Options of restoring a scene from files to files.
 *
 * @module
 */

import type { AreaOptions } from "./area.ts";
import type { MaskOptions } from "./mask_options.ts";
import type { TilingOptions } from "./rows/options.ts";
import type { SelfCheckOptions } from "./self_check/self_check_result.ts";
import type { OpenSeriesOptions } from "./series.ts";

export type { MaskOptions } from "./mask_options.ts";

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
  /**
   * Cloud masks, with which clear pixels of the reference are kept. Default: every pixel is restored; a
   * model whose mean is made of all dates needs masks, by default "auto".
   */
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
  /**
   * Takes the composite of the dates in place of the model's result where the self-check, over the whole
   * scene, finds it better. Default false.
   */
  readonly choose?: boolean;
  /** Receives what users should know: radiometry with its evidence, warnings. */
  readonly log?: (line: string) => void;
}

/** Options of `restoreScene`. */
export interface RestoreSceneOptions extends SceneOptions {
  /** Output files. */
  readonly write: WriteOptions;
}
