/**
 * Batches: restores the scenes of a manifest one after the other, and resumes after any interruption.
 * Slightly longer than other files because a scene's state, its identity and its options decide together
 * what is done again.
 *
 * @module
 */

import { dirname, relative, resolve } from "node:path";
import {
  InputError,
  OptionsError,
  OutputError,
  sha256,
  shownAddress,
  stableJson,
} from "../core/mod.ts";
import { BusyError, clearScratch, DiskError, isAddress, readWhole } from "../files/mod.ts";
import { decodePng, openRaster } from "../rasters/mod.ts";
import { DeviceLostError } from "../engine/mod.ts";
import { type Model, modelDigest } from "../model/mod.ts";
import { checkShard, type Shard } from "./area.ts";
import { estimateTimed, type SceneEstimate } from "./estimate.ts";
import type { TileTiming } from "./time_tiles.ts";
import { type ManifestScene, mapMask } from "./manifest_file.ts";
import { type RestoredScene, restoreScene } from "./restore_scene.ts";
import { outputPaths } from "./scene_paths.ts";
import { clearOutputsLock, lockOutputs } from "./manifest_lock.ts";
import type { RestoreSceneOptions, SceneOptions, WriteOptions } from "./scene_options.ts";

/** Outcome of a scene. */
export type SceneStatus =
  & {
    readonly output: string;
    /** Number of the scene in the manifest, from 1. */
    readonly number: number;
    readonly seconds: number;
  }
  & (
    | { readonly status: "restored"; readonly result: RestoredScene }
    | { readonly status: "estimated"; readonly estimate: SceneEstimate }
    | { readonly status: "complete" }
    | { readonly status: "failed"; readonly error: string }
  );

/** Options of {@linkcode restoreManifest}; `mask.source` is for scenes that name none. */
export interface RestoreManifestOptions
  extends Omit<SceneOptions, "inputs" | "reference" | "auxiliary" | "shard" | "window" | "bbox"> {
  /** Replacement of existing files, and further tags. */
  readonly write?: Omit<WriteOptions, "output" | "picture">;
  /** Every n-th scene, from the i-th on. Default all. */
  readonly shard?: Shard;
  /**
   * Identifies options that aren't plain data (samplers, fusions). A complete output that was made with
   * others is an error, never taken as complete.
   */
  readonly fingerprint?: string;
  /** Called with the outcome of each scene. */
  readonly onScene?: (status: SceneStatus) => void;
}

/** Tag that identifies the run that made a file. */
const RUN_TAG = "EMRDM_RUN";

/** Options of one scene. */
function sceneOptions(
  { output, picture, mask, ...scene }: ManifestScene,
  { shard: _shard, fingerprint: _fingerprint, onScene: _onScene, ...options }:
    RestoreManifestOptions,
): RestoreSceneOptions {
  return {
    ...options,
    ...scene,
    mask: { ...options.mask, ...(mask !== undefined && { source: mask }) },
    write: { ...options.write, output, picture },
  };
}

/**
 * The files of a scene relative to its output: the same for every working folder, and on every machine
 * that holds the folder.
 */
function relativePaths({ output, inputs, auxiliary, mask }: ManifestScene) {
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

/** Plain data of an option; undefined for functions and modules, which `fingerprint` identifies. */
function plainOf(value: unknown): unknown {
  if (typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  return Object.values(value).some((member) => typeof member === "function") ? undefined : value;
}

/** Hash of everything that decides about the pixels of a scene. */
async function runOf(
  scene: ManifestScene,
  { model, options }: { readonly model: Model; readonly options: RestoreManifestOptions },
): Promise<string> {
  const { write: _write, shard: _shard, signal: _signal, tiles, mask, ...others } = options;
  const { batch: _batch, order: _order, ...layout } = tiles ?? {};
  const plain = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name, plainOf(value)]),
  );
  const source = scene.mask ?? mask?.source;
  const text = stableJson([await modelDigest(model), {
    ...plain,
    tiles: layout,
    maskOptions: { ...mask, source: undefined },
    reference: scene.reference,
    ...relativePaths({ ...scene, mask: source }),
  }]);
  return (await sha256(text)).slice(0, 16);
}

