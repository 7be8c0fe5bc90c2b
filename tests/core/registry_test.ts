import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { type Entry, number, OptionsError, Registry, string } from "../../core/mod.ts";

interface Line {
  at(t: number): number;
}

const slope: Entry<{ readonly rate?: number }, Line> = {
  summary: "a line through 0",
  create: ({ rate = 2 }) => ({ at: (t) => rate * t }),
  checks: { rate: number({ above: 0 }) },
  defaults: { rate: 2 },
};

const offset: Entry<{ readonly height: number }, Line> = {
  summary: "a level line",
  create: ({ height }) => {
    if (height > 9) throw new RangeError("Cannot draw a line: height must be ≤ 9, got " + height);
    return { at: () => height };
  },
  checks: { height: number() },
  defaults: {},
};

const word: Entry<{ readonly text?: string }, string> = {
  summary: "a word",
  create: ({ text = "" }) => text,
  checks: { text: string },
  defaults: { text: "" },
};

const registry = new Registry({ line: { slope } });

Deno.test("Registry.create() builds a module of the entry's type from checked options", () => {
  const line: Line = registry.create("line", { type: "slope", rate: 3 });
  assertEquals(line.at(2), 6);
  assertEquals(registry.create("line", { type: "slope" }).at(2), 4);
  const error = assertThrows(
    () => registry.create("line", { type: "slope", rate: -1 }, "$.model.line"),
    OptionsError,
  );
  assertEquals(error.path, "$.model.line.rate");
});

Deno.test("Registry.create() is typed by kind, type and options", () => {
  const grown = registry.with({ line: { offset }, word: { word } });
  const text: string = grown.create("word", { type: "word", text: "a" });
  const line: Line = grown.create("line", { type: "offset", height: 4 });
  assertEquals([text, line.at(0)], ["a", 4]);
  // @ts-expect-error: the option must be a number.
  assertThrows(() => grown.create("line", { type: "offset", height: "4" }), OptionsError);
  // @ts-expect-error: the type does not exist.
  assertThrows(() => grown.create("line", { type: "curve" }), OptionsError);
  // @ts-expect-error: the kind does not exist.
  assertThrows(() => grown.create("plane", { type: "flat" }), OptionsError);
});

Deno.test("Registry.with() leaves the registry and the plugin as they are", () => {
  const plugin = { line: { offset } };
  const grown = registry.with(plugin);
  assertEquals(Object.keys(grown.entries("line")), ["slope", "offset"]);
  assertEquals(Object.keys(registry.entries("line")), ["slope"]);
  assertEquals(Object.keys(plugin.line), ["offset"]);
  assertEquals(registry.kinds(), ["line"]);
  assertEquals(registry.with({ word: { word } }).kinds(), ["line", "word"]);
});

Deno.test("Registry.with() refuses a name that is taken, also by another plugin", () => {
  const error = assertThrows(() => registry.with({ line: { slope } }), OptionsError);
  assertEquals(error.path, "$.line.slope");
  const grown = registry.with({ line: { offset } });
  assertThrows(() => grown.with({ line: { offset } }), OptionsError, "already registered");
});

Deno.test("Registry.read() completes the options and is idempotent", () => {
  const config = registry.read("line", { type: "slope" });
  assertEquals(config, { type: "slope", rate: 2 });
  assertEquals(registry.read("line", JSON.parse(JSON.stringify(config))), config);
});

Deno.test("Registry.read() lists what is known when a type or an option is unknown", () => {
  const grown = registry.with({ line: { offset } });
  const type = assertThrows(() => grown.read("line", { type: "curve" }), OptionsError);
  assertEquals(type.path, "$.line.type");
  assertStringIncludes(type.message, `"curve" is not a known line (known: slope, offset)`);
  const option = assertThrows(
    () => grown.read("line", { type: "slope", steep: 1 }, "$.model.line"),
    OptionsError,
  );
  assertEquals(option.path, "$.model.line.steep");
  assertStringIncludes(option.message, "known: rate");
});

Deno.test("Registry.read() refuses what names no module", () => {
  for (const value of [null, "slope", [], 3]) {
    assertThrows(() => registry.read("line", value), OptionsError, `an object with a "type"`);
  }
  assertThrows(() => registry.read("line", {}), OptionsError, "$.line.type: must name a module");
  assertThrows(() => registry.read("line", { type: "toString" }), OptionsError, "not a known line");
});

Deno.test("Registry.entries() lists the kinds when a kind is unknown", () => {
  const error = assertThrows(() => registry.entries("plane" as "line"), OptionsError);
  assertStringIncludes(error.message, "(known: line)");
});

Deno.test("Registry.create() gives a factory's RangeError the path of the module", () => {
  const grown = registry.with({ line: { offset } });
  const error = assertThrows(() => grown.create("line", { type: "offset", height: 10 }, "$.l"));
  assertInstanceOf(error, OptionsError);
  assertEquals(error.message, "$.l: Cannot draw a line: height must be ≤ 9, got 10");
});
