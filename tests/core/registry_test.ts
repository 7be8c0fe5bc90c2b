import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { builtins } from "../../builtins.ts";
import {
  type Catalog,
  type Entry,
  type EntryHead,
  number,
  OptionsError,
  Registry,
  string,
} from "../../core/mod.ts";

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

/** Entry of a kind whose modules are opened, not created. */
interface Shelf<Options> extends EntryHead<Options> {
  readonly list: (options: Options) => readonly string[];
  readonly open: (options: Options, name: string) => number;
}

const shelf: Shelf<{ readonly root: string; readonly depth?: number }> = {
  summary: "a shelf",
  list: ({ root, depth = 1 }) => [`${root}/${depth}`],
  open: (_options, name) => name.length,
  checks: { root: string, depth: number({ min: 1 }) },
  defaults: { depth: 1 },
};

const registry = new Registry({ line: { slope } });
/** The same for a catalog that is only known at run time, as from `--plugin`. */
const loose = new Registry<Catalog>({ line: { slope } });

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
  const grown = new Registry({ line: { slope }, word: {} })
    .with({ line: { offset }, word: { word } });
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
  const two = new Registry({ line: { slope }, word: {} });
  assertEquals(two.with({ word: { word } }).kinds(), ["line", "word"]);
  assertEquals(two.with({ word: { word } }).entries("word").word, word);
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

Deno.test("Registry.with() refuses an unknown kind and suggests the one that is meant", () => {
  // @ts-expect-error: the kind does not exist.
  const plural = assertThrows(() => builtins.with({ samplers: {} }), OptionsError);
  assertEquals(
    plural.message,
    '$.samplers: is not a known kind; did you mean "sampler"? ' +
      `(known: ${builtins.kinds().join(", ")})`,
  );
  // @ts-expect-error: one of the kinds does not exist.
  const second = assertThrows(() => registry.with({ line: { offset }, plane: {} }), OptionsError);
  assertEquals(second.message, "$.plane: is not a known kind (known: line)");
  for (const kind of ["constructor", "toString"]) {
    const catalog: Catalog = { [kind]: {} };
    assertThrows(() => loose.with(catalog), OptionsError, `$.${kind}: is not a known`);
  }
});

Deno.test("Registry.read() suggests the type that is meant", () => {
  const error = assertThrows(() => registry.read("line", { type: "slop" }), OptionsError);
  assertEquals(
    error.message,
    '$.line.type: "slop" is not a known line; did you mean "slope"? (known: slope)',
  );
});

Deno.test("a registry refuses an incomplete entry and names the part", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [
      undefined,
      "$.line.bad: must be an entry { summary, checks, defaults, create }, got undefined",
    ],
    [offset.create, "$.line.bad: must be an entry"],
    [{ ...offset, summary: undefined }, "$.line.bad.summary: must be a sentence, got undefined"],
    [{ ...offset, summary: "" }, '$.line.bad.summary: must be a sentence, got ""'],
    [{ ...offset, create: undefined }, "$.line.bad.create: must be a function, got undefined"],
    [{ ...offset, create: { at: 1 } }, "$.line.bad.create: must be a function, got an object"],
    [{ ...offset, checks: undefined }, "$.line.bad.checks: must be an object with one check per"],
    [{ ...offset, checks: [] }, "$.line.bad.checks: must be an object with one check per option"],
    [{ ...offset, checks: { height: 1 } }, "$.line.bad.checks.height: must be a function, got 1"],
    [{ ...offset, defaults: undefined }, "$.line.bad.defaults: must be an object, got undefined"],
    [{ ...offset, defaults: () => 1 }, "$.line.bad.defaults: must be an object, got a function"],
    [
      { ...offset, defaults: { widht: 1 } },
      "$.line.bad.defaults.widht: must be an option that has a check",
    ],
  ];
  for (const [entry, message] of cases) {
    const catalog = { line: { bad: entry } } as unknown as Catalog;
    assertThrows(() => new Registry(catalog), OptionsError, message);
    assertThrows(() => loose.with(catalog), OptionsError, message);
  }
  for (const entries of [undefined, null, [slope], slope.create]) {
    const catalog = { line: entries } as unknown as Catalog;
    assertThrows(() => new Registry(catalog), OptionsError, "$.line: must be entries by type, got");
    assertThrows(() => loose.with(catalog), OptionsError, "$.line: must");
  }
  assertEquals(Object.keys(registry.entries("line")), ["slope"]);
});

Deno.test("Registry.with() refuses at compile time what the kind's entries are not", () => {
  const text: Entry<Record<never, never>, string> = { ...word, checks: {}, defaults: {} };
  // @ts-expect-error: a line has at(), a string has not.
  registry.with({ line: { text } });
  const { create: _, ...incomplete } = offset;
  // @ts-expect-error: create is missing.
  assertThrows(() => registry.with({ line: { incomplete } }), OptionsError, "create: must be");
});

Deno.test("a kind may have other functions than create", () => {
  const shelves = new Registry({ line: { slope }, shelf: { shelf } }, {
    functions: { shelf: ["list", "open"] },
  });
  const { type, ...options } = shelves.read("shelf", { type: "shelf", root: "a" });
  assertEquals([type, options], ["shelf", { root: "a", depth: 1 }]);
  const root: string = options.root;
  const entry = shelves.entry("shelf", type);
  const names: readonly string[] = entry.list({ root });
  assertEquals([names, entry.open(options, "abc")], [["a/1"], 3]);
  assertThrows(
    () => shelves.create("shelf", { type: "shelf", root: "a" }),
    TypeError,
    "Cannot create a shelf: its entries must have create, got list, open",
  );
  const other = { ...shelf, open: (options: { readonly root: string }) => options.root.length };
  const grown = shelves.with({ shelf: { other } });
  assertEquals(grown.entry("shelf", "other").open({ root: "ab" }), 2);
  const { open: _, ...closed } = shelf;
  assertThrows(
    () => grown.with({ shelf: { closed } }),
    OptionsError,
    "$.shelf.closed.open: must be a function, got undefined " +
      "(an entry has summary, checks, defaults, list, open)",
  );
  assertThrows(
    () => new Registry({ shelf: { shelf } }),
    OptionsError,
    "$.shelf.shelf.create: must be a function",
  );
  // @ts-expect-error: shelves have no function of that name.
  assertThrows(() => new Registry({ shelf: { shelf } }, { functions: { shelf: ["shut"] } }));
});
