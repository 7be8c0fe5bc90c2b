import { assertEquals, assertStringIncludes } from "@std/assert";
import { engineVersions } from "../../engine/mod.ts";

Deno.test("engineVersions() says what the doors import", async () => {
  const { tfjs, onnxruntime } = engineVersions();
  const text = (path: string) =>
    Deno.readTextFile(new URL(`../../engine/${path}`, import.meta.url));
  assertStringIncludes(await text("native/ort.ts"), `"npm:onnxruntime-node@${onnxruntime}"`);
  assertStringIncludes(await text("tfjs.ts"), `"npm:@tensorflow/tfjs@${tfjs}"`);
  assertEquals([tfjs, onnxruntime].every((version) => /^\d+\.\d+\.\d+$/.test(version)), true);
});
