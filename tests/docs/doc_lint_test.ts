/** Documentation of the public API: every export and every public field of deno.json's entry points. */

import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { read, ROOT } from "./documents.ts";

/** A finding of `deno doc --lint`: code and message, then path, line and column. */
const FINDING = /^error\[(.+)\n *--> (.+)$/gm;

Deno.test("every export is documented, typed and made of public types (deno doc --lint)", async () => {
  const { exports } = JSON.parse(await read("deno.json"));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...Object.values<string>(exports)],
    cwd: ROOT,
    env: { ["NO_COLOR"]: "1" },
  }).output();
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  const findings = [...output.matchAll(FINDING)];
  const [, found] = /Found (\d+) documentation lint errors?\./.exec(output) ?? [];
  const total = success ? 0 : Number(found);
  assertEquals(findings.length, total, `every finding is parsed:\n${output.slice(-2000)}`);
  // The package of TensorFlow.js, whose types engine/ exports, has findings too.
  const root = fileURLToPath(ROOT);
  assertEquals(
    findings.filter(([, , at]) => at!.startsWith(root))
      .map(([, message, at]) => `${at!.slice(root.length)} ${message!.replace("]:", ":")}`),
    [],
  );
});
