/**
 * Plugins: modules that export a catalog.
 *
 * @module
 */

import type { Catalog } from "./entry.ts";

/**
 * Imports the catalog of a plugin: the default export of a module, or its export `plugin`, as
 * `{ schedule: { mine: entry } }`. Importing runs the module's code, which configuration files cannot do.
 *
 * @param url Absolute URL of the module.
 * @throws {TypeError} If the module exports no catalog.
 */
export async function importPlugin(url: string): Promise<Catalog> {
  const module = await import(url) as { default?: unknown; plugin?: unknown };
  const plugin = module.default ?? module.plugin;
  if (typeof plugin !== "object" || plugin === null) {
    throw new TypeError(
      `Cannot use plugin ${url}: its default export must be a catalog of modules, got ` +
        typeof plugin,
    );
  }
  return plugin as Catalog;
}
