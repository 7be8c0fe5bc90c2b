/**
 * Registry of the built-in modules and those of plugins.
 *
 * @module
 */

import { type AnyRegistry, builtins } from "../builtins.ts";
import { importPlugin } from "../core/mod.ts";

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

/**
 * Adds the modules of plugins to the built-in ones, in order.
 *
 * @param sources URLs or paths of modules, see {@linkcode importPlugin}.
 * @throws {TypeError} If a module exports no catalog.
 * @throws {OptionsError} If a catalog has an unknown kind, an incomplete entry or a type that is
 *   registered already.
 */
export async function loadPlugins(sources: readonly string[]): Promise<PluginRegistry> {
  const plugins = sources.map(urlOf);
  let registry: AnyRegistry = builtins;
  for (const url of plugins) registry = registry.with(await importPlugin(url));
  return { registry, plugins };
}
