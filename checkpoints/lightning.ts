/**
 * The authors' Lightning checkpoints: raw weights, their moving average, and counters.
 *
 * In `state_dict` the raw weights are `model.diffusion_model.<name>`, parameters and buffers; the
 * moving average is `model_ema.<flat>`, where flat is `diffusion_model.<name>` without its dots,
 * parameters only. Buffers (the random Fourier weights among them) have no average.
 *
 * @module
 */

import { type LocalSource, memorySource } from "./local_source.ts";
import { CheckpointError, showShape } from "./errors.ts";
import { sharedPrefix, withoutBeginning } from "./name_prefix.ts";
import type { StoredTensor, StoredTensors } from "./stored_tensor.ts";
import { toFloat32 } from "./stored_tensor.ts";
import { openTorchFile, TorchTensor } from "./torch_file.ts";

/** The contents of a checkpoint that inference needs. */
export interface ImportedCheckpoint {
  /** The weights that were read. */
  readonly weights: "ema" | "raw";
  /** Tensors by the authors' names without `model.diffusion_model.`; linear weights are [out, in]. */
  readonly tensors: StoredTensors;
  /** Limit of the moving average's decay; absent in files without one. */
  readonly decay?: number;
  /** Updates of the moving average; absent in files without one. */
  readonly numUpdates?: number;
  /** Optimizer steps; absent in files with weights only. */
  readonly globalStep?: number;
  /** Epochs; absent in files with weights only. */
  readonly epoch?: number;
  /** Names of `state_dict` that belong to neither the network nor its average. */
  readonly ignored: readonly string[];
}

const RAW = "model.diffusion_model.";
const EMA = "model_ema.";
const EMA_COUNTERS = { decay: `${EMA}decay`, numUpdates: `${EMA}num_updates` } as const;

/** Names of the tensors that are neither trained nor averaged. */
const BUFFER = /(^|\.)(time_emb\.weight|pos_emb\.freqs)$/;

function fail(what: string): never {
  throw new CheckpointError(`Cannot import the checkpoint: ${what}`);
}

/**
 * Reads a Lightning checkpoint or a `torch.save` of a state_dict; nothing in it is executed.
 *
 * @param file The file's bytes, or their source.
 * @param options `weights`: "ema" takes the moving average and the raw buffers (what the authors
 * sample with, the default), "raw" the last weights.
 * @throws {CheckpointError} If the file is damaged or unsafe, or its names or shapes are inconsistent.
 */
export function importCheckpoint(
  file: Uint8Array | LocalSource,
  { weights = "ema" }: { readonly weights?: "ema" | "raw" } = {},
): ImportedCheckpoint {
  const root = openTorchFile(file instanceof Uint8Array ? memorySource(file) : file);
  if (!(root instanceof Map)) return fail("it must hold a dictionary");
  const state = readState(root.has("state_dict") ? root.get("state_dict") : root);
  const { chosen, ignored } = selectWeights(state, weights);
  const tensors: Record<string, StoredTensor> = Object.create(null);
  for (const [name, tensor] of chosen) tensors[name] = tensor.read();
  return {
    weights,
    tensors,
    ...scalarOf(state, "decay"),
    ...scalarOf(state, "numUpdates"),
    ...integerOf(root, "global_step", "globalStep"),
    ...integerOf(root, "epoch", "epoch"),
    ignored,
  };
}

/** Prefixes shared by all tensor names, such as those that torch.compile of the whole module adds. */
function wrapperOf(names: readonly string[]): string {
  const shared = sharedPrefix(names);
  const at = names.map((name) => name.indexOf(RAW)).find((index) => index >= 0) ?? 0;
  return at <= shared.length ? shared.slice(0, at) : "";
}

function readState(state: unknown): Map<string, TorchTensor> {
  if (!(state instanceof Map)) return fail("its state_dict must be a dictionary");
  const tensors = new Map<string, TorchTensor>();
  const names = [...state.keys()];
  if (!names.every((name) => typeof name === "string")) {
    return fail("names of its state_dict must be strings");
  }
  const { length } = wrapperOf(names);
  for (const [name, tensor] of state as ReadonlyMap<string, unknown>) {
    const own = name.slice(length);
    if (tensor instanceof TorchTensor) tensors.set(own, tensor);
    else if (own.startsWith(RAW)) fail(`${name} must be a tensor`);
  }
  return tensors;
}

/**
 * Selects the tensors of one network from the authors' state_dict, under the network's own names.
 *
 * @param state Everything by the names of the state_dict.
 * @param weights "ema" takes the averages and the raw buffers, "raw" the last weights.
 * @returns The tensors, and the names that belong to neither the network nor its average.
 * @throws {CheckpointError} If names or shapes are inconsistent.
 */
