/**
 * The model that ships with the program.
 *
 * @module
 */

/** A 13-band Sentinel-2 model for up to three dates; its card says what it saw. */
export const DEFAULT_MODEL: URL = new URL("../weights/s2-temporal.safetensors", import.meta.url);
