/**
 * Archives of scenes: array jobs, queues and the engines that run them.
 *
 * @module
 */

export { ARRAY_VARIABLES, arrayShard } from "./array_index.ts";
