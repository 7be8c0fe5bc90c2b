/**
 * The model that ships with the program.
 *
 * @module
 */

/** A small 13-band model for up to three dates; its card says how little it was trained. */
export const DEFAULT_MODEL: URL = new URL("../weights/s2-small.safetensors", import.meta.url);
