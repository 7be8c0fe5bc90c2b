/**
 * Many scenes: one row of a table each, restored one after the other, gone on with after any stop.
 *
 * @module
 */

import { InputError, OptionsError, OutputError } from "../core/mod.ts";
import { openRaster, openScratch, parseCsv } from "../data/mod.ts";
import { type Model, modelDigest } from "../model/mod.ts";
import { checkShard, type Shard } from "./area.ts";
import {
  provenancePath,
  type RestoredScene,
  restoreScene,
  type RestoreSceneOptions,
} from "./restore_scene.ts";

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
/** Tag of an output: what it was made with. */
const RUN_TAG = "EMRDM_RUN";

/** `a; b` → `a`, `b`. */
function parts(cell: string | undefined): readonly string[] {
  return (cell ?? "").split(";").map((part) => part.trim()).filter((part) => part !== "");
}

/** Options that change no pixel, or that a fingerprint stands for. */
const WITHOUT_EFFECT = ["overwrite", "picture", "batch", "shard", "signal", "registry", "tags"];

/** A path as it is meant in a manifest: relative to its folder. */
function place(path: string, folder: string): string {
  return /^(\/|[a-z]+:\/\/|[a-z]:[\\/])/i.test(path) || folder === "" ? path : `${folder}/${path}`;
}

/**
 * Reads a manifest: CSV with the columns `output`, `inputs` (with ; between dates) and, as needed,
 * `dates`, `reference`, `mask`, `auxiliary`, `picture`. Paths are relative to the manifest.
 *
 * @throws {InputError} If it is no such table; the message has the line.
 */
export async function readManifest(path: string): Promise<readonly ManifestScene[]> {
  const text = await Deno.readTextFile(path).catch((error: unknown) => {
    const reason = error instanceof Deno.errors.NotFound ? "the file must exist" : String(error);
    throw new InputError(`Cannot read manifest ${path}: ${reason}`);
  });
  const rows = parseCsv(text, `manifest ${path}`);
  const folder = path.replace(/[^\\/]*$/, "").replace(/[\\/]$/, "");
  const fail = (line: number, message: string): never => {
    throw new InputError(`Cannot read manifest ${path}, scene ${line}: ${message}`);
  };
  const seen = new Set<string>();
  const scenes = rows.map((row, i): ManifestScene => {
    const unknown = Object.keys(row).filter((column) => !COLUMNS.includes(column));
    if (unknown.length > 0) {
      fail(i + 1, `the columns must be among ${COLUMNS.join(", ")}, got ${unknown.join(", ")}`);
    }
    const output = row.output || fail(i + 1, "there must be an output, got none");
    const paths = parts(row.inputs);
    const dates = parts(row.dates);
    if (paths.length === 0) fail(i + 1, "there must be inputs, got none");
    if (dates.length > 0 && dates.length !== paths.length) {
      fail(i + 1, `there must be a date for each of ${paths.length} inputs, got ${dates.length}`);
    }
    if (seen.has(output)) fail(i + 1, `each output must be named once, got ${output} again`);
    seen.add(output);
    const auxiliary = parts(row.auxiliary).map((one) => place(one, folder));
    const { reference, mask, picture } = row;
    const named = ["detector", "scl"].includes(mask ?? "") ? mask : mask && place(mask, folder);
    const input = paths.findIndex((one) => one === reference);
    return {
      output: place(output, folder),
      inputs: paths.map((one, l) => ({
        path: place(one, folder),
        ...(dates[l] !== undefined && { date: dates[l] }),
      })),
      ...(reference && {
        reference: input >= 0 ? input : /^\d{1,3}$/.test(reference) ? Number(reference) : reference,
      }),
      ...(named && { mask: named }),
      ...(auxiliary.length > 0 && { auxiliary }),
      ...(picture && { picture: place(picture, folder) }),
    };
  });
  if (scenes.length === 0) {
    throw new InputError(`Cannot read manifest ${path}: there must be scenes, got none`);
  }
  return scenes;
}

