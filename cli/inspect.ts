/**
 * `emrdm inspect`: shows the contents of a model file or checkpoint, or lists the modules.
 *
 * @module
 */

import {
  readWeightsFile,
  sharedPrefix,
  type StoredTensors,
  type WeightsFile,
} from "../checkpoints/mod.ts";
import type { Catalog, Registry } from "../core/mod.ts";
import { AXES, type ModelCard } from "../model/mod.ts";
import { command, type Context, operandsOf, type Result } from "./command.ts";
import { choice, toggle } from "./flags.ts";
import { table } from "./table.ts";

function countElements(tensors: StoredTensors): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
}

/** Options of a module as `alpha=3 …`, with lists and objects as JSON. */
function optionsOf(module: Readonly<Record<string, unknown>>): string {
  return Object.entries(module)
    .filter(([key]) => key !== "type")
    .map(([key, value]) => `${key}=${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(" ");
}

/** A value for all bands, or one per band. */
function show(value: number | readonly number[]): string {
  return typeof value === "number" ? `${value}` : `(${value.join(" ")})`;
}

function cardLines(card: ModelCard): string[] {
  const { bands, scaling, condition, residual, modules, training } = card;
  const names = (list: ModelCard["bands"]) =>
    list.map(({ name, unit }) => `${name} (${unit})`).join(", ");
  const units = [...new Set(bands.map(({ unit }) => unit))];
  return [
    `name         ${card.name}`,
    `description  ${card.description}`,
    `licence      ${card.licence}`,
    `bands        ${names(bands)}`,
    `scaling      [${show(scaling.low)}, ${show(scaling.high)}]${
      units.length === 1 ? ` ${units[0]}` : ""
    } to [-1, 1]${scaling.clip ? ", clipped" : ""}`,
    `condition    ${condition.order.join(", ") || "none"}`,
    ...(residual === undefined
      ? []
      : [`residual     in expected errors of ${residual.least} to ${residual.most}`]),
    ...(condition.auxiliary.length > 0 ? [`auxiliary    ${names(condition.auxiliary)}`] : []),
    `tile size    ${card.tileSize} pixels`,
    `dates        ${card.length}`,
    `steps        ${card.steps}`,
    ...[...AXES, "mean" as const].flatMap((axis) => {
      const module = modules[axis];
      return module === undefined
        ? []
        : [`${axis.padEnd(12)} ${module.type} ${optionsOf(module)}`.trimEnd()];
    }),
    ...Object.entries(training).map(([key, value]) => `training     ${key}: ${value}`),
  ];
}

function describe(path: string, { kind, card, tensors, facts }: WeightsFile, all: boolean): Result {
  const rows = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const known = Object.entries(facts);
  const prefix = rows.length > 1 ? sharedPrefix(rows.map(({ name }) => name)) : "";
  const lines = [
    `${path}: ${kind}, ${rows.length} tensors, ${countElements(tensors)} values`,
    ...known.map(([key, value]) => `${key.padEnd(12)} ${value}`),
    ...(prefix === "" ? [] : [`prefix       ${prefix} of all names, left out on loading`]),
    ...(card === undefined ? [] : cardLines(card)),
    ...(all
      ? [table(rows.map(({ name, dtype, shape }) => [name, dtype, `[${shape.join(", ")}]`]))]
      : []),
  ];
  const json = {
    file: path,
    kind,
    ...Object.fromEntries(known),
    ...(prefix === "" ? {} : { prefix }),
    card: card ?? null,
    tensors: rows,
  };
  return { text: lines.join("\n"), json };
}

/** The modules of the registry with their summaries and defaults. */
function listModules({ registry }: Context): Result {
  const reader: Registry<Catalog> = registry;
  const kinds = reader.kinds().map((kind) => {
    const entries = Object.entries(reader.entries(kind));
    const modules = entries.map(([type, { summary, checks, defaults }]) => ({
      type,
      summary,
      options: Object.keys(checks),
      defaults,
    }));
    return { kind, modules };
  });
  const lines = kinds.flatMap(({ kind, modules }) => [
    `${kind}:`,
    ...modules.flatMap(({ type, summary, options, defaults }) => [
      `  ${type}: ${summary}`,
      ...(options.length === 0 ? [] : [`    ${shownOptions(options, defaults)}`]),
    ]),
  ]);
  return {
    text: lines.join("\n"),
    json: Object.fromEntries(kinds.map((k) => [k.kind, k.modules])),
  };
}

function shownOptions(options: readonly string[], defaults: Readonly<Record<string, unknown>>) {
  return options.map((name) => {
    const value = defaults[name];
    if (value === undefined) return name;
    return `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`;
  }).join(" ");
}

/** `emrdm inspect`. */
export const inspect = command({
  operands: "<file>",
  details:
    "Shows the model card and the tensors of a model file, safetensors file or checkpoint. " +
    "Nothing in a checkpoint is executed.",
  flags: {
    modules: toggle("List all modules of the registry with their options, instead of a file."),
    tensors: toggle("List all tensors."),
    weights: choice("Weights of a checkpoint: moving average, or last. Default: raw.", [
      "ema",
      "raw",
    ]),
  },
  examples: ["inspect weights/s2-temporal.safetensors", "inspect --modules --json"],
  // deno-lint-ignore require-await -- every command is asynchronous.
  async run({ modules, tensors, weights = "raw" }, context) {
    if (modules) {
      operandsOf(context, { min: 0, what: "no file next to --modules" });
      return listModules(context);
    }
    const [path] = operandsOf(context, { min: 1, what: "one file" });
    return describe(path!, readWeightsFile(path!, { weights }), tensors);
  },
});
