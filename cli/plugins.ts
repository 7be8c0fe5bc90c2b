/**
 * The built-in modules with those of plugins.
 *
 * @module
 */

import { builtins } from "../builtins.ts";
import type { Catalog } from "../core/mod.ts";
import type { AnyRegistry } from "../builtins.ts";

/** A place of a plugin as something that can be imported. */
function specifierOf(place: string): string {
  if (/^[a-z]+:/i.test(place)) return place;
  return new URL(place, `file://${Deno.cwd()}/`).href;
}

/**
 * The registry with the modules of plugins added, in order.
 *
 * A plugin is a module whose default export, or whose export `plugin`, is a catalog:
 * `{ schedule: { mine: entry } }`. Importing runs its code, which no configuration file can do.
 *
 * @throws {TypeError} If a module exports no catalog.
 * @throws {OptionsError} If it names a module that is already there.
 */
export async function loadRegistry(places: readonly string[]): Promise<AnyRegistry> {
  let registry: AnyRegistry = builtins;
  for (const place of places) {
    const module = await import(specifierOf(place)) as { default?: unknown; plugin?: unknown };
    const plugin = module.default ?? module.plugin;
    if (typeof plugin !== "object" || plugin === null) {
      throw new TypeError(
        `Cannot use plugin ${place}: its default export must be a catalog of modules, ` +
          `got ${typeof plugin}`,
      );
    }
    registry = registry.with(plugin as Catalog);
  }
  return registry;
}
