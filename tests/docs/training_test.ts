/** The document on training names every option that there is, with its default. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseExperiment } from "../../training/mod.ts";
import { tinyExperiment } from "../training/tiny.ts";

const text = await Deno.readTextFile(new URL("../../docs/training.md", import.meta.url));

/** First and second cells of the table whose head begins with a word. */
function table(head: string): ReadonlyMap<string, string> {
  const rows = text.slice(text.indexOf(`| ${head} `)).split("\n\n")[0]!.split("\n").slice(2);
  return new Map(rows.map((row) => {
    const [, key, value] = row.split("|").map((cell) => cell.trim());
    return [key!.replaceAll("`", ""), value!] as const;
  }));
}

Deno.test("docs/training.md has a row for every key of an experiment", () => {
  const error = assertThrows(() => parseExperiment({ "?": 1 }), Error);
  const known = /known: ([^)]+)/.exec(error.message)![1]!.split(", ");
  assertEquals([...table("key").keys()].sort(), known.sort());
});

Deno.test("docs/training.md states the defaults that an experiment gets", () => {
  const { model, data, steps } = tinyExperiment();
  const checked = parseExperiment({ model, data, steps }) as unknown as Record<string, unknown>;
  const rows = table("key");
  const plain = Object.entries(checked).filter(([key, value]) =>
    key !== "steps" && ["number", "boolean"].includes(typeof value)
  );
  assert(plain.length > 8);
  for (const [key, value] of plain) {
    const stated = rows.get(key)!.split(" ")[0]!;
    assertEquals(stated, value === Infinity ? "none" : String(value), key);
  }
});
