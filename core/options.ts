/**
 * Checks of options from JSON and the command line: one check per option. Errors name the path of
 * the option and list the known values.
 *
 * @module
 */

/** Error of an option or module name that is unknown, missing or out of range. */
export class OptionsError extends Error {
  /** "OptionsError". */
  override readonly name = "OptionsError";
  /** Path in the configuration, such as `$.sampler.sChurn`. */
  readonly path: string;

  /** Creates the error; the message begins with the path. */
  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.path = path;
  }
}

/**
 * Check of one option: returns the typed value or throws an {@linkcode OptionsError} with `path`.
 */
export type Check<T> = (value: unknown, path: string) => T;

/** One check per option; the compiler requires a check for every option of `O`. */
export type Checks<O> = { readonly [K in keyof O]-?: Check<Exclude<O[K], undefined>> };

/** Formats a value for an error message. */
export function show(value: unknown): string {
  return typeof value === "number" || value === undefined ? String(value) : JSON.stringify(value);
}

/** Bounds of a number. */
export interface NumberBounds {
  /** Smallest allowed value. */
  readonly min?: number;
  /** Largest allowed value. */
  readonly max?: number;
  /** Lower bound that is not allowed itself. */
  readonly above?: number;
  /** Upper bound that is not allowed itself. */
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

/** Check for a finite number within bounds. */
export function number(bounds: NumberBounds = {}): Check<number> {
  return (value, path) => {
    if (typeof value !== "number" || !Number.isFinite(value) || !inBounds(value, bounds)) {
      throw new OptionsError(path, `${describeBounds("a number", bounds)}, got ${show(value)}`);
    }
    return value;
  };
}

/** Check for a number within bounds, or `Infinity` for "no limit" (omitted in JSON). */
export function numberOrInfinity(bounds: NumberBounds = {}): Check<number> {
  const finite = number(bounds);
  return (value, path) => value === Infinity ? Infinity : finite(value, path);
}

/** Check for an integer within bounds. */
export function integer(bounds: NumberBounds = {}): Check<number> {
  return (value, path) => {
    if (!Number.isSafeInteger(value) || !inBounds(value as number, bounds)) {
      throw new OptionsError(path, `${describeBounds("an integer", bounds)}, got ${show(value)}`);
    }
    return value as number;
  };
}

/** Check for true or false. */
export const boolean: Check<boolean> = (value, path): boolean => {
  if (typeof value !== "boolean") {
    throw new OptionsError(path, `must be true or false, got ${show(value)}`);
  }
  return value;
};

/** Check for a string. */
export const string: Check<string> = (value, path): string => {
  if (typeof value !== "string") {
    throw new OptionsError(path, `must be a string, got ${show(value)}`);
  }
  return value;
};

/** Check for one of a fixed set of words or numbers. */
export function oneOf<const T extends string | number>(...words: readonly T[]): Check<T> {
  return (value, path) => {
    if (!words.includes(value as T)) {
      throw new OptionsError(path, `must be one of ${words.join(", ")}, got ${show(value)}`);
    }
    return value as T;
  };
}

/** Check for a list whose items all pass `item`. */
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

/** Check for a list of two items that both pass `item`. */
export function pair<T>(item: Check<T>): Check<readonly [T, T]> {
  const items = list(item, { min: 2, max: 2 });
  return (value, path) => items(value, path) as unknown as readonly [T, T];
}

/** Check for an object with one check per key. */
export function object<O>(checks: Checks<O>, defaults: Partial<O> = {}): Check<O> {
  return (value, path) => checkOptions(value, { checks, defaults, path });
}

/**
 * Checks an options object: unknown keys, missing keys and bad values are errors.
 *
 * @param value The value to check.
 * @param checks One check per option.
 * @param defaults Values of options that may be omitted.
 * @param path Path of the object in its configuration. Default `$`.
 * @returns The options, completed with the defaults.
 * @throws {OptionsError} If a key is unknown or missing, or if a value is out of range.
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
