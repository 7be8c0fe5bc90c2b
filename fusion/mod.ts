/**
 * Fusion of L images into one, Alg. 2 l. 13 and Eq. 12.
 *
 * @module
 */

export { collapse } from "./collapse.ts";
export type { Fusion } from "./fusion.ts";
