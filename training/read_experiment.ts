/**
 * Experiments in files, and what they extend.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { InputError, OptionsError, show } from "../core/mod.ts";
import { type CheckedExperiment, parseExperiment } from "./experiment.ts";

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * One experiment over another. Top-level keys are replaced, and so is each key of `model` and
 * `data`: an axis is replaced with all its options, never mixed.
 */
export function extendExperiment(base: unknown, own: unknown): unknown {
  if (!isObject(base) || !isObject(own)) return own;
  const merged: Record<string, unknown> = { ...base, ...own };
  for (const key of ["model", "data"]) {
    if (isObject(base[key]) && isObject(own[key])) merged[key] = { ...base[key], ...own[key] };
  }
  return merged;
}

/**
 * Reads an experiment, and what it names by `"extends": "other.json"`, beside it. `initialWeights`
 * too is relative to the file that names it; roots of data are relative to the working folder.
 *
 * @throws {OptionsError} If a file extends itself, or something is unknown, missing or out of range.
 */
export async function readExperiment(path: string | URL): Promise<CheckedExperiment> {
  return parseExperiment(await readExperimentJson(path));
}

/**
 * The JSON of an experiment with what it extends, not yet checked: options may be set in it first.
 *
 * @throws {OptionsError} If a file is no JSON or extends itself.
 * @throws {InputError} If a file is not there.
 */
export async function readExperimentJson(path: string | URL): Promise<unknown> {
  return await readExtended(toUrl(path), []);
}

const isUrl = (place: string) => /^[a-z]{2,}:\/\//.test(place);

function toUrl(path: string | URL): URL {
  if (path instanceof URL) return path;
  return isUrl(path) ? new URL(path) : pathToFileURL(path);
}

async function readText(url: URL): Promise<string> {
  if (url.protocol === "file:") {
    return await Deno.readTextFile(url).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new InputError(`Cannot read ${fileURLToPath(url)}: the experiment file must exist`);
    });
  }
  const response = await fetch(url);
  if (response.ok) return await response.text();
  await response.body?.cancel();
  throw new InputError(`Cannot read ${url}: it must be there, got ${response.status}`);
}

/** The weights that a file names stand beside it. */
function withPlace(value: Json, url: URL): Json {
  const { initialWeights: place } = value;
  if (typeof place !== "string" || isUrl(place)) return value;
  const initialWeights = url.protocol === "file:"
    ? resolve(dirname(fileURLToPath(url)), place)
    : new URL(place, url).href;
  return { ...value, initialWeights };
}

async function readExtended(url: URL, from: readonly string[]): Promise<unknown> {
  if (from.includes(url.href)) {
    throw new OptionsError("$.extends", `must not lead back to ${url.pathname}`);
  }
  const text = await readText(url);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new OptionsError("$", `${url.pathname} must be JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) return value;
  const { extends: base, ...own } = withPlace(value, url);
  if (base === undefined) return own;
  if (typeof base !== "string") {
    throw new OptionsError("$.extends", `must name a file, got ${show(base)}`);
  }
  return extendExperiment(await readExtended(new URL(base, url), [...from, url.href]), own);
}
