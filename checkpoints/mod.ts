/**
 * Weights in files: safetensors with their model card, ONNX export, and import of PyTorch checkpoints.
 *
 * @module
 */

export { fileSource, type LocalSource, memorySource } from "./local_source.ts";
export { type Converted, type ConvertOptions, convertWeights } from "./convert.ts";
export { CheckpointError } from "./errors.ts";
export {
  type ExportedLevel,
  type ExportedOnnx,
  exportOnnx,
  type ExportOnnxOptions,
} from "./export_onnx.ts";
export { fitCard } from "./fit_card.ts";
export {
  type FileShapes,
  inferNetwork,
  type InferredNetwork,
  type NetworkHints,
} from "./infer_network.ts";
export { isTransposed, type PlainTensor, swapShape, toFile, toMemory } from "./layout.ts";
export {
  fromAuthorsNames,
  importCheckpoint,
  type ImportedCheckpoint,
  toAuthorsNames,
} from "./lightning.ts";
export { type LoadedLpips, readLpips } from "./lpips.ts";
export {
  cardOf,
  loadModel,
  type ModelFile,
  modelMetadata,
  modelTensors,
  readModelFile,
  saveModel,
  TRAINING_PREFIX,
  type WeightsDType,
  writeModelFile,
} from "./model_file.ts";
export { sharedPrefix } from "./name_prefix.ts";
export { published, type PublishedName } from "./published.ts";
export {
  encodeSafetensors,
  parseSafetensors,
  readSafetensors,
  type Safetensors,
  writeSafetensors,
} from "./safetensors.ts";
export {
  type StoredArray,
  type StoredDType,
  type StoredTensor,
  type StoredTensors,
  toFloat32,
} from "./stored_tensor.ts";
export { tensorsOf, weightsOf } from "./weights.ts";
export { readWeightsFile, type WeightsFile } from "./weights_file.ts";