function selectWeights<T extends { readonly shape: readonly number[] }>(
  state: ReadonlyMap<string, T>,
  weights: "ema" | "raw",
): { readonly chosen: ReadonlyMap<string, T>; readonly ignored: readonly string[] } {
  const raw = new Map<string, T>();
  const ema = new Map<string, T>();
  const ignored: string[] = [];
  for (const [name, tensor] of state) {
    if (name.startsWith(RAW)) raw.set(name.slice(RAW.length), tensor);
    else if (name === EMA_COUNTERS.decay || name === EMA_COUNTERS.numUpdates) continue;
    else if (name.startsWith(EMA)) ema.set(name, tensor);
    else ignored.push(name);
  }
  if (raw.size === 0) {
    fail(`its state_dict must have names that start with ${RAW}, got ${[...state.keys()][0]}`);
  }
  return { chosen: weights === "raw" ? raw : averaged(raw, ema), ignored };
}

/** Returns the authors' name of a parameter's average. */
function emaNameOf(name: string): string {
  return EMA + `diffusion_model.${name}`.replaceAll(".", "");
}

/** Returns true for a tensor that the authors do not average. */
function isBuffer(name: string): boolean {
  return BUFFER.test(name);
}

/** Returns the averages of the parameters and the raw buffers, under the raw names. */
function averaged<T extends { readonly shape: readonly number[] }>(
  raw: ReadonlyMap<string, T>,
  ema: ReadonlyMap<string, T>,
): Map<string, T> {
  if (ema.size === 0) fail('it has no moving average; take its raw weights (weights: "raw")');
  const unused = new Set(ema.keys());
  const chosen = new Map<string, T>();
  for (const [name, tensor] of raw) {
    // The average may be older than the compilation that prefixed the names.
    const emaName = [name, name.replace(/^_orig_mod\./, "")].map(emaNameOf)
      .find((candidate) => ema.has(candidate)) ?? emaNameOf(name);
    const average = ema.get(emaName);
    if (average === undefined) {
      if (!isBuffer(name)) fail(`the moving average of ${name} is missing (${emaName})`);
      chosen.set(name, tensor);
      continue;
    }
    if (showShape(average.shape) !== showShape(tensor.shape)) {
      fail(`${name} is ${showShape(tensor.shape)}, its average ${showShape(average.shape)}`);
    }
    chosen.set(name, average);
    unused.delete(emaName);
  }
  const [stranger] = unused;
  if (stranger !== undefined) fail(`the moving average ${stranger} belongs to no tensor`);
  return chosen;
}

function scalarOf(
  state: ReadonlyMap<string, TorchTensor>,
  key: keyof typeof EMA_COUNTERS,
): Record<string, number> {
  const tensor = state.get(EMA_COUNTERS[key]);
  if (tensor === undefined) return {};
  const [value] = toFloat32(tensor.read());
  return value === undefined ? fail(`${EMA_COUNTERS[key]} must be a number`) : { [key]: value };
}

function integerOf(root: ReadonlyMap<unknown, unknown>, key: string, name: string) {
  const value = root.get(key);
  return typeof value === "number" ? { [name]: value } : {};
}

/**
 * Returns tensors under the names of the authors' state_dict, as weights and as their average: the
 * authors' loader fills both, and their sampling uses the average.
 *
 * @param tensors Tensors by the network's own names.
 * @param options `decay` and `numUpdates` of the average; default the paper's 0.9999, and 0.
 */
export function toAuthorsNames(
  tensors: StoredTensors,
  { decay = 0.9999, numUpdates = 0 }: {
    readonly decay?: number;
    readonly numUpdates?: number;
  } = {},
): StoredTensors {
  const entries = Object.entries(tensors);
  return Object.fromEntries([
    ...entries.map(([name, tensor]) => [RAW + name, tensor]),
    [EMA_COUNTERS.decay, { dtype: "F32", shape: [], data: Float32Array.of(decay) }],
    [EMA_COUNTERS.numUpdates, { dtype: "I32", shape: [], data: Int32Array.of(numUpdates) }],
    ...entries.filter(([name]) => !isBuffer(name))
      .map(([name, tensor]) => [emaNameOf(name), tensor]),
  ]);
}

/**
 * Returns the network's tensors of a file that may use the authors' names.
 *
 * @param tensors Tensors by the authors' names or by the network's own.
 * @throws {CheckpointError} If names or shapes are inconsistent.
 */
export function fromAuthorsNames(
  tensors: StoredTensors,
  { weights = "ema" }: { readonly weights?: "ema" | "raw" } = {},
): StoredTensors {
  const wrapper = wrapperOf(Object.keys(tensors));
  const state = new Map(Object.entries(withoutBeginning(tensors, wrapper)));
  if (![...state.keys()].some((name) => name.startsWith(RAW))) return tensors;
  return Object.fromEntries(selectWeights(state, weights).chosen);
}
