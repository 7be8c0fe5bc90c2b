/**
 * The command line: finds the verb, reads its flags, prints its result.
 *
 * @module
 */

import { InputError, OutputError } from "../core/mod.ts";
import { type Command, type Context, Failure, flagLines, type Result } from "./command.ts";
import { choice, flagValues, readFlags, texts, toggle, UsageError } from "./flags.ts";
import type { PluginRegistry } from "./plugins.ts";
import { Interrupted } from "./interrupt.ts";
import { terminalProgress } from "./progress.ts";
import { VERSION } from "./version.ts";

/** Where a verb is; it is loaded when it is called. */
interface Verb {
  readonly summary: string;
  // deno-lint-ignore no-explicit-any -- each verb has flags of its own.
  readonly load: () => Promise<Command<any>>;
}

const VERBS: Readonly<Record<string, Verb>> = {
  restore: {
    summary: "remove the clouds of one or more dated GeoTIFFs",
    load: async () => (await import("./restore.ts")).restore,
  },
  join: {
    summary: "put the shards of a restored scene together",
    load: async () => (await import("./join.ts")).join,
  },
  train: {
    summary: "train a model as an experiment file says",
    load: async () => (await import("./train.ts")).train,
  },
  experiment: {
    summary: "run a study of the paper, or experiment files side by side",
    load: async () => (await import("./experiment.ts")).experiment,
  },
  data: {
    summary: "check that the files of a dataset are all there and sound",
    load: async () => (await import("./data.ts")).data,
  },
  evaluate: {
    summary: "score restored images beside simple baselines",
    load: async () => (await import("./evaluate.ts")).evaluate,
  },
  report: {
    summary: "restore a scene and show everything about it in one HTML file",
    load: async () => (await import("./report.ts")).report,
  },
  convert: {
    summary: "turn the authors' checkpoints into model files, and back to their names",
    load: async () => (await import("./convert.ts")).convert,
  },
  export: {
    summary: "write a model as an ONNX file that onnxruntime runs",
    load: async () => (await import("./export.ts")).exportCommand,
  },
  inspect: {
    summary: "show what a model file or checkpoint holds, or list the modules",
    load: async () => (await import("./inspect.ts")).inspect,
  },
  synth: {
    summary: "paint clouds over clear rasters or over made-up scenes",
    load: async () => (await import("./synth.ts")).synth,
  },
  demo: {
    summary: "make a scene, cloud it, restore it and score the result",
    load: async () => (await import("./demo.ts")).demo,
  },
  bench: {
    summary: "time a small network on the engines of this machine",
    load: async () => (await import("./bench.ts")).bench,
  },
};

const COMMON = {
  engine: choice("What computes (default auto)", ["auto", "webgpu", "native", "wasm", "cpu"]),
  float16: toggle("On webgpu, multiply in float16 where the GPU can (restoring, not training)"),
  plugin: texts("Module at a URL or path whose default export adds to the registry", "URL"),
  json: toggle("Print the result as JSON"),
  debug: toggle("Name the op behind a WebGPU error; print stack traces"),
  help: toggle("Show this help"),
} as const;

/** Where the command line prints. */
export interface Streams {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

const CONSOLE: Streams = { out: console.log, err: console.error };

function overview(): string {
  const width = Math.max(...Object.keys(VERBS).map((name) => name.length));
  const verbs = Object.entries(VERBS)
    .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    `emrdm ${VERSION}: mean-reverting diffusion that removes clouds from satellite images`,
    "",
    "Usage: emrdm <command> [flags]",
    "",
    ...verbs,
    "",
    "emrdm <command> --help tells more; emrdm --version prints the version.",
    "",
    "Exit codes: 0 done, 1 failed, 2 the call was wrong, 3 an input cannot be read or does not fit,",
    "4 an output cannot be written, 130 stopped by Ctrl-C.",
  ].join("\n");
}

function helpOf(
  name: string,
  { summary, operands, details, flags, moduleFlags, examples }: Command,
  { registry }: PluginRegistry,
): string {
  const usage = ["emrdm", name, operands, "[flags]"].filter((part) => part !== "").join(" ");
  return [
    `emrdm ${name}: ${summary}`,
    "",
    `Usage: ${usage}`,
    ...(details === undefined ? [] : ["", details]),
    ...(Object.keys(flags).length === 0 ? [] : ["", "Flags:", flagLines(flags)]),
    ...(moduleFlags === undefined ? [] : ["", moduleFlags.help(registry)]),
    "",
    "Flags of every command:",
    flagLines(COMMON),
    "",
    "Examples:",
    ...examples.map((example) => `  emrdm ${example}`),
  ].join("\n");
}

/** How an error reads. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function runVerb(
  name: string,
  args: readonly string[],
  streams: Streams,
): Promise<Result & { readonly lines: boolean }> {
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined) {
    const known = Object.keys(VERBS).join(", ");
    throw new UsageError(`${name} is not a known command (known: ${known})`);
  }
  const loaded = await verb.load();
  const plugins = async (given: readonly string[]) =>
    await (await import("./plugins.ts")).loadPlugins(given);
  // Plugins are imported before the call is checked only where they decide which flags there are.
  const { moduleFlags } = loaded;
  const early = moduleFlags && await plugins(flagValues(args, "plugin"));
  const { values, operands } = readFlags(args, {
    ...(early && moduleFlags?.of(early.registry)),
    ...loaded.flags,
    ...COMMON,
  });
  if (values.help) {
    const text = helpOf(name, loaded, early ?? await plugins([]));
    return { text, json: { help: text }, lines: false };
  }
  let lines = false;
  const { engine, float16, plugin, debug } = values as {
    engine?: "auto" | "webgpu" | "native" | "wasm" | "cpu";
    float16: boolean;
    plugin: readonly string[];
    debug: boolean;
  };
  const context: Context = {
    operands,
    ...early ?? await plugins(plugin),
    engine: async (without) => {
      const { useEngine } = await import("../engine/mod.ts");
      return await useEngine(engine, { debug, float16, without, log: streams.err });
    },
    float16,
    automatic: engine === undefined || engine === "auto",
    log: streams.err,
    print(json, text) {
      lines = true;
      streams.out(args.includes("--json") ? JSON.stringify(json) : text);
    },
    progress: terminalProgress,
  };
  return { ...await loaded.run(values, context), lines };
}

/** The exit code that says what kind of error it was. */
function codeOf(error: unknown): number {
  if (error instanceof UsageError) return 2;
  if (error instanceof Interrupted) return 130;
  if (error instanceof InputError) return 3;
  if (error instanceof OutputError) return 4;
  // Numbers out of range come from flags; the engine's own do not begin so.
  if (error instanceof RangeError && error.message.startsWith("Cannot ")) return 2;
  return 1;
}

/**
 * Runs the command line.
 *
 * @param args Arguments without the program's name.
 * @returns The exit code: 0 done, 1 failed, 2 the call was wrong, 3 an input cannot be read or does
 *   not fit, 4 an output cannot be written, 130 stopped by Ctrl-C.
 */
export async function main(args: readonly string[], streams: Streams = CONSOLE): Promise<number> {
  const [name, ...rest] = args;
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
    // After lines of JSON, one more of them.
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
