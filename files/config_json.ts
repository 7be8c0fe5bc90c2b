/**
 * Configurations in JSON files, which may extend others: experiments, studies, evaluation plans.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { InputError, OptionsError, parseJson, show } from "../core/mod.ts";
import { pathOf } from "./address.ts";
import { readText } from "./whole_file.ts";

/** Longest chain of configurations that extend each other. */
const MAX_DEPTH = 16;

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Lays one configuration over another. Top-level keys are replaced, and so is each key of `model` and
 * `data`: an axis is replaced with all its options, never mixed.
 */
export function extendConfig(base: unknown, own: unknown): unknown {
  if (!isObject(base) || !isObject(own)) return own;
  const merged: Record<string, unknown> = { ...base, ...own };
  for (const key of ["model", "data"]) {
    if (isObject(base[key]) && isObject(own[key])) merged[key] = { ...base[key], ...own[key] };
  }
  return merged;
}

/** Options of {@linkcode readConfigJson}. */
export interface ReadConfigOptions {
  /** Called with each configuration that is extended, as it is named, before it is read. */
  readonly onExtends?: (base: string) => void;
}

/**
 * Reads the JSON of a configuration with what it extends by `"extends": "other.json"`, not yet checked.
 * `extends` and `initialWeights` are relative to the file that names them; paths of data are relative to
 * the working folder.
 *
 * @param path Path or URL of the file.
 * @throws {OptionsError} If a file is not JSON or extends itself.
 * @throws {InputError} If a file is missing.
 */
export async function readConfigJson(
  path: string | URL,
  { onExtends = () => {} }: ReadConfigOptions = {},
): Promise<unknown> {
  return await readExtended(toUrl(path), { from: [], onExtends });
}

const isUrl = (path: string) => /^[a-z]{2,}:\/\//.test(path);

function toUrl(path: string | URL): URL {
  if (path instanceof URL) return path;
  if (!isUrl(path)) return pathToFileURL(path);
  const url = URL.parse(path);
  if (url !== null) return url;
  throw new InputError(`Cannot read ${path}: it must be a path or an address`);
}

async function configText(url: URL): Promise<string> {
  return await readText(url).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`Cannot read ${pathOf(url)}: the file must exist`);
  });
}

/** Makes the path of initial weights absolute; it is relative to the file. */
function withWeightsPath(value: Json, url: URL): Json {
  const { initialWeights: path } = value;
  if (typeof path !== "string" || isUrl(path)) return value;
  if (url.protocol === "file:") {
    return { ...value, initialWeights: resolve(dirname(fileURLToPath(url)), path) };
  }
  const address = URL.parse(path, url);
  if (address !== null) return { ...value, initialWeights: address.href };
  throw new OptionsError("$.initialWeights", `must be a path or an address, got ${show(path)}`);
}

async function readExtended(
  url: URL,
  { from, onExtends }: Required<ReadConfigOptions> & { readonly from: readonly string[] },
): Promise<unknown> {
  if (from.includes(url.href)) {
    throw new OptionsError("$.extends", `must not lead back to ${url.pathname}`);
  }
  if (from.length > MAX_DEPTH) {
    throw new OptionsError("$.extends", `must not lead through more than ${MAX_DEPTH} files`);
  }
  const text = await configText(url);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new OptionsError("$", `${url.pathname} must be JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) return value;
  const { extends: base, ...own } = withWeightsPath(value, url);
  if (base === undefined) return own;
  if (typeof base !== "string") {
    throw new OptionsError("$.extends", `must name a file, got ${show(base)}`);
  }
  onExtends(base);
  const baseUrl = URL.parse(base, url);
  if (baseUrl === null) {
    throw new OptionsError("$.extends", `must be a path or an address, got ${show(base)}`);
  }
  const extended = await readExtended(baseUrl, { from: [...from, url.href], onExtends });
  return extendConfig(extended, own);
}
