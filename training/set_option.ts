/**
 * Changes of single options of an experiment, such as `--set optimizer.learningRate=0.001`.
 *
 * @module
 */

import { OptionsError, parseJson, show } from "../core/mod.ts";

type Json = Readonly<Record<string, unknown>>;

/** Parses JSON; a string that is not JSON stands for itself, so that paths need no quotes. */
function valueOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** Returns a copy of a list with one item changed. */
function withItem(
  items: readonly unknown[],
  { key, path, change }: {
    readonly key: string;
    readonly path: string;
    readonly change: (item: unknown) => unknown;
  },
): readonly unknown[] {
  const index = /^\d+$/.test(key) ? Number(key) : NaN;
  if (!(index < items.length)) {
    const most = items.length - 1;
    throw new OptionsError(path, `must be an item of the list, 0 to ${most}, got ${key}`);
  }
  return items.map((item, i) => i === index ? change(item) : item);
}

function set(target: unknown, keys: readonly string[], value: unknown, path: string): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const inner = `${path}.${key}`;
  const change = (item: unknown) => set(item, rest, value, inner);
  if (Array.isArray(target)) return withItem(target, { key, path: inner, change });
  if (target !== undefined && (typeof target !== "object" || target === null)) {
    throw new OptionsError(inner, `is not an option: ${path} is ${show(target)}`);
  }
  const given = (target ?? {}) as Json;
  return { ...given, [key]: change(Object.hasOwn(given, key) ? given[key] : undefined) };
}

/**
 * Returns a copy of an experiment with one option changed. Missing objects on the path are created;
 * {@linkcode parseExperiment} and {@linkcode createModel} check that the option exists.
 *
 * @param experiment As JSON.
 * @param assignment `path=value`. The path joins keys and list indices with dots; the value is JSON
 *   or a string without quotes.
 * @throws {OptionsError} If the assignment has no path or no value, or the path leads into a value
 *   that is not an object.
 *
 * @example
 * ```ts
 * import { setOption } from "./set_option.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const experiment = { model: { steps: 5 }, optimizer: { learningRate: 1e-4 } };
 * assertEquals(setOption(experiment, "model.steps=2"), { ...experiment, model: { steps: 2 } });
 * ```
 */
export function setOption(experiment: unknown, assignment: string): unknown {
  const at = assignment.indexOf("=");
  const keys = assignment.slice(0, Math.max(at, 0)).split(".");
  if (at < 0 || keys.includes("")) {
    throw new OptionsError(
      "$",
      `must be changed by path=value, such as optimizer.learningRate=0.001, got ${assignment}`,
    );
  }
  return set(experiment, keys, valueOf(assignment.slice(at + 1)), "$");
}
