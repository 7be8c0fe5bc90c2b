/** Mistakes in files that a command reads: the message names the file, and the exit code is 3. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { readConfigJson } from "../../files/mod.ts";
import { emrdm, inFolder } from "./run.ts";

const MODULE_HINT = "if a plugin has it, name the plugin with --plugin";

/** Calls with a file of this content, in a folder with the base `base.json`. */
async function says(
  json: string,
  call: (file: string) => readonly string[],
  wanted: readonly string[],
): Promise<void> {
  await inFolder(async (folder) => {
    const file = `${folder}/mine.json`;
    await Deno.writeTextFile(file, json);
    const base = { step: 1 };
    await Deno.writeTextFile(`${folder}/base.json`, JSON.stringify(base));
    const { code, err } = await emrdm(...call(file));
    assertEquals(code, 3, err);
    for (const part of wanted) assertStringIncludes(err, part.replaceAll("@", folder));
  });
}

const train = (file: string) => ["train", file, "--out", `${file}.run`];
const withSet = (file: string) => [...train(file), "--set", "steps=2"];
const check = (file: string) => ["data", "check", file];
const evaluate = (file: string) => ["evaluate", file];
const experiment = (file: string) => ["experiment", file, "--dry-run"];

for (const [name, call] of Object.entries({ train, withSet, check, evaluate, experiment })) {
  Deno.test(`${name}: a file that is not JSON is named`, () =>
    says("{", call, ["Cannot use @/mine.json: ", "@/mine.json must be JSON"]));
}

for (const [name, call] of Object.entries({ train, withSet, check })) {
  Deno.test(`${name}: a wrong option names the experiment and what it extends`, () =>
    says('{ "extends": "base.json" }', call, [
      "Cannot use @/mine.json (extends base.json): $.step: is not a known option",
    ]));
}

Deno.test("evaluate: an unknown dataset names the file and --plugin", () =>
  says('{ "type": "sites" }', evaluate, [
    'Cannot use @/mine.json: $.type: "sites" is not a known dataset',
    MODULE_HINT,
  ]));

Deno.test("data check and restore point to --plugin where a type is unknown", async () => {
  const data = await emrdm("data", "check", "--type", "sites", "--root", "x");
  assertEquals(data.code, 2);
  assertStringIncludes(data.err, MODULE_HINT);
});

Deno.test("a dataset at a missing relative path says where that is", () =>
  says('{ "type": "folder", "root": "no/such" }', evaluate, [
    "paths of data are relative to the working folder: no/such is ",
    `${Deno.cwd()}/no/such`,
  ]));

Deno.test("a plugin that cannot be used is named, with the reason", () =>
  inFolder(async (folder) => {
    const call = async (source: string) => {
      const { code, err } = await emrdm("inspect", "--modules", "--plugin", source);
      assertEquals(code, 3, err);
      return err;
    };
    const missing = await call(`${folder}/none.ts`);
    assertStringIncludes(
      missing,
      `Cannot use plugin file://${folder}/none.ts: the file must exist`,
    );
    await Deno.writeTextFile(`${folder}/bad.ts`, 'import "./none.ts"; export default {};');
    const broken = await call(`${folder}/bad.ts`);
    assertStringIncludes(broken, `Cannot use plugin file://${folder}/bad.ts: it must load, got `);
    assertStringIncludes(broken, "none.ts");
    await Deno.writeTextFile(`${folder}/kinds.ts`, "export default { schedules: {} };");
    const kinds = await call(`${folder}/kinds.ts`);
    assertStringIncludes(kinds, "kinds.ts: $.schedules: is not a known kind");
  }));

Deno.test("a chain of files that extend each other is named in order, and read once", () =>
  inFolder(async (folder) => {
    const write = (name: string, json: unknown) =>
      Deno.writeTextFile(`${folder}/${name}.json`, JSON.stringify(json));
    await write("base", { step: 1 });
    await write("middle", { extends: "base.json" });
    await write("mine", { extends: "middle.json" });
    const read: string[] = [];
    await readConfigJson(`${folder}/mine.json`, { onExtends: (base) => void read.push(base) });
    assertEquals(read, ["middle.json", "base.json"]);
    const { code, err } = await emrdm(...train(`${folder}/mine.json`));
    assertEquals(code, 3);
    assertStringIncludes(
      err,
      `Cannot use ${folder}/mine.json (extends middle.json, then base.json): $.step: `,
    );
  }));
