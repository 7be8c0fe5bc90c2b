/**
 * The command line: finds the command, reads its flags, prints its result.
 *
 * @module
 */

import {
  closest,
  InputError,
  OptionsError,
  OutputError,
  redacted,
  UnavailableError,
} from "../core/mod.ts";
import { missingPermission } from "../files/mod.ts";
import { type CallOptions, type Command, type Context, Failure, type Result } from "./command.ts";
import { choice, flagValues, readFlags, texts, toggle, UsageError } from "./flags.ts";
import { commandHelp } from "./help.ts";
import { Interrupted } from "./interrupt.ts";
import { openScreen } from "./screen.ts";
import { overview, VERBS } from "./verbs.ts";
import { VERSION } from "./version.ts";

const COMMON = {
  engine: choice("Compute engine. Default: auto.", ["auto", "webgpu", "native", "wasm", "cpu"]),
  float16: toggle(
    "On webgpu, multiply matrices in float16 if the GPU can. For restoring, not for training.",
  ),
  plugin: texts("Module that adds to the registry by its default export: URL or path.", "URL"),
  json: toggle("Print the result as JSON."),
  debug: toggle("Name the op behind a WebGPU error; print stack traces."),
  help: toggle("Show this help."),
} as const;

/** Destinations of the command line's output. */
export interface Streams {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Receives the progress of long work, unless a terminal shows it. Default: `err`. */
  readonly progress?: (line: string) => void;
}

const CONSOLE: Streams = { out: console.log, err: console.error };

/** The message of an error, with a hint where a module is unknown or a permission is missing. */
function messageOf(error: unknown): string {
  const missing = missingPermission(error);
  if (missing !== undefined) {
    const { kind, name, reason } = missing;
    return `Cannot ${kind === "read" && name !== undefined ? `read ${name}` : "go on"}: ${reason}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  const isUnknown = /"[^"]*" is not a known \w+/.test(message) && !message.includes("--plugin");
  return isUnknown ? `${message}; if a plugin has it, name the plugin with --plugin` : message;
}

/** The command of a name. @throws {UsageError} If there is none. */
function verbOf(name: string) {
  if (Object.hasOwn(VERBS, name)) return VERBS[name]!;
  const names = Object.keys(VERBS);
  const similar = closest(name, names);
  const hint = similar === undefined ? "" : `; did you mean ${similar}?`;
  throw new UsageError(`${name} is not a known command${hint} (known: ${names.join(", ")})`);
}

async function runVerb(
  name: string,
  args: readonly string[],
  streams: Required<Streams> & { readonly isStderr: boolean },
  { scenes, print }: CallOptions = {},
): Promise<Result & { readonly lines: boolean }> {
  const { summary, load } = verbOf(name);
  const loaded: Command = await load();
  const { moduleFlags } = loaded;
  const plugins = async (given: readonly string[]) =>
    await (await import("./plugins.ts")).loadPlugins(given);
  // Plugins are imported before the flags are checked only if they decide which flags there are.
  const early = moduleFlags && await plugins(flagValues(args, "plugin"));
  const { values, operands } = readFlags(args, {
    ...(early && moduleFlags?.of(early.registry)),
    ...loaded.flags,
    ...COMMON,
  });
  if (values.help) {
    const modules = early && moduleFlags?.help(early.registry);
    const text = commandHelp(loaded, { name, summary, modules, common: COMMON });
    return { text, json: { help: text }, lines: false };
  }
  let lines = false;
  const { engine, float16, plugin, debug } = values;
  const context: Context = {
    operands,
    scenes,
    call: async ([inner = "", ...given], options = {}) =>
      await runVerb(inner, given, streams, options),
    ...early ?? await plugins(plugin),
    engine: async (without) => {
      const { useEngine } = await import("../engine/mod.ts");
      return await useEngine(engine, { debug, float16, without, log: streams.err });
    },
    float16,
    automatic: engine === undefined || engine === "auto",
    ...openScreen(streams),
    print: print ?? ((json, text) => {
      lines = true;
      streams.out(args.includes("--json") ? JSON.stringify(json) : text);
    }),
  };
  return { ...await loaded.run(values, context), lines };
}

/** The exit code of an error. */
function codeOf(error: unknown): number {
  if (error instanceof UsageError) return 2;
  if (error instanceof Interrupted) return error.code;
  if (error instanceof UnavailableError) return 5;
  // Flags are checked as usage errors: other options come from files and plugins.
  if (error instanceof InputError || error instanceof OptionsError) return 3;
  if (error instanceof OutputError) return 4;
  const missing = missingPermission(error);
  if (missing !== undefined) return missing.kind === "write" ? 4 : 3;
  // Our range errors are about flags; those of the JavaScript engine begin differently.
  if (error instanceof RangeError && error.message.startsWith("Cannot ")) return 2;
  return 1;
}

/**
 * Runs the command line. Query strings and passwords of addresses are not printed.
 *
 * @param args Arguments without the program's name.
 * @returns The exit code: 0 success, 1 failure, 2 wrong usage, 3 an input cannot be read or does not
 *   fit, 4 an output cannot be written, 5 a scheduler or queue cannot be reached, 130 interrupted by
 *   Ctrl-C, 143 by SIGTERM.
 */
export async function main(args: readonly string[], given: Streams = CONSOLE): Promise<number> {
  const [name, ...rest] = args;
  const { progress = given.err } = given;
  const streams = {
    isStderr: given === CONSOLE,
    out: (line: string) => given.out(redacted(line)),
    err: (line: string) => given.err(redacted(line)),
    progress: (line: string) => progress(redacted(line)),
  };
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    (name === undefined ? streams.err : streams.out)(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-V") {
    streams.out(VERSION);
    return 0;
  }
  try {
    const { text, json, lines } = await runVerb(name, rest, streams);
    // The result follows intermediate results as one more line of JSON.
    if (rest.includes("--json")) streams.out(JSON.stringify(json, null, lines ? 0 : 2));
    else if (text !== "") streams.out(text);
    return 0;
  } catch (error) {
    const trace = rest.includes("--debug") && error instanceof Error ? `\n${error.stack}` : "";
    const help = Object.hasOwn(VERBS, name) ? `emrdm ${name} --help` : "emrdm --help";
    const see = error instanceof UsageError ? `\nSee ${help}` : "";
    if (error instanceof Failure && rest.includes("--json")) {
      streams.out(JSON.stringify(error.json));
    }
    const prefix = error instanceof Failure ? "" : `emrdm ${name}: `;
    streams.err(`${prefix}${messageOf(error)}${see}${trace}`);
    return codeOf(error);
  }
}
