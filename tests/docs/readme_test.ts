/** The script of the README runs as it is printed. */

import { assert, assertEquals } from "@std/assert";
import { slowTest } from "../slow.ts";
import { read, ROOT } from "./documents.ts";

slowTest("the script of README.md restores an array from the root of a clone", async () => {
  const script = /^```ts ignore\n([\s\S]*?)^```/m.exec(await read("README.md"))?.[1];
  assert(script !== undefined, "README.md must have a script");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", "--allow-ffi", "-"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await new Response(script).body!.pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertEquals(new TextDecoder().decode(stdout), "true\n");
});
