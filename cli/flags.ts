/**
 * Flags of the command line as data: name, value, help text and how the value is read.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { closest } from "../core/mod.ts";

/** A mistake in the command line; the program exits with code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** One flag. */
export interface Flag<T> {
  /** Sentences with full stops; the help wraps them. */
  readonly help: string;
  /** Name of the value in the help; undefined for a flag without a value. */
  readonly placeholder: string | undefined;
  /** True if the flag may be repeated. */
  readonly many: boolean;
  /** Heading of the flag in the help. Default "Flags". */
  readonly section?: string;
  /** Converts the values on the command line, none if the flag is absent. `name` is for errors. */
  readonly read: (given: readonly string[], name: string) => T;
}

/** Flags by camelCase name; the command line has them in kebab-case. */
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

/** Flags under a heading of their own in the help. */
export function section<F extends Flags>(heading: string, flags: F): F {
  const entries = Object.entries(flags).map((
    [name, flag],
  ) => [name, { ...flag, section: heading }]);
  return Object.fromEntries(entries) as F;
}

/** The value of a flag that a command requires. @throws {UsageError} If the flag is absent. */
export function required<T>(value: T | undefined, flag: string): T {
  if (value === undefined) throw new UsageError(`${flag} is required`);
  return value;
}

/** A flag without a value: true if it is given. */
export function toggle(help: string): Flag<boolean> {
  return { help, placeholder: undefined, many: false, read: (given) => given.length > 0 };
}

/** A flag whose value is a string. */
export function text(help: string, placeholder = "TEXT"): Flag<string | undefined> {
  return { help, placeholder, many: false, read: single((given) => given) };
}

/** A flag whose value is a string, and which may be repeated. */
export function texts(help: string, placeholder = "TEXT"): Flag<readonly string[]> {
  return { help, placeholder, many: true, read: (given) => given };
}

/** A flag whose value is a comma-separated list of words. */
export function words(help: string, placeholder = "A,B"): Flag<readonly string[] | undefined> {
  const read = single((given) => given.split(",").map((word) => word.trim()));
  return { help, placeholder, many: false, read };
}

/** A flag whose value is a comma-separated list of numbers. */
export function numbers(help: string, placeholder = "X,Y"): Flag<readonly number[] | undefined> {
  const read = single((given, name) =>
    given.split(",").map((part) => {
      const value = part.trim() === "" ? NaN : Number(part);
      if (Number.isFinite(value)) return value;
      throw new UsageError(`${name} must be a comma-separated list of numbers, got ${given}`);
    })
  );
  return { help, placeholder, many: false, read };
}

/** A flag whose value is one of several words. */
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

/** A flag whose value is a number from `min` to `max`, both included. */
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

/** A flag whose value is an integer ≥ `min`, by default 0. */
export function count(help: string, { min = 0 }: { readonly min?: number } = {}) {
  return number(help, { min, whole: true });
}

/** One argument: a flag, whose value is undefined if it has none, or an operand. */
interface Token {
  /** The flag as it was written, `--out`; undefined for an operand. */
  readonly flag?: string;
  readonly value?: string;
}

/** Splits arguments; the flags `withValue` take the next argument unless that is a flag too. */
function tokensOf(args: readonly string[], withValue: readonly string[]): readonly Token[] {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(withValue.map((name) => [name, { type: "string" }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.flatMap((token) => {
    if (token.kind === "positional") return [{ value: token.value }];
    if (token.kind === "option-terminator") return [];
    const { rawName: flag, value = "", inlineValue = false } = token;
    // `--out --overwrite` lacks a value; `--s2-offset -1000` has one.
    const isFlag = !inlineValue && /^-[^\d.]/.test(value);
    return [{ flag, value: isFlag ? "" : value }];
  });
}

/** The values of one flag, whatever the others are: for a flag that decides which flags there are. */
export function flagValues(args: readonly string[], name: string): readonly string[] {
  return tokensOf(args, [name])
    .flatMap(({ flag, value = "" }) => flag === `--${name}` && value !== "" ? [value] : []);
}

/** Message about an unknown flag, with the most similar flag, or else all flags. */
function unknownFlag(flag: string, names: readonly string[]): string {
  const known = names.map((name) => `--${kebab(name)}`);
  const similar = closest(flag, known);
  const hint = similar === undefined
    ? ` (known: ${known.join(", ")})`
    : `; did you mean ${similar}?`;
  return `${flag} is not a known flag${hint}`;
}

/**
 * Reads arguments: the values of flags, and operands.
 *
 * @throws {UsageError} If a flag is unknown, or if its value is missing or invalid.
 */
export function readFlags<F extends Flags>(
  args: readonly string[],
  flags: F,
): { values: FlagValues<F>; operands: readonly string[] } {
  const names = Object.keys(flags);
  const withValue = names.filter((name) => flags[name]!.placeholder !== undefined).map(kebab);
  const tokens = tokensOf(args, withValue);
  const known = new Set(names.map((name) => `--${kebab(name)}`));
  const unknown = tokens.find(({ flag }) => flag !== undefined && !known.has(flag));
  if (unknown !== undefined) throw new UsageError(unknownFlag(unknown.flag!, names));
  const values = Object.fromEntries(names.map((name) => {
    const flag = `--${kebab(name)}`;
    const isToggle = flags[name]!.placeholder === undefined;
    const given = tokens.filter((token) => token.flag === flag)
      .map(({ value = "" }) => value)
      .filter((value) => !(isToggle && value === "false"));
    if (!isToggle && given.includes("")) {
      throw new UsageError(`${flag} needs a value (write ${flag}=VALUE if it starts with a dash)`);
    }
    return [name, flags[name]!.read(given, flag)];
  }));
  const operands = tokens.flatMap(({ flag, value }) => flag === undefined ? [value ?? ""] : []);
  return { values: values as FlagValues<F>, operands };
}
