/**
 * Flags as data: what they are called, what they take, and values with types.
 *
 * @module
 */

import { parseArgs } from "./parse_args.ts";

/** A mistake in how a command was called; the program ends with code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** One flag: how to read it and what to say of it. */
export interface Flag<T> {
  /** One line, without a full stop. */
  readonly help: string;
  /** What the value is called in the help; undefined for a flag that takes none. */
  readonly placeholder: string | undefined;
  /** Whether it may be given several times. */
  readonly many: boolean;
  /** The value of what was given, all of it. `name` is for error messages. */
  readonly read: (given: readonly string[], name: string) => T;
}

/** Flags by camelCase name; on the command line they are kebab-case. */
// deno-lint-ignore no-explicit-any
export type Flags = Readonly<Record<string, Flag<any>>>;

/** The values of flags. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never;
};

/** `sChurn` on the command line: `s-churn`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function single<T>(read: (text: string, name: string) => T) {
  return ([text, second]: readonly string[], name: string): T | undefined => {
    if (second !== undefined) throw new UsageError(`${name} must be given once`);
    return text === undefined ? undefined : read(text, name);
  };
}

/** A flag without a value: on if it is given. */
export function toggle(help: string): Flag<boolean> {
  return { help, placeholder: undefined, many: false, read: (given) => given.length > 0 };
}

/** A flag whose value is a text. */
export function text(help: string, placeholder = "TEXT"): Flag<string | undefined> {
  return { help, placeholder, many: false, read: single((given) => given) };
}

/** A flag that may be given several times. */
export function texts(help: string, placeholder = "TEXT"): Flag<readonly string[]> {
  return { help, placeholder, many: true, read: (given) => given };
}

/** A flag whose value is a list of words with commas between them. */
export function words(help: string, placeholder = "A,B"): Flag<readonly string[] | undefined> {
  const read = single((given) => given.split(",").map((word) => word.trim()));
  return { help, placeholder, many: false, read };
}

/** A flag whose value is a list of numbers with commas between them. */
export function numbers(help: string, placeholder = "X,Y"): Flag<readonly number[] | undefined> {
  const read = single((given, name) =>
    given.split(",").map((part) => {
      const value = part.trim() === "" ? NaN : Number(part);
      if (Number.isFinite(value)) return value;
      throw new UsageError(`${name} must be numbers with commas between them, got ${given}`);
    })
  );
  return { help, placeholder, many: false, read };
}

/** A flag whose value is one of some words. */
export function choice<const T extends string>(
  help: string,
  options: readonly T[],
): Flag<T | undefined> {
  const read = single((given, name) => {
    const found = options.find((option) => option === given);
    if (found !== undefined) return found;
    throw new UsageError(`${name} must be one of ${options.join(", ")}, got ${given}`);
  });
  return { help, placeholder: options.join("|"), many: false, read };
}

/** A flag whose value is a number within bounds, both allowed. */
export function number(
  help: string,
  { min = -Infinity, max = Infinity, whole = false }: {
    readonly min?: number;
    readonly max?: number;
    readonly whole?: boolean;
  } = {},
): Flag<number | undefined> {
  const read = single((given, name) => {
    const value = given.trim() === "" ? NaN : Number(given);
    if (Number.isFinite(value) && value >= min && value <= max) {
      if (!whole || Number.isSafeInteger(value)) return value;
    }
    const bounds = [min > -Infinity ? ` ≥ ${min}` : "", max < Infinity ? ` ≤ ${max}` : ""];
    const kind = whole ? "an integer" : "a number";
    const range = bounds.filter((bound) => bound !== "").join(" and");
    throw new UsageError(`${name} must be ${kind}${range}, got ${given}`);
  });
  return { help, placeholder: whole ? "N" : "X", many: false, read };
}

/** An integer ≥ 0, or from `min` on. */
export function count(help: string, { min = 0 }: { readonly min?: number } = {}) {
  return number(help, { min, whole: true });
}

/** A number below zero is a value, not a flag: `--s2-offset -1000` becomes `--s2-offset=-1000`. */
function withNegatives(args: readonly string[], withValue: readonly string[]): readonly string[] {
  const flags = new Set(withValue.map((name) => `--${name}`));
  return args.flatMap((arg, i) => {
    const isNegative = /^-[\d.]/.test(arg) && flags.has(args[i - 1] ?? "");
    if (isNegative) return [];
    const next = args[i + 1];
    return flags.has(arg) && next !== undefined && /^-[\d.]/.test(next)
      ? [`${arg}=${next}`]
      : [arg];
  });
}

/** The values of one flag, whatever other flags there are: for one that decides what these are. */
export function flagValues(args: readonly string[], name: string): readonly string[] {
  const { [name]: given } = parseArgs(args, { string: [name], collect: [name] });
  return (given as readonly string[]).filter((value) => value !== "");
}

/**
 * Reads arguments: flags with values, and operands.
 *
 * @throws {UsageError} If a flag is unknown (the message lists what is known), lacks its value or
 * has one that it cannot take.
 */
export function readFlags<F extends Flags>(
  args: readonly string[],
  flags: F,
): { values: FlagValues<F>; operands: readonly string[] } {
  const names = Object.keys(flags);
  const withValue = names.filter((name) => flags[name]!.placeholder !== undefined).map(kebab);
  const parsed = parseArgs(withNegatives(args, withValue), {
    string: ["_", ...withValue],
    boolean: names.map(kebab).filter((name) => !withValue.includes(name)),
    collect: withValue,
    unknown(arg, key) {
      if (key === undefined) return true;
      const known = names.map((name) => `--${kebab(name)}`).join(", ");
      throw new UsageError(`${arg} is not a known flag (known: ${known})`);
    },
  });
  const values = Object.fromEntries(names.map((name) => {
    const flag = `--${kebab(name)}`;
    const value = parsed[kebab(name)];
    const given = Array.isArray(value) ? value.map(String) : value === true ? [""] : [];
    if (flags[name]!.placeholder !== undefined && given.includes("")) {
      throw new UsageError(`${flag} needs a value (${flag}=-1 where it starts with a dash)`);
    }
    return [name, flags[name]!.read(given, flag)];
  }));
  return { values: values as FlagValues<F>, operands: parsed._.map(String) };
}
