/**
 * The registry: an immutable value that maps kind and type to a module. `with(plugin)` returns a
 * registry whose type has grown, so a third party's module is typed and checked like a built-in.
 *
 * @module
 */

import { checkOptions, type Checks, OptionsError, show } from "./options.ts";

/** One module of a kind: how to check its options and how to build it. */
export interface Entry<Options, Module> {
  /** One sentence for `emrdm inspect` and error messages. */
  readonly summary: string;
  /** The factory. Takes its own options and nothing else: modules never hold modules. */
  readonly create: (options: Options) => Module;
  /** One check per option. */
  readonly checks: Checks<Options>;
  /** The options that may be left out, with their values. */
  readonly defaults: Partial<Options>;
}

/** Any entry, where its options do not matter. */
// deno-lint-ignore no-explicit-any
export type AnyEntry = Entry<any, any>;

/** Entries by kind and type; also the shape of a plugin. */
export type Catalog = Readonly<Record<string, Readonly<Record<string, AnyEntry>>>>;

/** Two catalogs as one. */
export type Merge<A, B> = {
  readonly [K in keyof A | keyof B]: K extends keyof A ? K extends keyof B ? A[K] & B[K] : A[K]
    : K extends keyof B ? B[K]
    : never;
};

type OptionsOf<E> = E extends Entry<infer O, infer _> ? O : never;
type ModuleOf<E> = E extends Entry<infer _, infer M> ? M : never;

/** The JSON of one module of kind `K`: its type and its options. */
export type ConfigOf<C, K extends keyof C> = {
  readonly [T in keyof C[K] & string]: { readonly type: T } & OptionsOf<C[K][T]>;
}[keyof C[K] & string];

/** What `create(kind, …)` returns. */
export type ModuleOfKind<C, K extends keyof C> = ModuleOf<C[K][keyof C[K]]>;

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

  constructor(catalog: C) {
    this.#catalog = catalog;
  }

  /**
   * A registry that also knows the plugin's modules; this one stays as it is.
   *
   * @throws {OptionsError} If the plugin names a module that is already there.
   */
  with<const P extends Catalog>(plugin: P): Registry<Merge<C, P>> {
    const merged: Record<string, Record<string, AnyEntry>> = {};
    for (const [kind, entries] of Object.entries(this.#catalog)) merged[kind] = { ...entries };
    for (const [kind, entries] of Object.entries(plugin)) {
      const target = merged[kind] ??= {};
      for (const [type, entry] of Object.entries(entries)) {
        if (Object.hasOwn(target, type)) {
          throw new OptionsError(`$.${kind}.${type}`, "is already registered; choose another name");
        }
        target[type] = entry;
      }
    }
    return new Registry(merged as Merge<C, P>);
  }

  /** The kinds, in the order of the catalog. */
  kinds(): readonly (keyof C & string)[] {
    return Object.keys(this.#catalog);
  }

  /** The entries of a kind by type. @throws {OptionsError} If the kind is unknown. */
  entries<K extends keyof C & string>(kind: K): C[K] {
    if (!Object.hasOwn(this.#catalog, kind)) {
      throw new OptionsError(
        `$.${kind}`,
        `is not a known kind (known: ${this.kinds().join(", ")})`,
      );
    }
    return this.#catalog[kind];
  }

  /**
   * Checks the JSON of one module and completes it with the defaults.
   *
   * @param kind The kind, as "schedule".
   * @param value `{ "type": …, …options }`.
   * @param path Where it stands in its configuration; default `$.<kind>`.
   * @throws {OptionsError} If type or options are unknown, missing or out of range.
   */
  read<K extends keyof C & string>(
    kind: K,
    value: unknown,
    path: string = `$.${kind}`,
  ): ConfigOf<C, K> {
    const { type, options } = split(value, path);
    const { checks, defaults } = this.#entry(kind, type, path);
    return { type, ...checkOptions<object>(options, { checks, defaults, path }) } as ConfigOf<C, K>;
  }

  /**
   * Builds a module from its type and options, which are checked first.
   *
   * @throws {OptionsError} If type or options are unknown, missing or out of range.
   */
  create<K extends keyof C & string, T extends keyof C[K] & string>(
    kind: K,
    config: { readonly type: T } & OptionsOf<C[K][T]>,
    path: string = `$.${kind}`,
  ): ModuleOf<C[K][T]> {
    const { type: _, ...options } = this.read(kind, config, path) as { type: string };
    const entry = this.#entry(kind, config.type, path);
    try {
      return entry.create(options);
    } catch (error) {
      if (error instanceof RangeError || error instanceof TypeError) {
        throw new OptionsError(path, error.message);
      }
      throw error;
    }
  }

  #entry(kind: keyof C & string, type: string, path: string): AnyEntry {
    const entries: Readonly<Record<string, AnyEntry>> = this.entries(kind);
    const entry = Object.hasOwn(entries, type) ? entries[type] : undefined;
    if (entry === undefined) {
      const known = Object.keys(entries).join(", ");
      throw new OptionsError(
        `${path}.type`,
        `${show(type)} is not a known ${kind} (known: ${known})`,
      );
    }
    return entry;
  }
}

function split(value: unknown, path: string): { type: string; options: object } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionsError(path, `must be an object with a "type", got ${show(value)}`);
  }
  const { type, ...options } = value as { readonly type?: unknown };
  if (typeof type !== "string") {
    throw new OptionsError(`${path}.type`, `must name a module, got ${show(type)}`);
  }
  return { type, options };
}
