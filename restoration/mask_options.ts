/**
 * Options of the cloud masks of a scene.
 *
 * @module
 */

import type { KeepClearOptions } from "./keep_clear.ts";
import type { MaskNames } from "./mask_names.ts";

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
