/**
 * Many scenes: one row of a table each, restored one after the other, gone on with after any stop.
 * Longer than most files: what is read, what is complete and what is run agree on the same columns.
 *
 * @module
 */

import { dirname, relative, resolve } from "node:path";
import { InputError, OptionsError, OutputError, sha256 } from "../core/mod.ts";
import { clearScratch, isAddress, parseCsv } from "../files/mod.ts";
import { decodePng, openRaster } from "../rasters/mod.ts";
import { isDay } from "../products/mod.ts";
import { DeviceLostError } from "../engine/mod.ts";
import { type Model, modelDigest } from "../model/mod.ts";
import { checkShard, type Shard } from "./area.ts";
import { estimateScene, type SceneEstimate } from "./estimate.ts";
import { outputPaths, type RestoredScene, restoreScene } from "./restore_scene.ts";
import type { RestoreSceneOptions } from "./scene_options.ts";

/** One scene of a manifest. */
export interface ManifestScene {
  readonly output: string;
  readonly inputs: readonly { readonly path: string; readonly date?: string }[];
  readonly reference?: string | number;
  readonly mask?: string;
  readonly auxiliary?: readonly string[];
  readonly picture?: string;
}

/** What became of a scene. */
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

/** Options of {@linkcode restoreManifest}. */
export interface RestoreManifestOptions
  extends Omit<RestoreSceneOptions, keyof ManifestScene | "shard" | "window" | "bbox"> {
  /** Cloud mask of scenes that name none. */
  readonly mask?: string;
  /** Every n-th scene from the i-th on. Default all. */
  readonly shard?: Shard;
  /**
   * What tells options apart that are not plain data (samplers, fusions). A complete output that was
   * made with others is an error, never taken for done.
   */
  readonly fingerprint?: string;
  /** Called for every scene as soon as it is done. */
  readonly onScene?: (status: SceneStatus) => void;
}

const COLUMNS = ["output", "inputs", "dates", "reference", "mask", "auxiliary", "picture"];
/** Tag of what a scene leaves: what it was made with. */
const RUN_TAG = "EMRDM_RUN";

/** `a; b` → `a`, `b`. */
function parts(cell: string | undefined): readonly string[] {
  return (cell ?? "").split(";").map((part) => part.trim()).filter((part) => part !== "");
}

function isWhole(path: string): boolean {
  return isAddress(path) || /^(\/|[a-z]:[\\/])/i.test(path);
}

/**
 * Reads a manifest: CSV with the columns `output`, `inputs` (with ; between dates) and, as needed,
 * `dates`, `reference`, `mask`, `auxiliary`, `picture`. Paths are relative to the manifest.
 *
 * @throws {InputError} If it is no such table; the message has the scene's number.
 */
