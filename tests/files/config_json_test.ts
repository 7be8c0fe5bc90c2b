/** `extends` of a configuration: a file, an address, or an error that says which. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { InputError, OptionsError } from "../../core/mod.ts";
import { readConfigJson } from "../../files/mod.ts";

/** Runs `work` with a function that writes a configuration and returns its path. */
async function withConfig(
  work: (write: (value: unknown) => Promise<string>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(async (value) => {
      await Deno.writeTextFile(`${folder}/base.json`, '{"a":1,"b":2}');
      await Deno.writeTextFile(`${folder}/own.json`, JSON.stringify(value));
      return `${folder}/own.json`;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readConfigJson() refuses to extend what is neither a file nor an address", () =>
  withConfig(async (write) => {
    assertEquals(await readConfigJson(await write({ extends: "base.json", b: 3 })), { a: 1, b: 3 });
    const files = [
      ...[
        "missing.json",
        ".",
        "/",
        "x".repeat(2000),
        "a\0b",
        "file:///missing",
        "file://host/a",
      ],
      ...["fhle://scratch/a.json", "ftp://host/a.json", "file:///%E0%A4%A", "x:y", "data:,"],
    ];
    for (const base of files) {
      const path = await write({ extends: base });
      const start = performance.now();
      const error = await assertRejects(() => readConfigJson(path), InputError, "Cannot read ");
      assert(!/Invalid|malformed: |os error 36/.test(error.message), error.message);
      assertLess(performance.now() - start, 2000, base);
    }
    // An empty address is the file itself.
    for (const base of ["", "http://[", "https://", "file://%", 5, null, ["base.json"]]) {
      const path = await write({ extends: base });
      const error = await assertRejects(() => readConfigJson(path), OptionsError);
      assertEquals(error.path, "$.extends", error.message);
    }
  }));

Deno.test("readConfigJson() reports an address that does not answer at once", () =>
  withConfig(async (write) => {
    const path = await write({ extends: "http://127.0.0.1:1/a.json" });
    const start = performance.now();
    await assertRejects(() => readConfigJson(path), InputError, "the address must answer");
    assertLess(performance.now() - start, 2000);
  }));
