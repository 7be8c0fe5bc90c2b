/**
 * Identity of the run that makes a scene: a hash of everything that decides about its pixels, in the
 * tag `EMRDM_RUN`. Calls that may be interrupted recognise their complete files by it.
 *
 * @module
 */

import { dirname, relative, resolve } from "node:path";
import config from "../deno.json" with { type: "json" };
import { sha256, shownAddress, stableJson } from "../core/mod.ts";
import { isAddress } from "../files/mod.ts";
import { type Model, modelDigest } from "../model/mod.ts";
import { type ManifestScene, mapMask } from "./manifest_file.ts";
import type { MaskOptions } from "./mask_options.ts";
import type { TilingOptions } from "./rows/options.ts";

/** Tag that identifies the run that made a file. */
export const RUN_TAG = "EMRDM_RUN";

/** Files of a scene, and its depicted date. */
export type RunFiles = Omit<ManifestScene, "picture">;

/** Options of a scene; functions and modules among them are left out. */
export interface RunOptions extends Pick<TilingOptions, "tiles"> {
  /** Options of the masks; their source is part of the files. */
  readonly mask?: MaskOptions;
  /** Left out: output files decide nothing. */
  readonly write?: unknown;
  /** Left out: the pixels are the same on any number of threads. */
  readonly threads?: number;
  /** Left out. */
  readonly signal?: AbortSignal;
  readonly [name: string]: unknown;
}

/**
 * The files of a scene relative to its output: the same for every working folder, and on every machine
 * that holds the folder.
 */
function relativePaths({ output, inputs, auxiliary, mask }: RunFiles) {
  const folder = dirname(resolve(output));
  const from = (path: string) =>
    isAddress(path) ? shownAddress(path) : relative(folder, resolve(path));
  return {
    output: from(output),
    inputs: inputs.map((input) => ({ ...input, path: from(input.path) })),
    mask: typeof mask === "object"
      ? mask.map((one) => mapMask(one, from))
      : mask && mapMask(mask, from),
    auxiliary: auxiliary?.map(from),
  };
}

/** Plain data of an option; undefined for functions and modules, which a fingerprint identifies. */
function plainOf(value: unknown): unknown {
  if (typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  return Object.values(value).some((member) => typeof member === "function") ? undefined : value;
}

/**
 * Hash of everything that decides about the pixels of a scene.
 *
 * @param model The model; without one, the version of the program stands for it.
 * @param options Options of the call, without those that only divide the work.
 */
export async function sceneRun(
  files: RunFiles,
  { model, options }: { readonly model?: Model; readonly options: RunOptions },
): Promise<string> {
  const { write: _write, threads: _threads, signal: _signal, tiles, mask, ...others } = options;
  const { batch: _batch, order: _order, ...layout } = tiles ?? {};
  const plain = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name, plainOf(value)]),
  );
  const maker = model === undefined ? `emrdm ${config.version}` : await modelDigest(model);
  const text = stableJson([maker, {
    ...plain,
    tiles: layout,
    maskOptions: { ...mask, source: undefined },
    reference: files.reference,
    ...relativePaths({ ...files, mask: files.mask ?? mask?.source }),
  }]);
  return (await sha256(text)).slice(0, 16);
}
