/**
 * The classes of cloud masks.
 *
 * @module
 */

/** Classes of a cloud mask, numbered as in CloudSEN12. */
export const CLOUD_CLASSES = { clear: 0, thick: 1, thin: 2, shadow: 3 } as const;

/** Value of unknown pixels in a cloud mask. */
export const MASK_UNKNOWN = 255;
