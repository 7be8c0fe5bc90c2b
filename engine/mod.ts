/**
 * Execution of tensors: TensorFlow.js, the engines that run it, and ops that run on all of them.
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
export {
  type Images,
  type Params,
  type Scalar,
  type Sequence,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  type Tensor5D,
  type TensorContainer,
  tf,
  type Weights,
} from "./tfjs.ts";
export type { TensorTree } from "./tree.ts";
export {
  type Engine,
  type EngineName,
  ENGINES,
  useEngine,
  type UseEngineOptions,
} from "./use_engine.ts";
export { type EngineVersions, engineVersions } from "./versions.ts";