export async function readManifest(path: string): Promise<readonly ManifestScene[]> {
  const text = await Deno.readTextFile(path).catch((error: unknown) => {
    const reason = error instanceof Deno.errors.NotFound
      ? "the file must exist"
      : `it must be a readable file, got ${error instanceof Error ? error.message : error}`;
    throw new InputError(`Cannot read manifest ${path}: ${reason}`);
  });
  const rows = parseCsv(text, `manifest ${path}`);
  const unknown = Object.keys(rows[0] ?? {}).filter((column) => !COLUMNS.includes(column));
  if (unknown.length > 0) {
    throw new InputError(
      `Cannot read manifest ${path}: the columns must be among ${COLUMNS.join(", ")}, got ` +
        unknown.join(", "),
    );
  }
  const folder = path.replace(/[^\\/]*$/, "");
  /** A path as it is meant: relative to the manifest. */
  const place = (one: string) => isWhole(one) ? one : `${folder}${one}`;
  const seen = new Map<string, number>();
  const scenes = rows.map((row, i): ManifestScene => {
    const fail = (message: string): never => {
      throw new InputError(`Cannot read manifest ${path}, scene ${i + 1}: ${message}`);
    };
    const output = row.output || fail("there must be an output, got none");
    const paths = parts(row.inputs);
    const dates = parts(row.dates);
    if (paths.length === 0) fail("there must be inputs, got none");
    if (dates.length > 0 && dates.length !== paths.length) {
      fail(`there must be a date for each of ${paths.length} inputs, got ${dates.length}`);
    }
    const wrong = dates.find((date) => !isDay(date));
    if (wrong !== undefined) fail(`its dates must be days, as 2018-03-07, got ${wrong}`);
    const { reference, mask, picture } = row;
    for (const file of [output, ...(picture ? [picture] : [])]) {
      const key = resolve(place(file));
      if (seen.has(key)) {
        fail(`each file to write must be named once, got ${file} as in scene ${seen.get(key)}`);
      }
      seen.set(key, i + 1);
    }
    const auxiliary = parts(row.auxiliary).map(place);
    const named = ["detector", "scl"].includes(mask ?? "") ? mask : mask && place(mask);
    const input = paths.findIndex((one) => one === reference);
    return {
      output: place(output),
      inputs: paths.map((one, l) => ({
        path: place(one),
        ...(dates[l] !== undefined && { date: dates[l] }),
      })),
      ...(reference && {
        reference: input >= 0 ? input : /^\d{1,3}$/.test(reference) ? Number(reference) : reference,
      }),
      ...(named && { mask: named }),
      ...(auxiliary.length > 0 && { auxiliary }),
      ...(picture && { picture: place(picture) }),
    };
  });
  if (scenes.length === 0) {
    throw new InputError(
      `Cannot read manifest ${path}: there must be a header line and a line for each scene, got no ` +
        "scene",
    );
  }
  return scenes;
}

/** Options that change no pixel, or that a fingerprint stands for. */
const WITHOUT_EFFECT = ["overwrite", "picture", "batch", "shard", "signal", "tags"];

/**
 * The scene with paths as they are seen from its output: the same from whatever folder a manifest is
 * run, and on whatever machine its folder is.
 */
function seenFromOutput<S extends ManifestScene>(scene: S): S {
  const folder = dirname(resolve(scene.output));
  const from = (path: string) => isAddress(path) ? path : relative(folder, resolve(path));
  const { mask, auxiliary } = scene;
  return {
    ...scene,
    output: from(scene.output),
    inputs: scene.inputs.map((input) => ({ ...input, path: from(input.path) })),
    ...(mask !== undefined && !["detector", "scl"].includes(mask) && { mask: from(mask) }),
    ...(auxiliary && { auxiliary: auxiliary.map(from) }),
  };
}

