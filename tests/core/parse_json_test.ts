/** Deeply nested JSON ends in an error of its reader, not in an overflow of the stack. */

import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { CheckpointError, encodeSafetensors, loadModel } from "../../checkpoints/mod.ts";
import { InputError, OptionsError, parseJson } from "../../core/mod.ts";
import { listIndexDataset } from "../../datasets/mod.ts";
import { openScene } from "../../products/mod.ts";
import { readExperiment } from "../../training/mod.ts";
import { emrdm, inFolder } from "../cli/run.ts";

const DEEP = "[".repeat(200_000) + "]".repeat(200_000);
const DEEP_OBJECT = '{"a":'.repeat(200_000) + "1" + "}".repeat(200_000);

Deno.test("parseJson() parses as JSON.parse, up to 100 levels", () => {
  const values = ["[]", '{"a":[1,{"b":"[[["}]}', '"\\\\"', '"a\\"[["', " 1 ", '"\\u005b"'];
  for (const text of values) assertEquals(parseJson(text), JSON.parse(text));
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assertEquals(parseJson(nested(100)), JSON.parse(nested(100)));
  // Brackets inside of strings do not count.
  assertEquals(parseJson(JSON.stringify("[".repeat(500))), "[".repeat(500));
  for (const text of [nested(101), DEEP, DEEP_OBJECT]) {
    assertThrows(() => parseJson(text), SyntaxError, "at most 100 deep");
  }
  for (const text of ["", "[", "]", '"', '"\\', "{]", "nul"]) {
    assertThrows(() => parseJson(text), SyntaxError);
  }
});

Deno.test("files and flags with deeply nested JSON are refused by name", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/deep.json`;
    for (const text of [DEEP, DEEP_OBJECT, `{"stac_version": ${DEEP}}`]) {
      await Deno.writeTextFile(path, text);
      await assertRejects(() => readExperiment(path), OptionsError, "100 deep");
      await assertRejects(() => openScene(path), InputError);
      await Deno.writeTextFile(`${folder}/deep.jsonl`, `${text}\n`);
      await assertRejects(() => listIndexDataset({ file: `${folder}/deep.jsonl` }), InputError);
      const bytes = encodeSafetensors({}, { "emrdm.card": text });
      await Deno.writeFile(`${folder}/m.safetensors`, bytes);
      await assertRejects(() => loadModel(`${folder}/m.safetensors`), CheckpointError, "JSON");
    }
    const { code, err } = await emrdm("evaluate", path);
    assertEquals(code, 3, err);
    assertStringIncludes(err, "100 deep");
  });
});
