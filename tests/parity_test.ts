/** The golden numbers that the repository carries, on every engine. `deno task parity` has all. */

import { assertEquals } from "@std/assert";
import { Golden } from "./parity/golden.ts";
import { compareAll } from "./parity/run.ts";
import { testNetworksOnEngines } from "./engines.ts";

testNetworksOnEngines("the golden numbers are reached", async () => {
  const golden = await Golden.open(new URL("testdata/golden/", import.meta.url));
  await compareAll(golden);
  const wrong = golden.comparisons.filter(({ passed }) => !passed);
  assertEquals(wrong, []);
  assertEquals(golden.forgotten(), []);
  assertEquals(golden.comparisons.length > 200, true);
});
