import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { emrdm, inFolder } from "./run.ts";

Deno.test("emrdm prints its version and an overview of its commands", async () => {
  assertEquals(await emrdm("--version"), {
    code: 0,
    out: config.version,
    err: "",
    progress: [],
  });
  const { code, out } = await emrdm("--help");
  assertEquals(code, 0);
  assertMatch(out, /^Model files:\n {2}inspect .*\n {2}convert +convert the authors' checkpoints/m);
  const nothing = await emrdm();
  assertEquals([nothing.code, nothing.out], [2, ""]);
});

/** The help of every command by its name. */
async function helps(): Promise<ReadonlyMap<string, string>> {
  const { out: overview } = await emrdm("--help");
  const names = [...overview.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name!);
  assertEquals(names.length, 17);
  const texts = new Map([["", overview]]);
  for (const name of names) {
    const { code, out, err } = await emrdm(name, "--help");
    assertEquals([code, err], [0, ""], name);
    texts.set(name, out);
  }
  return texts;
}

Deno.test("every command of emrdm has a help with flags and examples", async () => {
  for (const [name, out] of await helps()) {
    if (name === "") continue;
    assertStringIncludes(out, `Usage: emrdm ${name}`);
    assertStringIncludes(out, `Examples:\n  emrdm ${name}`);
    assertStringIncludes(out, "--engine auto|webgpu|native|wasm|cpu");
  }
});

Deno.test("every help fits a terminal of 80 columns", async () => {
  for (const [name, out] of await helps()) {
    const long = out.split("\n").filter(({ length }) => length > 80);
    assertEquals(long, [], name);
  }
});

Deno.test("the examples in every help have known flags with values", async () => {
  for (const [name, out] of await helps()) {
    if (name === "") continue;
    const [, examples] = out.replaceAll(" \\\n     ", "").split("Examples:\n");
    const calls = examples!.split("\n").map((line) => line.trim().split(" ").slice(1));
    assert(calls.length > 0);
    for (const call of calls) {
      assertEquals(call[0], name);
      // After "--" comes another command.
      const end = call.indexOf("--");
      for (const part of end < 0 ? [call] : [call.slice(0, end), call.slice(end + 1)]) {
        const { code, err } = await emrdm(...part, "--help");
        assertEquals([code, err], [0, ""], part.join(" "));
      }
    }
  }
});

Deno.test("emrdm exits with 2 at wrong usage, and names what is known", async () => {
  const wrong = [
    [["nope"], "nope is not a known command (known: restore, "],
    [["restroe"], "restroe is not a known command; did you mean restore? (known: "],
    [["inspect", "--nope"], "--nope is not a known flag (known: --modules"],
    [["inspect", "--tensor"], "--tensor is not a known flag; did you mean --tensors?"],
    [["inspect"], "expected one file, got nothing"],
    [["convert", "one.ckpt"], "expected an input and an output file, got one.ckpt"],
    [["synth"], "--out, the folder to write, is required"],
    [["evaluate", "a", "--model", "b", "--method", "c"], "--method requires restored images"],
    [["convert", "a", "b", "--to", "authors", "--preset", "cuhk"], "writes no card"],
    [["synth", "--out", "x", "--cover", "2"], "--cover must be a number ≥ 0 and ≤ 1, got 2"],
    [
      ["restore", "a.tif", "--out", "b.tif", "--sampler", "nope"],
      "is not a known sampler (known: ",
    ],
    [["restore", "a.tif", "--out", "b.tif", "--fusion", "{"], "--fusion must be a type or JSON"],
  ] as const;
  for (const [args, message] of wrong) {
    const { code, out, err } = await emrdm(...args);
    assertEquals([code, out], [2, ""], args.join(" "));
    assertStringIncludes(err, message);
    assertStringIncludes(err, "--help");
  }
});

Deno.test("emrdm exits with 1 if something fails", async () => {
  const { code, err } = await emrdm("inspect", "missing.safetensors");
  assertEquals(code, 1);
  assertStringIncludes(err, "missing.safetensors");
});

Deno.test("emrdm --plugin adds modules to the registry that commands see", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/plugin.ts`;
    const entry = `const entry = { summary: "x", create: () => ({}), checks: {}, defaults: {} };`;
    await Deno.writeTextFile(path, `${entry} export default { schedule: { mine: entry } };`);
    const { code, out } = await emrdm("inspect", "--modules", "--json", "--plugin", path);
    assertEquals(code, 0);
    const kinds: Record<string, { type: string }[]> = JSON.parse(out);
    assertEquals(kinds.schedule?.map(({ type }) => type).slice(-1), ["mine"]);
    assert(kinds.schedule!.some(({ type }) => type === "rational"));
    await Deno.writeTextFile(path, `${entry} export default { schedules: { own: entry } };`);
    const plural = await emrdm("inspect", "--modules", "--plugin", `file://${path}?1`);
    assertEquals(plural.code, 3);
    assertStringIncludes(
      plural.err,
      '$.schedules: is not a known kind; did you mean "schedule"? (known: schedule, ',
    );
    await Deno.writeTextFile(path, "export const nothing = 1;");
    const bad = await emrdm("inspect", "--modules", "--plugin", `file://${path}?2`);
    assertEquals(bad.code, 3);
    assertStringIncludes(bad.err, "its default export must be a catalog");
  });
});
