/** Contents of the package that `deno publish` would upload. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { slowTest } from "./slow.ts";

const ROOT = new URL("../", import.meta.url);
const CONFIG = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
/** The limit of JSR, in bytes. */
const LIMIT = 20e6;
const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 2 ** 20 };

Deno.test("deno.json denies the install script of every package in the lock that has one", async () => {
  const lock = JSON.parse(await Deno.readTextFile(new URL("deno.lock", ROOT)));
  const scripted = Object.entries<{ readonly scripts?: boolean }>(lock.npm)
    .flatMap(([name, { scripts }]) => scripts ? [`npm:${name.replace(/(?<=.)@.*/, "")}`] : []);
  assertEquals(CONFIG.allowScripts, { allow: [], deny: scripted.toSorted() });
});

slowTest(
  "deno publish --dry-run lists a package of at most 20 MB with every entry point",
  async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, output);
    const files = [...output.matchAll(/^ +(file:\S+) \(([\d.]+)(B|KB|MB)\)$/gm)].map((match) => ({
      path: match[1]!.slice(ROOT.href.length),
      bytes: Number(match[2]) * UNITS[match[3]!]!,
    }));
    assertLess(files.reduce((sum, { bytes }) => sum + bytes, 0), LIMIT);
    const paths = new Set(files.map(({ path }) => path));
    const entries = Object.values<string>(CONFIG.exports).map((path) => path.slice(2));
    for (const path of [...entries, "README.md", "LICENSE", "weights/s2-temporal.safetensors"]) {
      assert(paths.has(path), path);
    }
    assertEquals([...paths].filter((path) => /_test\.ts$|^(docs|benches|runs)\//.test(path)), []);
    const warnings = [...output.matchAll(/^warning\[(.+?)\].*\n.*?--> \S*?([\w/]+\.ts)/gm)];
    assertEquals(warnings.map(([, kind]) => kind), ["unanalyzable-dynamic-import"]);
  },
);
