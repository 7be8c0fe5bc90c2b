/**
 * Registry of the built-in modules and those of plugins.
 *
 * @module
 */

import { type AnyRegistry, builtins } from "../builtins.ts";
import { type Catalog, importPlugin, InputError, OptionsError } from "../core/mod.ts";

/** A registry, and the plugins that it was made with. */
export interface PluginRegistry {
  readonly registry: AnyRegistry;
  /** Absolute URLs of the plugins. */
  readonly plugins: readonly string[];
}

/** The absolute URL of a plugin that is given by its URL or path. */
function urlOf(source: string): string {
  if (/^[a-z]+:/i.test(source)) return source;
  return new URL(source, `file://${Deno.cwd()}/`).href;
}

/** Imports the catalog of a plugin. @throws {InputError} If it cannot be imported. */
async function catalogOf(url: string): Promise<Catalog> {
  const isFile = url.startsWith("file:");
  if (isFile && !await Deno.stat(new URL(url)).then(() => true, () => false)) {
    throw new InputError(`Cannot use plugin ${url}: the file must exist`);
  }
  try {
    return await importPlugin(url);
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith("Cannot use plugin")) throw new InputError(message, { cause: error });
    throw new InputError(`Cannot use plugin ${url}: it must load, got ${message}`, {
      cause: error,
    });
  }
}

/**
 * Adds the modules of plugins to the built-in ones, in order.
 *
 * @param sources URLs or paths of modules, see {@linkcode importPlugin}.
 * @throws {InputError} If a module cannot be imported, exports no catalog, or its catalog has an
 *   unknown kind, an incomplete entry or a type that is registered already.
 */
export async function loadPlugins(sources: readonly string[]): Promise<PluginRegistry> {
  const plugins = sources.map(urlOf);
  let registry: AnyRegistry = builtins;
  for (const url of plugins) {
    const catalog = await catalogOf(url);
    try {
      registry = registry.with(catalog);
    } catch (error) {
      if (!(error instanceof OptionsError)) throw error;
      throw new InputError(`Cannot use plugin ${url}: ${error.message}`, { cause: error });
    }
  }
  return { registry, plugins };
}
