/** Random changes of JSON that keep it JSON: values, keys and their nesting. */

import type { Draws } from "./draws.ts";
import { INTEGERS } from "./mutate_bytes.ts";
import { mutateWords } from "./mutate_text.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const STRANGE: readonly Json[] = [
  ...[null, true, false, "", "x", " ", -1, -0, 0.5, 1e308, -1e308, 1e-320, [], {}, [[]], [{}], [
    null,
  ]],
  ...[
    { type: "x" },
    { type: null },
    { type: "__proto__" },
    { type: "constructor" },
    "\0",
    "ü",
    "../..",
  ],
  ...["NaN", "file://host/x.json", "file:///", "http://[", "a://b", "%", "x".repeat(5000)],
];
const KEYS: readonly string[] = [
  ...[
    "",
    "type",
    "__proto__",
    "constructor",
    "toString",
    "length",
    "0",
    "extends",
    "model",
    "data",
  ],
  ...["hasOwnProperty", "then", "toJSON", "path", "root", "file"],
];

function strange(draws: Draws): Json {
  if (draws.chance(0.4)) return draws.pick(INTEGERS);
  if (draws.chance(0.05)) {
    let value: Json = 1;
    for (let depth = draws.pick([10, 50, 200]); depth > 0; depth--) {
      value = draws.chance(0.5) ? [value] : { x: value };
    }
    return value;
  }
  return structuredClone(draws.pick(STRANGE));
}

/** Every object and list of a value that holds others. */
function containers(value: Json, found: (Json[] | { [key: string]: Json })[] = []) {
  if (typeof value !== "object" || value === null || found.length > 2000) return found;
  if (Object.keys(value).length > 0) found.push(value);
  for (const item of Object.values(value)) containers(item, found);
  return found;
}

/** Sets a key, also "__proto__", as JSON.parse() does. */
function put(target: object, key: string, value: Json): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function changed(value: Json, draws: Draws): Json {
  if (typeof value === "number" && draws.chance(0.5)) {
    return draws.pick([
      value + 1,
      value - 1,
      -value,
      value * 2,
      value / 3,
      value * 1e6,
      Math.fround(value) + 1e-9,
    ]);
  }
  if (typeof value === "string" && draws.chance(0.6)) return mutateWords(value, draws);
  if (Array.isArray(value) && draws.chance(0.6)) {
    return draws.pick([
      value.slice(1),
      [...value, ...value],
      [...value, null],
      value.toReversed(),
      value.slice(0, 1),
    ]);
  }
  return strange(draws);
}

/** Changes JSON in one to three places. */
export function mutateJson(value: Json, draws: Draws): Json {
  const out = structuredClone(value);
  for (let left = 1 + draws.below(3); left > 0; left--) {
    const all = containers(out);
    if (all.length === 0) return strange(draws);
    const target = draws.pick(all);
    const keys = Object.keys(target);
    const key = draws.pick(keys);
    const item = (target as Record<string, Json>)[key]!;
    const way = draws.below(10);
    if (way < 6) put(target, key, changed(item, draws));
    else if (way === 6 && !Array.isArray(target)) delete target[key];
    else if (way === 7 && !Array.isArray(target)) put(target, draws.pick(KEYS), strange(draws));
    else if (way === 8 && !Array.isArray(target)) {
      put(target, draws.pick(KEYS), structuredClone(item));
    } else {
      const other = draws.pick(all);
      put(target, key, structuredClone(draws.pick(Object.values(other))));
    }
  }
  return out;
}

/** The text of JSON. */
export function jsonText(value: Json): string {
  return JSON.stringify(value);
}

/** Replaces a value in the text of JSON by lists or objects that are nested deeply. */
export function deepened(text: string, draws: Draws): string {
  const depth = draws.pick([500, 5000, 100_000]);
  const deep = draws.chance(0.5)
    ? "[".repeat(depth) + "]".repeat(depth)
    : '{"a":'.repeat(depth) + "1" + "}".repeat(depth);
  const places = [...text.matchAll(/(?<=[:[,])(?:-?[\d.]+|"[^"]*"|true|false|null)(?=[,\]}])/g)];
  if (places.length === 0) return deep;
  const { 0: old, index } = draws.pick(places);
  return text.slice(0, index) + deep + text.slice(index + old.length);
}
