/**
 * What a verb of the command line is.
 *
 * @module
 */

import type { AnyRegistry } from "../builtins.ts";
import type { Engine, EngineName } from "../engine/mod.ts";
import { type Flags, type FlagValues, kebab, UsageError } from "./flags.ts";
import type { Progress } from "./progress.ts";

/** What a command gives: the same result for people and for machines. */
export interface Result {
  /** Printed without `--json`; may be empty. */
  readonly text: string;
  /** Printed with `--json`. */
  readonly json: unknown;
}

/** Work that was done and found wanting: the message is all there is to say, the code is 1. */
export class Failure extends Error {
  override readonly name = "Failure";
  /** What is printed with `--json`. */
  readonly json: unknown;
  constructor(message: string, json: unknown) {
    super(message);
    this.json = json;
  }
}

/** What a command is run with. */
export interface Context {
  /** Arguments that are no flags. */
  readonly operands: readonly string[];
  /** The built-in modules and those of `--plugin`. */
  readonly registry: AnyRegistry;
  /** Absolute URLs of the plugins, for Workers that import them as well. */
  readonly plugins: readonly string[];
  /** Starts what `--engine` names (of `auto` none of `without`); says on stderr what it is. */
  engine(without?: readonly EngineName[]): Promise<Engine>;
  /** Whether `--float16` was given. */
  readonly float16: boolean;
  /** Whether `--engine` is `auto`. */
  readonly automatic: boolean;
  /** A line on stderr. */
  log(line: string): void;
  /** A result that is known before the end: JSON on a line of its own with `--json`, else the text. */
  print(json: unknown, text: string): void;
  /** A bar on stderr, where that is a terminal. */
  progress(label: string): Progress;
}

/** A verb. */
export interface Command<F extends Flags = Flags> {
  /** One sentence, without a full stop. */
  readonly summary: string;
  /** Operands as the help shows them, as `<in> <out>`. */
  readonly operands: string;
  /** More to know, below the summary. */
  readonly details?: string;
  readonly flags: F;
  /** Flags made from the options of modules, those of plugins included. Default none. */
  readonly moduleFlags?: {
    /** The flags, which give way to those of the same name in `flags`. */
    readonly of: (registry: AnyRegistry) => Flags;
    /** Their part of the help. */
    readonly help: (registry: AnyRegistry) => string;
  };
  /** Calls that work, without the program's name. */
  readonly examples: readonly string[];
  run(values: FlagValues<F>, context: Context): Promise<Result>;
}

/** A command with its flags' types. */
export function command<const F extends Flags>(definition: Command<F>): Command<F> {
  return definition;
}

/** Exactly so many operands. @throws {UsageError} If there are more or fewer. */
export function operandsOf(
  { operands }: Context,
  { min, max = min, what }: { readonly min: number; readonly max?: number; readonly what: string },
): readonly string[] {
  if (operands.length < min || operands.length > max) {
    throw new UsageError(`it takes ${what}, got ${operands.join(" ") || "nothing"}`);
  }
  return operands;
}

/** Flags that every command takes; the rest are its own. */
export function flagLines(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, { placeholder, help, many }]) => {
    const value = placeholder === undefined ? "" : ` ${placeholder}`;
    return [`--${kebab(name)}${value}`, many ? `${help} (may be repeated)` : help] as const;
  });
  const width = Math.min(30, Math.max(...rows.map(([flag]) => flag.length)));
  return rows.map(([flag, help]) =>
    flag.length > width
      ? `  ${flag}\n  ${" ".repeat(width)}  ${help}`
      : `  ${flag.padEnd(width)}  ${help}`
  ).join("\n");
}
