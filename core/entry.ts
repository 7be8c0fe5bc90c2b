/**
 * Catalog entries: the description of a module, its options and its functions.
 *
 * @module
 */

import { type Checks, OptionsError, show } from "./options.ts";

/** Description of one module and its options, common to the entries of all kinds. */
export interface EntryHead<Options> {
  /** One sentence for `emrdm inspect` and error messages. */
  readonly summary: string;
  /** One check per option. */
  readonly checks: Checks<Options>;
  /** Values of the optional options. */
  readonly defaults: Partial<Options>;
}

/** One module of a kind whose modules are built from their options. */
export interface Entry<Options, Module> extends EntryHead<Options> {
  /** The factory. It takes the module's own options only: modules never hold modules. */
  readonly create: (options: Options) => Module;
}

/** Any entry, where its options do not matter. */
// deno-lint-ignore no-explicit-any
export type AnyEntry = EntryHead<any>;

/** Entries by kind and type. */
export type Catalog = Readonly<Record<string, Readonly<Record<string, AnyEntry>>>>;

/** Entries for kinds that a catalog has: the shape of a plugin. */
export type Plugin<C> = {
  readonly [K in keyof C]?: Readonly<Record<string, PluginEntry<C[K][keyof C[K]]>>>;
};

/**
 * The entries that a plugin may add to a kind: any options, the module of the kind's own entries.
 */
export type PluginEntry<E> = [E] extends [never] ? AnyEntry
  // deno-lint-ignore no-explicit-any
  : E extends Entry<any, infer M> ? Entry<any, M>
  : AnyEntry;

/** Names of the functions that the entries of a kind have. */
export type EntryFunctions<C> = {
  readonly [K in keyof C]?: readonly (keyof C[K][keyof C[K]] & string)[];
};

/** A catalog with the entries of a plugin. */
export type Merge<C extends Catalog, P> = {
  readonly [K in keyof C]: K extends keyof P ? C[K] & Extract<P[K], Catalog[string]> : C[K];
};

/** The options of an entry. */
export type OptionsOf<E> = E extends Entry<infer O, infer _> ? O
  : E extends EntryHead<infer O> ? O
  : never;

/** The module that an entry creates. */
export type ModuleOf<E> = E extends Entry<infer _, infer M> ? M : never;

/** The JSON of one module of kind `K`: its type and its options. */
export type ConfigOf<C, K extends keyof C> = {
  readonly [T in keyof C[K] & string]: { readonly type: T } & OptionsOf<C[K][T]>;
}[keyof C[K] & string];

/** The module that `create(kind, …)` returns. */
export type ModuleOfKind<C, K extends keyof C> = ModuleOf<C[K][keyof C[K]]>;

/**
 * Checks that an entry is complete.
 *
 * @param functions Functions that it must have.
 * @param path Path of the entry in its catalog, as `$.sampler.mine`.
 * @throws {OptionsError} With the path of the part that is missing or has the wrong type.
 */
export function checkEntry(
  entry: unknown,
  { functions, path }: { readonly functions: readonly string[]; readonly path: string },
): void {
  const members = ["summary", "checks", "defaults", ...functions].join(", ");
  if (!isObject(entry)) {
    throw new OptionsError(path, `must be an entry { ${members} }, got ${describeValue(entry)}`);
  }
  const refuse = (part: string, wanted: string, found: unknown) => {
    throw new OptionsError(
      `${path}.${part}`,
      `must be ${wanted}, got ${describeValue(found)} (an entry has ${members})`,
    );
  };
  const { summary, checks, defaults } = entry;
  if (typeof summary !== "string" || summary === "") refuse("summary", "a sentence", summary);
  if (!isObject(checks)) return refuse("checks", "an object with one check per option", checks);
  for (const [option, check] of Object.entries(checks)) {
    if (typeof check !== "function") refuse(`checks.${option}`, "a function", check);
  }
  if (!isObject(defaults)) return refuse("defaults", "an object", defaults);
  for (const option of Object.keys(defaults)) {
    if (!Object.hasOwn(checks, option)) {
      throw new OptionsError(`${path}.defaults.${option}`, "must be an option that has a check");
    }
  }
  for (const name of functions) {
    if (typeof entry[name] !== "function") refuse(name, "a function", entry[name]);
  }
}

/** True for objects that are not lists. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Describes a value in an error message: functions, lists and objects by kind. */
export function describeValue(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  return isObject(value) ? "an object" : show(value);
}
