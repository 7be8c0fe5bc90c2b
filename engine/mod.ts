/**
 * Executing tensors: the one door to TensorFlow.js, and the engines that run it.
 *
 * @module
 */

export * from "./tfjs.ts";
export * from "./ops/mod.ts";
