/**
 * The registry: an immutable value that maps kind and type to a module. `with(plugin)` returns a
 * registry whose type includes the plugin's modules, so they are typed and checked like built-in
 * ones.
 *
 * Every entry has `summary`, `checks` and `defaults`, and the functions of its kind: `create`, unless
 * the registry names others, as in
 * `new Registry(catalog, { functions: { dataset: ["list", "open"] } })`. The names are typed by the
 * catalog's entries, and the entries of plugins are checked against them.
 *
 * @module
 */

import { closest } from "./closest.ts";
import {
  type AnyEntry,
  type Catalog,
  checkEntry,
  type ConfigOf,
  describeValue,
  type Entry,
  type EntryFunctions,
  isObject,
  type Merge,
  type ModuleOf,
  type OptionsOf,
  type Plugin,
} from "./entry.ts";
import { checkOptions, OptionsError, show } from "./options.ts";

/** Functions of an entry unless its kind names others. */
const CREATE = ["create"] as const;

/**
 * Kinds, types and their modules.
 *
 * @example
 * ```ts
 * import { builtins } from "../builtins.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = builtins.create("schedule", { type: "rational", alpha: 3 });
 * assertEquals(schedule.s(0), 1);
 * ```
 */
export class Registry<C extends Catalog> {
  readonly #catalog: C;
  readonly #functions: Readonly<Record<string, readonly string[] | undefined>>;

  /**
   * Checks every entry of a catalog and keeps it.
   *
   * @param catalog Entries by kind and type; plugins add types, not kinds.
   * @param options.functions Functions of a kind's entries. Default `create`.
   * @throws {OptionsError} If an entry is incomplete or a part of it has the wrong type.
   */
  constructor(
    catalog: C,
    { functions = {} }: { readonly functions?: EntryFunctions<C> } = {},
  ) {
    this.#catalog = catalog;
    this.#functions = functions;
    for (const [kind, entries] of Object.entries(catalog)) this.#check(kind, entries);
  }

  /**
   * A registry that also has the plugin's modules; this one stays as it is.
   *
   * @throws {OptionsError} If the plugin has an unknown kind, an incomplete entry or a type that is
   * already registered.
   */
  with<const P extends Plugin<C>>(
    plugin: P & { readonly [K in Exclude<keyof P, keyof C>]: never },
  ): Registry<Merge<C, P>> {
    const merged: Record<string, Readonly<Record<string, AnyEntry>>> = { ...this.#catalog };
    for (const [kind, entries] of Object.entries(plugin as Catalog)) {
      const present = this.entries(kind);
      this.#check(kind, entries);
      for (const type of Object.keys(entries)) {
        if (Object.hasOwn(present, type)) {
          throw new OptionsError(`$.${kind}.${type}`, "is already registered; choose another name");
        }
      }
      merged[kind] = { ...present, ...entries };
    }
    return new Registry(merged as Merge<C, P>, { functions: this.#functions as never });
  }

  /** The kinds, in the order of the catalog. */
  kinds(): readonly (keyof C & string)[] {
    return Object.keys(this.#catalog);
  }

  /** The entries of a kind by type. @throws {OptionsError} If the kind is unknown. */
  entries<K extends keyof C & string>(kind: K): C[K] {
    if (!Object.hasOwn(this.#catalog, kind)) {
      throw new OptionsError(`$.${kind}`, `is not a known kind${listed(kind, this.kinds())}`);
    }
    return this.#catalog[kind];
  }

  /**
   * The entry of a module.
   *
   * @param path Path of the module in its configuration. Default `$.<kind>`.
   * @throws {OptionsError} If the kind or the type is unknown.
   */
  entry<K extends keyof C & string, T extends keyof C[K] & string>(
    kind: K,
    type: T,
    path: string = `$.${kind}`,
  ): C[K][T] {
    const entries = this.entries(kind);
    if (!Object.hasOwn(entries, type)) {
      throw new OptionsError(
        `${path}.type`,
        `${show(type)} is not a known ${kind}${listed(type, Object.keys(entries))}`,
      );
    }
    return entries[type];
  }

  /**
   * Checks the JSON of one module and completes it with the defaults.
   *
   * @param kind The kind, as "schedule".
   * @param value `{ "type": …, …options }`.
   * @param path Path of the module in its configuration. Default `$.<kind>`.
   * @throws {OptionsError} If type or options are unknown, missing or out of range.
   */
  read<K extends keyof C & string>(
    kind: K,
    value: unknown,
    path: string = `$.${kind}`,
  ): ConfigOf<C, K> {
    const { type, options } = split(value, path);
    const { checks, defaults } = this.entry(kind, type as never, path);
    return { type, ...checkOptions<object>(options, { checks, defaults, path }) } as ConfigOf<C, K>;
  }

  /**
   * Builds a module from its type and options, which are checked first. For kinds whose entries
   * have `create`.
   *
   * @throws {OptionsError} If type or options are unknown, missing or out of range.
   * @throws {TypeError} If the entries of the kind have no `create`.
   */
  create<K extends keyof C & string, T extends keyof C[K] & string>(
    kind: K,
    config: { readonly type: T } & OptionsOf<C[K][T]>,
    path: string = `$.${kind}`,
  ): ModuleOf<C[K][T]> {
    const { type: _, ...options } = this.read(kind, config, path) as { type: string };
    const functions = this.#functions[kind] ?? CREATE;
    if (!functions.includes("create")) {
      throw new TypeError(
        `Cannot create a ${kind}: its entries must have create, got ${functions.join(", ")}; ` +
          `call these on registry.entry("${kind}", ${show(config.type)})`,
      );
    }
    const entry: AnyEntry = this.entry(kind, config.type, path);
    try {
      return (entry as Entry<object, ModuleOf<C[K][T]>>).create(options);
    } catch (error) {
      if (error instanceof RangeError || error instanceof TypeError) {
        throw new OptionsError(path, error.message);
      }
      throw error;
    }
  }

  #check(kind: string, entries: unknown): void {
    if (!isObject(entries)) {
      throw new OptionsError(`$.${kind}`, `must be entries by type, got ${describeValue(entries)}`);
    }
    const functions = this.#functions[kind] ?? CREATE;
    for (const [type, entry] of Object.entries(entries)) {
      checkEntry(entry, { functions, path: `$.${kind}.${type}` });
    }
  }
}

/** End of a message about an unknown name: the closest known name, and all of them. */
function listed(given: string, names: readonly string[]): string {
  const name = closest(given, names);
  const hint = name === undefined ? "" : `; did you mean ${show(name)}?`;
  return `${hint} (known: ${names.join(", ")})`;
}

function split(value: unknown, path: string): { type: string; options: object } {
  if (!isObject(value)) {
    throw new OptionsError(path, `must be an object with a "type", got ${show(value)}`);
  }
  const { type, ...options } = value;
  if (typeof type !== "string") {
    throw new OptionsError(`${path}.type`, `must name a module, got ${show(type)}`);
  }
  return { type, options };
}