/** What decides about a scene's pixels, as a short hash. */
async function runOf(
  scene: ManifestScene,
  { model, options }: { readonly model: Model; readonly options: RestoreManifestOptions },
): Promise<string> {
  const plain = Object.fromEntries(
    Object.entries(seenFromOutput({ ...options, ...scene }))
      .filter(([name]) => !WITHOUT_EFFECT.includes(name))
      .filter(([, value]) => typeof value !== "function" && !isModule(value))
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
  const text = JSON.stringify([await modelDigest(model), plain]);
  return (await sha256(text)).slice(0, 16);
}

/** Modules have no JSON; `fingerprint` stands for them. */
function isModule(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.values(value).some((member) => typeof member === "function");
}

/** The run that made a file; undefined if that was none of ours. */
async function runIn(path: string): Promise<string | undefined> {
  if (/\.png$/i.test(path)) {
    try {
      return decodePng(await Deno.readFile(path)).text?.[RUN_TAG];
    } catch {
      // Whatever it is, it is not ours.
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
 * Whether all files of a scene are there already, made with the same options. Some of them are where a
 * run was stopped while it named them.
 */
async function isComplete(
  files: readonly string[],
  { run, overwrite }: { readonly run: string; readonly overwrite: boolean },
): Promise<boolean> {
  let complete = true;
  for (const path of files) {
    // What stops it from being looked at stops it from being written too, and that says why.
    const there = await Deno.lstat(path).then(() => true, () => false);
    if (there && await runIn(path) === run) continue;
    complete = false;
    if (!there || overwrite) continue;
    throw new OutputError(
      `Cannot write ${path}: a file of that name was made otherwise; choose another name or allow ` +
        `it to be overwritten (--overwrite)`,
    );
  }
  return complete;
}

/** What is to be done for a scene: undefined if it is complete. */
async function pending(
  model: Model,
  scene: ManifestScene,
  options: RestoreManifestOptions,
): Promise<RestoreSceneOptions | undefined> {
  const { overwrite = false } = options;
  const { shard: _shard, fingerprint: _fingerprint, onScene: _onScene, ...rest } = options;
  const whole = { ...rest, ...scene };
  const run = await runOf(scene, { model, options });
  if (await isComplete(outputPaths(whole), { run, overwrite })) return undefined;
  // What is there is of this run, which was stopped, or may be replaced.
  return { ...whole, overwrite: true, tags: { ...rest.tags, [RUN_TAG]: run } };
}

type Outcome = SceneStatus extends infer S ? S extends SceneStatus ? Omit<S, keyof Common> : never
  : never;
type Common = Pick<SceneStatus, "output" | "number" | "seconds">;

/** Works through the scenes of a shard; one that fails does not stop the others. */
async function eachScene(
  scenes: readonly ManifestScene[],
  { shard = { index: 1, count: 1 }, onScene, signal }: RestoreManifestOptions,
  work: (scene: ManifestScene) => Promise<Outcome>,
): Promise<readonly SceneStatus[]> {
  checkShard(shard);
  const all: SceneStatus[] = [];
  for (const [i, scene] of scenes.entries()) {
    if (i % shard.count !== shard.index - 1) continue;
    const start = performance.now();
    const outcome = await work(scene).catch((error: unknown): Outcome => {
      signal?.throwIfAborted();
      // Mistakes in the program, options that are wrong for every scene, and a GPU that is gone, are
      // not a scene's.
      if (!(error instanceof Error) || error instanceof OptionsError) throw error;
      if (error instanceof DeviceLostError) throw error;
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
 * Restores the scenes of a manifest. What is complete, made by the same model with the same options from
 * files of the same places, is left alone; a scene that fails does not stop the others. A run that was
 * killed at any moment is gone on with by the same call.
 *
 * @returns What became of each scene of the shard.
 * @throws {RangeError} If there is no such shard.
 * @throws {DeviceLostError} If the GPU is lost: the tensors of the model are gone with it.
 */
export async function restoreManifest(
  model: Model,
  scenes: readonly ManifestScene[],
  options: RestoreManifestOptions = {},
): Promise<readonly SceneStatus[]> {
  return await eachScene(scenes, options, async (scene) => {
    const todo = await pending(model, scene, options);
    if (todo !== undefined) return { status: "restored", result: await restoreScene(model, todo) };
    // What a run left that was stopped between its last steps.
    for (const path of outputPaths({ ...options, ...scene })) await clearScratch(path);
    return { status: "complete" };
  });
}

/**
 * Estimates what {@linkcode restoreManifest} would do, scene by scene; nothing is written.
 *
 * @param rss See `estimateScene`.
 * @returns For each scene of the shard its estimate, or that it is complete, or why it would fail.
 * @throws {RangeError} If there is no such shard.
 */
export async function estimateManifest(
  model: Model,
  scenes: readonly ManifestScene[],
  { rss, ...options }: RestoreManifestOptions & { readonly rss: () => number },
): Promise<readonly SceneStatus[]> {
  return await eachScene(scenes, options, async (scene) => {
    const todo = await pending(model, scene, options);
    if (todo === undefined) return { status: "complete" };
    return { status: "estimated", estimate: await estimateScene(model, todo, { rss }) };
  });
}
