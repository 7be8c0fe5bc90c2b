/** The page of networks has the sections that comments cite, and names files that exist. */

import { assert } from "@std/assert";
import { read, ROOT } from "./documents.ts";

const text = await read("docs/networks.md");

/** The TypeScript files below a folder. */
async function sources(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) found.push(...await sources(`${folder}${name}/`));
    else if (name.endsWith(".ts")) found.push(`${folder}${name}`);
  }
  return found;
}

Deno.test("docs/networks.md has the sections that comments cite", async () => {
  const folders = ["networks/", "engine/", "model/", "checkpoints/", "training/", "benches/"];
  const files = (await Promise.all(folders.map(sources))).flat();
  let citations = 0;
  for (const file of files) {
    const code = (await read(file)).replace(/\n\s*\*/g, "");
    for (const [, section] of code.matchAll(/docs\/networks\.md,\s+"([^"]+)"/g)) {
      citations += 1;
      assert(text.includes(`\n## ${section}\n`), `${file} cites "${section}"`);
    }
  }
  assert(citations >= 4, `${citations} citations`);
});

Deno.test("docs/networks.md names modules that exist", async () => {
  const files = [...text.matchAll(/`((?:\w+\/)+\w+\.ts)`/g)].map(([, file]) => file!);
  assert(files.length > 10, `${files.length} files`);
  for (const file of files) assert((await Deno.stat(new URL(file, ROOT))).isFile);
});
