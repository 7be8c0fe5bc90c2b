import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { emrdm } from "./run.ts";

Deno.test("bench times the engines of --engines", async () => {
  const call = ["bench", "--engines", "cpu", "--size", "32", "--frames", "1", "--runs", "1"];
  const { code, out } = await emrdm(...call, "--json");
  assertEquals(code, 0);
  const { timings, missing } = JSON.parse(out);
  assertEquals(timings.map(({ engine }: { engine: string }) => engine), ["cpu"]);
  assert(timings[0].best > 0 && timings[0].best <= timings[0].median, out);
  assertEquals(missing, []);
  const wrong = await emrdm("bench", "--engines", "gpu");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.err, "--engines must be among webgpu, native, wasm, cpu, got gpu");
});
