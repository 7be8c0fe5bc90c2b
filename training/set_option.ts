/**
 * Single values of an experiment from a text, as `--set optimizer.learningRate=0.001`.
 *
 * @module
 */

import { OptionsError, show } from "../core/mod.ts";

type Json = Readonly<Record<string, unknown>>;

/** What a text stands for: JSON, and itself where it is none, so that a path needs no quotes. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A copy of a list with another item. */
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
 * An experiment with one value changed. Objects on the way that are left out are made; whether the
 * option exists is for {@linkcode parseExperiment} and {@linkcode createModel} to say.
 *
 * @param experiment As JSON; it is not changed.
 * @param assignment `path=value`: keys and places in lists with dots between them, and JSON, or a
 *   text without quotes.
 * @throws {OptionsError} If the assignment has no path or no value, or leads into what is no object.
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
      `must be changed by path=value, as optimizer.learningRate=0.001, got ${assignment}`,
    );
  }
  return set(experiment, keys, valueOf(assignment.slice(at + 1)), "$");
}
