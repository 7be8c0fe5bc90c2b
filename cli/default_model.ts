/**
 * The model that is used unless a command names another.
 *
 * @module
 */

/** `s2-temporal`: 13 Sentinel-2 bands, up to three dates. */
export const DEFAULT_MODEL: URL = new URL("../weights/s2-temporal.safetensors", import.meta.url);
