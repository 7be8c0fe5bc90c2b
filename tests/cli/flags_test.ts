import { assertEquals, assertThrows } from "@std/assert";
import {
  choice,
  count,
  flagValues,
  number,
  numbers,
  readFlags,
  text,
  texts,
  toggle,
  UsageError,
  words,
} from "../../cli/flags.ts";

const FLAGS = {
  name: text("Name"),
  sChurn: number("Churn", { min: 0, max: 10 }),
  steps: count("Steps", { min: 1 }),
  mode: choice("Mode", ["a", "b"]),
  plugin: texts("Plugins"),
  bands: words("Bands"),
  force: toggle("Force"),
} as const;

function refuses(args: readonly string[], message: string): void {
  assertThrows(() => readFlags(args, FLAGS), UsageError, message);
}

Deno.test("readFlags() gives every flag its type and keeps operands as strings", () => {
  const { values, operands } = readFlags(
    "in.tif --name=x --s-churn 2.5 --steps 3 --mode b --plugin p --plugin q --bands B02,B03 --force 7"
      .split(" "),
    FLAGS,
  );
  assertEquals(values, {
    name: "x",
    sChurn: 2.5,
    steps: 3,
    mode: "b",
    plugin: ["p", "q"],
    bands: ["B02", "B03"],
    force: true,
  });
  assertEquals(operands, ["in.tif", "7"]);
});

Deno.test("readFlags() takes everything after -- as operands", () => {
  const { values, operands } = readFlags(["--force", "--", "--name", "-x.tif"], FLAGS);
  assertEquals([values.force, values.name, operands], [true, undefined, ["--name", "-x.tif"]]);
});

Deno.test("readFlags() reads --flag=false of a flag without value as absent", () => {
  assertEquals(readFlags(["--force=false"], FLAGS).values.force, false);
  assertEquals(readFlags(["--force=true"], FLAGS).values.force, true);
});

Deno.test("flagValues() finds one flag among unknown ones", () => {
  const args = ["a", "--other", "x", "--plugin=p", "--plugin", "q", "--", "--plugin", "r"];
  assertEquals(flagValues(args, "plugin"), ["p", "q"]);
});

Deno.test("readFlags() reads absent flags as undefined, empty or false", () => {
  const { values } = readFlags([], FLAGS);
  assertEquals([values.name, values.steps, values.plugin, values.force], [
    undefined,
    undefined,
    [],
    false,
  ]);
});

Deno.test("readFlags() refuses unknown flags and names the most similar one, or all", () => {
  refuses(["--nmae", "x"], "--nmae is not a known flag; did you mean --name?");
  refuses(["--stpes=3"], "--stpes is not a known flag; did you mean --steps?");
  refuses(["--colour"], "--colour is not a known flag (known: --name, --s-churn");
  refuses(["-x"], "-x is not a known flag");
});

Deno.test("readFlags() refuses values that are missing, repeated or out of bounds", () => {
  refuses(["--name"], "--name needs a value");
  refuses(["--name", "a", "--name", "b"], "--name must be given once");
  refuses(["--s-churn", "11"], "--s-churn must be a number ≥ 0 and ≤ 10, got 11");
  refuses(["--s-churn", "1e"], "got 1e");
  refuses(["--steps", "1.5"], "--steps must be an integer ≥ 1, got 1.5");
  refuses(["--steps=-1"], "got -1");
  refuses(["--mode", "c"], "--mode must be one of a, b, got c");
});

Deno.test("readFlags() reads negative numbers as values, with and without =", () => {
  const flags = { offset: text("an offset"), box: numbers("a box"), dry: toggle("dry") };
  const { values, operands } = readFlags(
    ["a.tif", "--offset", "-1000", "--box", "-1.5,2,-.5,3", "--dry", "b.tif"],
    flags,
  );
  assertEquals(values, { offset: "-1000", box: [-1.5, 2, -0.5, 3], dry: true });
  assertEquals(operands, ["a.tif", "b.tif"]);
  assertEquals(readFlags(["--offset=-1"], flags).values.offset, "-1");
  assertThrows(() => readFlags(["--offset", "--dry"], flags), UsageError, "needs a value");
});
