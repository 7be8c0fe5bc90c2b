/**
 * Reader of any weights file: a PyTorch checkpoint, a model file or other safetensors.
 *
 * @module
 */

import type { ModelCard } from "../model/mod.ts";
import { fileSource, type LocalSource } from "./local_source.ts";
import { inFile } from "./errors.ts";
import { importCheckpoint } from "./lightning.ts";
import { cardOf, modelTensors } from "./model_file.ts";
import { parseSafetensors } from "./safetensors.ts";
import type { StoredTensors } from "./stored_tensor.ts";
import { isTorchFile } from "./torch_file.ts";

/** The contents of a weights file. */
export interface WeightsFile {
  /**
   * Format: a PyTorch checkpoint, safetensors with a model card, the same saved during training, or
   * safetensors without a card.
   */
  readonly kind: "checkpoint" | "model" | "training checkpoint" | "safetensors";
  /** Tensors by their names in the file; those of a checkpoint by the network's own names. */
  readonly tensors: StoredTensors;
  /** The model card, if the file has one. */
  readonly card?: ModelCard;
  /** Counters and metadata next to the tensors. */
  readonly facts: Readonly<Record<string, string | number>>;
}

function readCheckpoint(source: LocalSource, weights: "ema" | "raw"): WeightsFile {
  const { tensors, ignored, ...counted } = importCheckpoint(source, { weights });
  const known = Object.entries(counted).filter(([, value]) => value !== undefined);
  const facts = Object.fromEntries(known) as Record<string, string | number>;
  return {
    kind: "checkpoint",
    tensors,
    facts: ignored.length === 0 ? facts : { ...facts, ignored: ignored.join(", ") },
  };
}

/**
 * Reads a weights file.
 *
 * @param path The file.
 * @param options `weights` of a checkpoint: the moving average (default) or the last ones.
 * @throws {CheckpointError} If the file is damaged or unsafe; the message has the path.
 */
export function readWeightsFile(
  path: string | URL,
  { weights = "ema" }: { readonly weights?: "ema" | "raw" } = {},
): WeightsFile {
  using source = fileSource(path);
  return inFile(path, () => {
    if (isTorchFile(source)) return readCheckpoint(source, weights);
    const { tensors, metadata } = parseSafetensors(source.read(0, source.size));
    const card = cardOf({ metadata });
    if (card === undefined) return { kind: "safetensors", tensors, facts: metadata };
    const { "emrdm.step": step } = metadata;
    return step === undefined ? { kind: "model", tensors, card, facts: {} } : {
      kind: "training checkpoint",
      tensors: modelTensors(tensors),
      card,
      facts: { step },
    };
  });
}