/** Run that made a file; undefined if it isn't one of ours. */
async function runIn(path: string): Promise<string | undefined> {
  if (/\.png$/i.test(path)) {
    try {
      return decodePng(await readWhole(path, { limit: 2 ** 29 })).text?.[RUN_TAG];
    } catch {
      // Not a PNG of ours.
      return undefined;
    }
  }
  try {
    const file = await openRaster(path);
    await file.close();
    return file.header.tags?.[RUN_TAG];
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/**
 * Returns true if all files of a scene exist and were made with the same options. Only some do after an
 * interruption while the files were being renamed.
 */
async function isComplete(
  files: readonly string[],
  { run, overwrite }: { readonly run: string; readonly overwrite: boolean },
): Promise<boolean> {
  let complete = true;
  for (const path of files) {
    // A file that can't be examined can't be written either; the write reports why.
    const there = await Deno.lstat(path).then(() => true, () => false);
    if (there && await runIn(path) === run) continue;
    complete = false;
    if (!there || overwrite) continue;
    throw new OutputError(
      `Cannot write ${path}: it must be free or from a run with the same options, got another ` +
        "file; choose another name or allow it to be overwritten (--overwrite)",
    );
  }
  return complete;
}

/** Options of a scene that is to be restored; undefined if it is complete. */
async function pending(
  model: Model,
  scene: ManifestScene,
  options: RestoreManifestOptions,
): Promise<RestoreSceneOptions | undefined> {
  const whole = sceneOptions(scene, options);
  const { write } = whole;
  const run = await runOf(scene, { model, options });
  if (await isComplete(outputPaths(whole), { run, overwrite: write.overwrite ?? false })) {
    return undefined;
  }
  // Existing files are of this run, which was interrupted, or may be replaced.
  return {
    ...whole,
    write: { ...write, overwrite: true, tags: { ...write.tags, [RUN_TAG]: run } },
  };
}

type Outcome = SceneStatus extends infer S ? S extends SceneStatus ? Omit<S, keyof Common> : never
  : never;
type Common = Pick<SceneStatus, "output" | "number" | "seconds">;

/** The scenes of a shard with their index. @throws {RangeError} If there is no such shard. */
function ofShard(
  scenes: readonly ManifestScene[],
  { shard = { index: 1, count: 1 } }: RestoreManifestOptions,
): readonly (readonly [number, ManifestScene])[] {
  checkShard(shard);
  return [...scenes.entries()].filter(([i]) => i % shard.count === shard.index - 1);
}

/** Runs the scenes of a shard; one that fails doesn't stop the others. */
async function eachScene(
  scenes: readonly ManifestScene[],
  options: RestoreManifestOptions,
  work: (scene: ManifestScene) => Promise<Outcome>,
): Promise<readonly SceneStatus[]> {
  const { onScene, signal } = options;
  const all: SceneStatus[] = [];
  for (const [i, scene] of ofShard(scenes, options)) {
    const start = performance.now();
    const outcome = await work(scene).catch((error: unknown): Outcome => {
      signal?.throwIfAborted();
      // Bugs, options that are wrong for every scene, a lost GPU, a second run and a full disk aren't
      // failures of one scene.
      if (!(error instanceof Error) || error instanceof OptionsError) throw error;
      if (error instanceof DeviceLostError || error instanceof BusyError) throw error;
      if (error instanceof DiskError) throw error;
      return { status: "failed", error: error.message };
    });
    const seconds = (performance.now() - start) / 1000;
    const status = { output: scene.output, number: i + 1, seconds, ...outcome };
    all.push(status);
    onScene?.(status);
  }
  return all;
}

/**
 * Restores the scenes of a manifest. Scenes that are complete, from the same model, options and input
 * paths, are skipped; one that fails doesn't stop the others. After an interruption at any moment, the
 * same call resumes. Folders of outputs are created.
 *
 * @returns The outcome of each scene of the shard.
 * @throws {RangeError} If there is no such shard.
 * @throws {OutputError} If another run is restoring the same scenes, or the disk is full or read-only.
 * @throws {DeviceLostError} If the GPU is lost, and the model's tensors with it.
 */
export async function restoreManifest(
  model: Model,
  scenes: readonly ManifestScene[],
  options: RestoreManifestOptions = {},
): Promise<readonly SceneStatus[]> {
  const outputs = ofShard(scenes, options).map(([, { output }]) => output);
  await using locks = new AsyncDisposableStack();
  let isLocked = false;
  const all = await eachScene(scenes, options, async (scene) => {
    const todo = await pending(model, scene, options);
    if (todo !== undefined) {
      // A batch that is complete changes nothing, not even the time of its folder.
      if (!isLocked) locks.use(await lockOutputs(outputs));
      isLocked = true;
      return { status: "restored", result: await restoreScene(model, todo) };
    }
    // An interruption after the last rename leaves scratch files.
    for (const path of outputPaths(sceneOptions(scene, options))) await clearScratch(path);
    return { status: "complete" };
  });
  if (!isLocked) await clearOutputsLock(outputs);
  return all;
}

/**
 * Estimates {@linkcode restoreManifest} scene by scene; writes nothing.
 *
 * @param rss See `estimateScene`.
 * @returns For each scene of the shard its estimate, that it is complete, or why it would fail.
 * @throws {RangeError} If there is no such shard.
 */
export async function estimateManifest(
  model: Model,
  scenes: readonly ManifestScene[],
  { rss, ...options }: RestoreManifestOptions & { readonly rss: () => number },
): Promise<readonly SceneStatus[]> {
  const timings = new Map<number, TileTiming>();
  return await eachScene(scenes, options, async (scene) => {
    const todo = await pending(model, scene, options);
    if (todo === undefined) return { status: "complete" };
    return { status: "estimated", estimate: await estimateTimed(model, todo, { rss, timings }) };
  });
}
