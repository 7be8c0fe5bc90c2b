/**
 * The commands of emrdm, grouped by task.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { VERSION } from "./version.ts";

/** A command that is loaded when it is called. */
export interface Verb {
  /** Summary: an imperative clause without a full stop. */
  readonly summary: string;
  // deno-lint-ignore no-explicit-any -- each command has flags of its own.
  readonly load: () => Promise<Command<any>>;
}

const GROUPS: Readonly<Record<string, Readonly<Record<string, Verb>>>> = {
  "Restore": {
    restore: {
      summary: "remove clouds from a scene, or from every scene of a manifest",
      load: async () => (await import("./restore.ts")).restore,
    },
    composite: {
      summary: "make a clear image of the dates themselves, without a model",
      load: async () => (await import("./composite.ts")).composite,
    },
    join: {
      summary: "join the shards of a restored scene into one file",
      load: async () => (await import("./join.ts")).join,
    },
    demo: {
      summary: "draw a cloudy scene, restore it and score the result",
      load: async () => (await import("./demo.ts")).demo,
    },
  },
  "Archives": {
    slurm: {
      summary: "restore the scenes of a manifest by an array job of Slurm",
      load: async () => (await import("./slurm.ts")).slurm,
    },
    enqueue: {
      summary: "add the scenes of a manifest to a queue on NATS",
      load: async () => (await import("./enqueue.ts")).enqueueCommand,
    },
    work: {
      summary: "restore the scenes of a queue, one at a time",
      load: async () => (await import("./work.ts")).workCommand,
    },
  },
  "Check": {
    report: {
      summary: "restore a scene and describe the result in one HTML file",
      load: async () => (await import("./report.ts")).report,
    },
    evaluate: {
      summary: "score restored images or models next to simple baselines",
      load: async () => (await import("./evaluate.ts")).evaluate,
    },
    bench: {
      summary: "time a network on each engine of this machine",
      load: async () => (await import("./bench.ts")).bench,
    },
  },
  "Train": {
    train: {
      summary: "train the model of an experiment file",
      load: async () => (await import("./train.ts")).train,
    },
    experiment: {
      summary: "train and compare the models of a study, or of experiment files",
      load: async () => (await import("./experiment.ts")).experiment,
    },
    data: {
      summary: "check that the files of a dataset are complete and sound",
      load: async () => (await import("./data.ts")).data,
    },
    synth: {
      summary: "make training data: synthetic clouds on clear images",
      load: async () => (await import("./synth.ts")).synth,
    },
  },
  "Model files": {
    inspect: {
      summary: "show a model file or checkpoint, or list all modules",
      load: async () => (await import("./inspect.ts")).inspect,
    },
    convert: {
      summary: "convert the authors' checkpoints to model files, and back",
      load: async () => (await import("./convert.ts")).convert,
    },
    export: {
      summary: "export a model to ONNX for onnxruntime",
      load: async () => (await import("./export.ts")).exportCommand,
    },
  },
};

/** All commands by name. */
export const VERBS: Readonly<Record<string, Verb>> = Object.assign({}, ...Object.values(GROUPS));

/** Help of the program. */
export function overview(): string {
  const width = Math.max(...Object.keys(VERBS).map((name) => name.length));
  const groups = Object.entries(GROUPS).flatMap(([heading, verbs]) => [
    `${heading}:`,
    ...Object.entries(verbs).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    "",
  ]);
  return [
    `emrdm ${VERSION}: remove clouds from satellite images by mean-reverting diffusion`,
    "",
    "Usage: emrdm <command> [flags]",
    "",
    ...groups,
    "Exit codes:",
    "  0    success",
    "  1    failure",
    "  2    wrong usage",
    "  3    an input cannot be read or does not fit",
    "  4    an output cannot be written",
    "  5    a scheduler or queue cannot be reached",
    "  130  interrupted by Ctrl-C",
    "  143  interrupted by SIGTERM",
    "",
    "emrdm <command> --help describes a command; emrdm --version prints the version.",
  ].join("\n");
}
