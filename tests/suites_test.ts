/** Suites are complete: `deno task test` runs every test file once. */

import { assertEquals } from "@std/assert";
import { filesOf, SUITE_FILES, testsOf } from "./suites.ts";

Deno.test("every test file is in one suite", async () => {
  const files = (await Promise.all(SUITE_FILES.map(filesOf))).flat();
  assertEquals(files.toSorted(), await testsOf("."));
});

Deno.test("every suite has a file, and no file is of none", () => {
  const found = [...Deno.readDirSync(new URL("suites", import.meta.url))].map(({ name }) => name);
  assertEquals(found.sort(), SUITE_FILES.map((name) => `${name}.ts`).toSorted());
});
