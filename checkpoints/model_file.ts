/**
 * Model files: safetensors with the model card in their metadata, so that a file alone is enough to
 * run the model.
 *
 * @module
 */

import type { AnyRegistry } from "../builtins.ts";
import { InputError, parseJson } from "../core/mod.ts";
import { type OnBytes, readWhole } from "../files/mod.ts";
import {
  buildModules,
  completeCard,
  type Model,
  type ModelCard,
  parseCard,
  stringifyCard,
} from "../model/mod.ts";
import type { Network } from "../networks/mod.ts";
import { CheckpointError, inFile } from "./errors.ts";
import { MAX_BYTES, parseSafetensors, type Safetensors, writeSafetensors } from "./safetensors.ts";
import { type StoredTensors, toHalf } from "./stored_tensor.ts";
import { checkTensors, tensorsOf, weightsOf } from "./weights.ts";

/**
 * Prefix of the tensors that a training run keeps next to the model's to resume from; readers of the
 * model skip them.
 */
export const TRAINING_PREFIX = "training.";

const CARD = "emrdm.card";
const VERSION = "emrdm.version";
/** Version of the card's format; raised when an older reader would misunderstand it. */
const FORMAT_VERSION = "1";

/** The contents of a model file. */
export interface ModelFile {
  /** Tensors by the authors' names, linear weights [out, in]. */
  readonly tensors: StoredTensors;
  /** Model card from the metadata. */
  readonly card: ModelCard;
}

/** Returns the card in the metadata of a file, or undefined if there is none. */
export function cardOf({ metadata }: Pick<Safetensors, "metadata">): ModelCard | undefined {
  const text = metadata[CARD];
  if (text === undefined) return undefined;
  const version = metadata[VERSION] ?? FORMAT_VERSION;
  if (version !== FORMAT_VERSION) {
    throw new CheckpointError(
      `the card's version must be ${FORMAT_VERSION}, got ${version}: use a newer emrdm`,
    );
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new CheckpointError("the card must be JSON", { cause });
  }
  return parseCard(value, "card");
}

/** Returns the tensors of a file without those of its training run. */
export function modelTensors(tensors: StoredTensors): StoredTensors {
  const own = Object.entries(tensors).filter(([name]) => !name.startsWith(TRAINING_PREFIX));
  return Object.fromEntries(own);
}

/** Returns the metadata of a model file. */
export function modelMetadata(card: ModelCard): Readonly<Record<string, string>> {
  return {
    format: "pt",
    name: card.name,
    description: card.description,
    licence: card.licence,
    bands: card.bands.map(({ name, unit }) => `${name} (${unit})`).join(", "),
    [VERSION]: FORMAT_VERSION,
    [CARD]: stringifyCard(card),
  };
}

/**
 * Reads the tensors and the card of a model. A checkpoint of a training run is a model file too.
 *
 * @param source A path, or an http(s) or file URL.
 * @param options `onBytes` is called while an address is downloaded.
 * @throws {CheckpointError} If an address does not answer, or the file is larger than 8 GiB, is
 *   damaged or has no card.
 */
export async function readModelFile(
  source: string | URL,
  { onBytes }: { readonly onBytes?: OnBytes } = {},
): Promise<ModelFile> {
  const bytes = await readWhole(source, { limit: MAX_BYTES, onBytes }).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    throw new CheckpointError(error.message.replace(/^Cannot read /, ""), { cause: error });
  });
  return inFile(source, () => {
    if (bytes[0] === 0x50 && bytes[1] === 0x4B) {
      throw new CheckpointError("it is a PyTorch checkpoint: convert it first (emrdm convert)");
    }
    const file = parseSafetensors(bytes);
    const card = cardOf(file);
    if (card === undefined) {
      throw new CheckpointError("it has no model card: add one first (emrdm convert)");
    }
    return { tensors: modelTensors(file.tensors), card };
  });
}

/** Type of stored weights. Buffers, which hold frequencies, are always float32. */
export type WeightsDType = "float32" | "float16";

/**
 * Writes the tensors and the card of a model.
 *
 * @param path File to write.
 * @param options The tensors by the authors' names, linear weights [out, in]; the card and its
 * network; `dtype` of the stored weights (default float32); `overwrite` replaces an existing file.
 * @throws {CheckpointError} If the tensors are not those of the network.
 * @throws {TypeError} If the file exists and `overwrite` is not set.
 */
export async function writeModelFile(
  path: string | URL,
  { tensors, card, network, overwrite = false, dtype = "float32" }: ModelFile & {
    readonly network: Pick<Network, "tensors">;
    readonly overwrite?: boolean;
    readonly dtype?: WeightsDType;
  },
): Promise<void> {
  checkTensors(network, tensors);
  const metadata = modelMetadata(card);
  const stored = dtype === "float32" ? tensors : halved(tensors, network);
  await writeSafetensors(path, { tensors: stored, metadata, overwrite });
}

function halved(tensors: StoredTensors, { tensors: specs }: Pick<Network, "tensors">) {
  const trained = new Set(specs.filter(({ role }) => role === "param").map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(tensors).map(([name, one]) => [name, trained.has(name) ? toHalf(one) : one]),
  );
}

/**
 * Saves a model with its card.
 *
 * @param model The model; its weights stay the caller's.
 * @param path File to write.
 * @param options `overwrite` replaces an existing file; `dtype` of the stored weights (default
 * float32).
 * @throws {RangeError} If a weight is too large for float16.
 * @throws {TypeError} If the file exists and `overwrite` is not set.
 */
export async function saveModel(
  { card, weights, modules: { network } }: Model,
  path: string | URL,
  options: {
    readonly overwrite?: boolean;
    readonly dtype?: WeightsDType;
  } = {},
): Promise<void> {
  const tensors = await tensorsOf(weights);
  await writeModelFile(path, { ...options, tensors, card, network });
}

/**
 * Loads a model that {@linkcode saveModel} or `emrdm convert` wrote.
 *
 * @param source A path, or an http(s) or file URL.
 * @param options `registry` knows the modules that the card names; default the built-in ones. `onBytes` is
 * called while an address is downloaded.
 * @returns The model; the caller owns its weights.
 * @throws {CheckpointError} If the file is damaged, has no card or names a module that the registry
 * does not know, or if a tensor does not fit the network; the message has both shapes.
 */
export async function loadModel(
  source: string | URL,
  { registry, onBytes }: { readonly registry?: AnyRegistry; readonly onBytes?: OnBytes } = {},
): Promise<Model> {
  const file = await readModelFile(source, onBytes && { onBytes });
  return inFile(source, () => {
    const options = { path: "card.modules", ...(registry && { registry }) };
    const card = completeCard(file.card, options);
    const modules = buildModules(card, options);
    return { card, weights: weightsOf(modules.network, file.tensors), modules };
  });
}
