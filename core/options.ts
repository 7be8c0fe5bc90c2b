/**
 * Checks of options that come from outside (JSON, the command line): one check per option, errors
 * that name the path and list what is known.
 *
 * @module
 */

/** An option or a module name that is unknown, missing or out of range; the message has the path. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
  /** Where in the configuration, as `$.sampler.sChurn`. */
  readonly path: string;
  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.path = path;
  }
}

/** Returns the value with its type, or throws an {@linkcode OptionsError} that names `path`. */
export type Check<T> = (value: unknown, path: string) => T;

/** One check per option. Every option of `O` has one; the compiler sees to it. */
export type Checks<O> = { readonly [K in keyof O]-?: Check<Exclude<O[K], undefined>> };

/** How a value reads in an error message. */
export function show(value: unknown): string {
  return typeof value === "number" || value === undefined ? String(value) : JSON.stringify(value);
}

/** Bounds of a number; `min` and `max` are allowed values, `above` and `below` are not. */
export interface NumberBounds {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}

function describeBounds(noun: string, { min, max, above, below }: NumberBounds): string {
  const parts = [
    min === undefined ? "" : ` ≥ ${min}`,
    above === undefined ? "" : ` > ${above}`,
    max === undefined ? "" : ` ≤ ${max}`,
    below === undefined ? "" : ` < ${below}`,
  ].filter((part) => part !== "");
  return `must be ${noun}${parts.join(" and")}`;
}

function inBounds(value: number, { min, max, above, below }: NumberBounds): boolean {
  return !(value < (min ?? -Infinity) || value > (max ?? Infinity) ||
    value <= (above ?? -Infinity) || value >= (below ?? Infinity));
}

/** A finite number within bounds. */
export function number(bounds: NumberBounds = {}): Check<number> {
  return (value, path) => {
    if (typeof value !== "number" || !Number.isFinite(value) || !inBounds(value, bounds)) {
      throw new OptionsError(path, `${describeBounds("a number", bounds)}, got ${show(value)}`);
    }
    return value;
  };
}

/** A number within bounds where `Infinity` means "no bound" (absent in JSON). */
export function numberOrInfinity(bounds: NumberBounds = {}): Check<number> {
  const finite = number(bounds);
  return (value, path) => value === Infinity ? Infinity : finite(value, path);
}

/** An integer within bounds. */
export function integer(bounds: NumberBounds = {}): Check<number> {
  return (value, path) => {
    if (!Number.isSafeInteger(value) || !inBounds(value as number, bounds)) {
      throw new OptionsError(path, `${describeBounds("an integer", bounds)}, got ${show(value)}`);
    }
    return value as number;
  };
}

/** True or false. */
export const boolean: Check<boolean> = (value, path) => {
  if (typeof value !== "boolean") {
    throw new OptionsError(path, `must be true or false, got ${show(value)}`);
  }
  return value;
};

/** A text. */
export const string: Check<string> = (value, path) => {
  if (typeof value !== "string") {
    throw new OptionsError(path, `must be a text, got ${show(value)}`);
  }
  return value;
};

/** One of a fixed set of words. */
export function oneOf<const T extends string>(...words: readonly T[]): Check<T> {
  return (value, path) => {
    if (!words.includes(value as T)) {
      throw new OptionsError(path, `must be one of ${words.join(", ")}, got ${show(value)}`);
    }
    return value as T;
  };
}

/** A list whose items all pass one check. */
export function list<T>(
  item: Check<T>,
  { min = 0, max = Infinity }: { readonly min?: number; readonly max?: number } = {},
): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      const size = min === max
        ? `${min}`
        : max === Infinity
        ? `at least ${min}`
        : `${min} to ${max}`;
      throw new OptionsError(path, `must be a list of ${size} items, got ${show(value)}`);
    }
    return value.map((entry, i) => item(entry, `${path}[${i}]`));
  };
}

/** A pair that passes one check each. */
export function pair<T>(item: Check<T>): Check<readonly [T, T]> {
  const items = list(item, { min: 2, max: 2 });
  return (value, path) => items(value, path) as unknown as readonly [T, T];
}

/** A plain object with known keys. */
export function object<O>(checks: Checks<O>, defaults: Partial<O> = {}): Check<O> {
  return (value, path) => checkOptions(value, { checks, defaults, path });
}

/**
 * Checks an options object: unknown keys, missing keys and bad values are errors.
 *
 * @param value What came from outside.
 * @param checks One check per option.
 * @param defaults Values of the options that may be left out.
 * @param path Where the object stands in its configuration.
 * @returns The options, complete with defaults.
 * @throws {OptionsError} With the path, and the known options where a key is unknown.
 */
export function checkOptions<O>(
  value: unknown,
  { checks, defaults = {}, path = "$" }: {
    readonly checks: Checks<O>;
    readonly defaults?: Partial<O>;
    readonly path?: string;
  },
): O {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionsError(path, `must be an object, got ${show(value)}`);
  }
  const given = value as Readonly<Record<string, unknown>>;
  const known = Object.keys(checks) as (keyof O & string)[];
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(checks, key)) {
      const options = known.length === 0 ? "there are no options" : `known: ${known.join(", ")}`;
      throw new OptionsError(`${path}.${key}`, `is not a known option (${options})`);
    }
  }
  const result: Record<string, unknown> = {};
  for (const key of known) {
    if (given[key] !== undefined) {
      result[key] = checks[key](given[key], `${path}.${key}`);
    } else if (Object.hasOwn(defaults, key)) {
      result[key] = defaults[key];
    } else {
      throw new OptionsError(`${path}.${key}`, "is required");
    }
  }
  return result as O;
}