/** What decides about a scene's pixels, as a short hash. */
async function runOf(
  scene: ManifestScene,
  { model, options }: { readonly model: Model; readonly options: RestoreManifestOptions },
): Promise<string> {
  const plain = Object.fromEntries(
    Object.entries({ ...options, ...scene })
      .filter(([name]) => !WITHOUT_EFFECT.includes(name))
      .filter(([, value]) => typeof value !== "function" && !isModule(value))
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
  const text = JSON.stringify([await modelDigest(model), plain]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash).subarray(0, 8), (b) => b.toString(16).padStart(2, "0"))
    .join("");
}

/** Modules have no JSON; `fingerprint` stands for them. */
function isModule(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.values(value).some((member) => typeof member === "function");
}

/** Whether a scene is there already, made with the same options. */
async function isComplete(
  { output }: ManifestScene,
  { run, overwrite }: { readonly run: string; readonly overwrite: boolean },
): Promise<boolean> {
  if (await Deno.lstat(output).then(() => false, (e) => e instanceof Deno.errors.NotFound)) {
    return false;
  }
  let made: string | undefined;
  try {
    const file = await openRaster(output);
    made = file.header.tags?.[RUN_TAG];
    await file.close();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  if (made === run) return true;
  if (overwrite) return false;
  throw new OutputError(
    `Cannot write ${output}: a file of that name was made otherwise; choose another name or allow ` +
      `it to be overwritten`,
  );
}

async function restoreOne(
  model: Model,
  scene: ManifestScene,
  options: RestoreManifestOptions,
): Promise<RestoredScene | undefined> {
  const { overwrite = false } = options;
  const mask = scene.mask ?? options.mask;
  const run = await runOf(scene, { model, options });
  const provenance = mask === undefined ? [] : [provenancePath(scene.output)];
  const files = [scene.output, ...provenance, ...(scene.picture ? [scene.picture] : [])];
  if (await isComplete(scene, { run, overwrite })) {
    // What a run left that was stopped between its last steps.
    for (const path of files) await (await openScratch(path)).remove();
    return undefined;
  }
  const { shard: _shard, fingerprint: _fingerprint, onScene: _onScene, ...rest } = options;
  // Without the output, what lies beside it belongs to a run that was stopped.
  return await restoreScene(model, {
    ...rest,
    ...scene,
    overwrite: true,
    tags: { ...rest.tags, [RUN_TAG]: run },
  });
}

/**
 * Restores the scenes of a manifest. What is complete is left alone; a scene that fails does not stop
 * the others. A run that was killed at any moment is gone on with by the same call.
 *
 * @returns What became of each scene of the shard.
 * @throws {RangeError} If there is no such shard.
 */
export async function restoreManifest(
  model: Model,
  scenes: readonly ManifestScene[],
  options: RestoreManifestOptions = {},
): Promise<readonly SceneStatus[]> {
  const { shard = { index: 1, count: 1 }, onScene, signal } = options;
  checkShard(shard);
  const all: SceneStatus[] = [];
  for (const [i, scene] of scenes.entries()) {
    if (i % shard.count !== shard.index - 1) continue;
    const start = performance.now();
    const of = () => ({
      output: scene.output,
      number: i + 1,
      seconds: (performance.now() - start) / 1000,
    });
    let status: SceneStatus;
    try {
      const result = await restoreOne(model, scene, options);
      status = result === undefined
        ? { ...of(), status: "complete" }
        : { ...of(), status: "restored", result };
    } catch (error) {
      signal?.throwIfAborted();
      // Mistakes in the program, and options that are wrong for every scene, are not a scene's.
      if (!(error instanceof Error) || error instanceof OptionsError) throw error;
      status = { ...of(), status: "failed", error: error.message };
    }
    all.push(status);
    onScene?.(status);
  }
  return all;
}
