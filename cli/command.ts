/**
 * A command of the command line: its flags, its help and what it is run with.
 *
 * @module
 */

import type { AnyRegistry } from "../builtins.ts";
import type { Engine, EngineName } from "../engine/mod.ts";
import type { CompositeStatus, ManifestScene, SceneStatus } from "../restoration/mod.ts";
import { type Flags, type FlagValues, UsageError } from "./flags.ts";
import type { Progress } from "./progress.ts";

/** Result of a command, for people and for machines. */
export interface Result {
  /** Printed without `--json`; may be empty. */
  readonly text: string;
  /** Printed with `--json`. */
  readonly json: unknown;
}

/** Work that ran to its end and found something wrong: only the message is printed, with code 1. */
export class Failure extends Error {
  override readonly name = "Failure";
  /** Printed with `--json`. */
  readonly json: unknown;
  constructor(message: string, json: unknown) {
    super(message);
    this.json = json;
  }
}

/** Outcome of a scene that a feed asked for. */
export type FedOutcome = SceneStatus | CompositeStatus;

/**
 * Scenes that come one by one in place of those of a manifest: a feed calls `make` for each, until there
 * are no more, and returns the command's result. `make` throws what isn't the failure of one scene.
 */
export type SceneFeed = (
  make: (scene: ManifestScene) => Promise<FedOutcome>,
  signal: AbortSignal,
) => Promise<Result>;

/** Options of a command that another one runs. */
export interface CallOptions {
  /** Scenes in place of a manifest. */
  readonly scenes?: SceneFeed;
  /** Receives the intermediate results. Default: they are printed. */
  readonly print?: Context["print"];
}

/** Environment of a command. */
export interface Context {
  /** Arguments that are not flags. */
  readonly operands: readonly string[];
  /** Scenes in place of a manifest. Default: none. */
  readonly scenes?: SceneFeed | undefined;
  /** Runs another command with its flags, and throws its errors. */
  call(args: readonly string[], options?: CallOptions): Promise<Result>;
  /** The built-in modules and those of `--plugin`. */
  readonly registry: AnyRegistry;
  /** Absolute URLs of the plugins, for Workers that import them, too. */
  readonly plugins: readonly string[];
  /**
   * Starts the engine of `--engine` and reports it on stderr; with `auto`, none of `without` is
   * chosen.
   */
  engine(without?: readonly EngineName[]): Promise<Engine>;
  /** True with `--float16`. */
  readonly float16: boolean;
  /** True if `--engine` is `auto`. */
  readonly automatic: boolean;
  /** Writes a line to stderr. */
  log(line: string): void;
  /** Prints an intermediate result: with `--json` a line of JSON, else the text. */
  print(json: unknown, text: string): void;
  /** Shows the progress of work on stderr: a bar on a terminal, else a line from time to time. */
  progress(label: string): Progress;
}

/** A command. */
export interface Command<F extends Flags = Flags> {
  /** Operands in the help, such as `<in> <out>`. */
  readonly operands: string;
  /**
   * Paragraphs below the usage line, separated by blank lines. The help wraps them; lines that start
   * with a space stay as they are.
   */
  readonly details?: string;
  readonly flags: F;
  /** Flags that depend on the modules, those of plugins included. Default: none. */
  readonly moduleFlags?: {
    /** The flags; those of the same name in `flags` take precedence. */
    readonly of: (registry: AnyRegistry) => Flags;
    /** Their part of the help. */
    readonly help: (registry: AnyRegistry) => string;
  };
  /** Working calls without the program's name. */
  readonly examples: readonly string[];
  run(values: FlagValues<F>, context: Context): Promise<Result>;
}

/** Infers the types of a command's flags. */
export function command<const F extends Flags>(definition: Command<F>): Command<F> {
  return definition;
}

/** The operands, if their number is right. @throws {UsageError} If it is not. */
export function operandsOf(
  { operands }: Context,
  { min, max = min, what }: { readonly min: number; readonly max?: number; readonly what: string },
): readonly string[] {
  if (operands.length < min || operands.length > max) {
    throw new UsageError(`expected ${what}, got ${operands.join(" ") || "nothing"}`);
  }
  return operands;
}
