/**
 * Models in files: safetensors whose metadata is the model card, so that a file says by itself what
 * it is and how to run it.
 *
 * @module
 */

import type { AnyRegistry } from "../builtins.ts";
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
import { parseSafetensors, type Safetensors, writeSafetensors } from "./safetensors.ts";
import { type StoredTensors, toHalf } from "./stored_tensor.ts";
import { checkTensors, tensorsOf, weightsOf } from "./weights.ts";

/**
 * What the names of tensors begin with that lie beside those of a model, for a training run to go on;
 * who reads the model leaves them out.
 */
export const TRAINING_PREFIX = "training.";

const CARD = "emrdm.card";
const VERSION = "emrdm.version";
/** Version of the card's format; raised when an older reader would misunderstand it. */
const FORMAT_VERSION = "1";

/** The tensors of a model and its card. */
export interface ModelFile {
  /** Tensors by the authors' names, linear weights [out, in]. */
  readonly tensors: StoredTensors;
  readonly card: ModelCard;
}

/** Bytes of a local file, or of an http(s) URL. */
async function readBytes(place: string | URL): Promise<Uint8Array> {
  if (!/^https?:/.test(String(place))) return await Deno.readFile(place);
  const response = await fetch(place);
  if (!response.ok) {
    await response.body?.cancel();
    throw new CheckpointError(
      `${place}: the server must send it, got ${response.status} ${response.statusText}`,
    );
  }
  return await response.bytes();
}

/** The card in the metadata of a file, or undefined where there is none. */
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
    value = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError("the card must be JSON", { cause });
  }
  return parseCard(value, "card");
}

/** The tensors of a file without those of its training run. */
export function modelTensors(tensors: StoredTensors): StoredTensors {
  const own = Object.entries(tensors).filter(([name]) => !name.startsWith(TRAINING_PREFIX));
  return Object.fromEntries(own);
}

/** What the header of a model file says. */
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
 * Reads tensors and card of a model. A checkpoint of a training run is a model file too.
 *
 * @param place A path, or an http(s) or file URL.
 * @throws {CheckpointError} If the file is broken or carries no card.
 */
export async function readModelFile(place: string | URL): Promise<ModelFile> {
  const bytes = await readBytes(place);
  return inFile(place, () => {
    if (bytes[0] === 0x50 && bytes[1] === 0x4B) {
      throw new CheckpointError("it is a PyTorch checkpoint: convert it first (emrdm convert)");
    }
    const file = parseSafetensors(bytes);
    const card = cardOf(file);
    if (card === undefined) {
      throw new CheckpointError("it carries no model card: give it one first (emrdm convert)");
    }
    return { tensors: modelTensors(file.tensors), card };
  });
}

/** How weights are stored. Buffers, on which frequencies depend, are float32 always. */
export type WeightsDType = "float32" | "float16";

/**
 * Writes tensors and card of a model.
 *
 * @param path Where to.
 * @param options The tensors by the authors' names, linear weights [out, in]; the card and its
 * network; how weights are stored (default float32); `overwrite` allows replacing a file.
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
 * Saves a model, card included.
 *
 * @param model The model; its weights stay the caller's.
 * @param path Where to; `overwrite` allows replacing a file, `dtype` says how weights are stored.
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
 * @param place A path, or an http(s) or file URL.
 * @param options `registry` knows the modules that the card names; default the built-in ones.
 * @returns The model; the caller owns its weights.
 * @throws {CheckpointError} If the file is broken, carries no card, names modules that the registry
 * does not know, or a tensor is not what the network needs; the message has both shapes.
 */
export async function loadModel(
  place: string | URL,
  { registry }: { readonly registry?: AnyRegistry } = {},
): Promise<Model> {
  const file = await readModelFile(place);
  return inFile(place, () => {
    const options = { path: "card.modules", ...(registry && { registry }) };
    const card = completeCard(file.card, options);
    const modules = buildModules(card, options);
    return { card, weights: weightsOf(modules.network, file.tensors), modules };
  });
}
