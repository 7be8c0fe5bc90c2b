/**
 * Executing tensors: the one door to TensorFlow.js, and the engines that run it.
 *
 * @module
 */

export {
  compile,
  type CompileContext,
  type Compiled,
  type CompileOptions,
  type RandomNumbers,
} from "./compile.ts";
export { DeviceLostError, GpuError } from "./errors.ts";
export { execute, readTensor } from "./execute.ts";
export { NativeUnavailableError, TraceError } from "./native/errors.ts";
export { onnxFile, type OnnxFunction, type OnnxSource } from "./onnx_file.ts";
export * from "./ops/mod.ts";
export { ownedTensor } from "./owned.ts";
export * from "./tfjs.ts";
export type { TensorTree } from "./tree.ts";
export {
  type Engine,
  type EngineName,
  ENGINES,
  useEngine,
  type UseEngineOptions,
} from "./use_engine.ts";
export { type EngineVersions, engineVersions } from "./versions.ts";
