/**
 * Weights in files: safetensors that carry their model card, and import of the authors' checkpoints.
 *
 * @module
 */

export { CheckpointError } from "./errors.ts";
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
export { type ByteSource, fileSource, memorySource } from "./byte_source.ts";
export { isTransposed, type PlainTensor, swapShape, toFile, toMemory } from "./layout.ts";
export { importCheckpoint, type ImportedCheckpoint } from "./lightning.ts";
export {
  type FileShapes,
  inferNetwork,
  type InferredNetwork,
  levelCount,
  type NetworkHints,
} from "./infer_network.ts";
export {
  cardOf,
  loadModel,
  type ModelFile,
  readModelFile,
  saveModel,
  writeModelFile,
} from "./model_file.ts";
export { published, type PublishedName } from "./published.ts";
export { checkTensors, tensorsOf, weightsOf } from "./weights.ts";
export { fitCard, fromAuthorsNames, toAuthorsNames } from "./convert.ts";
