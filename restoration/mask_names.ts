/**
 * Names of masks.
 *
 * @module
 */

/** One or several names of masks, as of `MaskOptions.source`. */
export type MaskNames = string | readonly string[];
