/** The records of a run name addresses without their secrets. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { writeJson } from "../../training/environment.ts";

Deno.test("writeJson() leaves out query strings and passwords, and stays JSON", async () => {
  const path = await Deno.makeTempFile();
  const value = {
    arguments: ["train", "https://me:SECRET@host/experiment.json?sig=SECRET"],
    initialWeights: "https://host/a.safetensors?se=2026&sig=SECRET",
    none: Infinity,
    text: 'a "quoted" https://h/b?SECRET',
  };
  await writeJson(path, value);
  const text = await Deno.readTextFile(path);
  await Deno.remove(path);
  assertEquals(text.includes("SECRET"), false);
  const { initialWeights, ...rest } = JSON.parse(text);
  assertEquals(initialWeights, "https://host/a.safetensors");
  assertEquals(rest.arguments, ["train", "https://host/experiment.json"]);
  assertStringIncludes(rest.text, 'a "quoted" https://h/b');
  assertEquals("none" in rest, false);
});
