/** Links of the documents lead somewhere. */

import { assert } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

async function documents(): Promise<readonly string[]> {
  const names = ["README.md", "CHANGELOG.md", "weights/README.md", "benches/peer/README.md"];
  for await (const { name } of Deno.readDir(new URL("docs/", ROOT))) {
    if (name.endsWith(".md")) names.push(`docs/${name}`);
  }
  return names;
}

/** The anchors of a document's headings, as they are made for links. */
function anchors(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-")
    ),
  );
}

for (const name of await documents()) {
  Deno.test(`links of ${name} lead to files and headings that exist`, async () => {
    const text = await Deno.readTextFile(new URL(name, ROOT));
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/i.test(target!)) continue;
      const [path, anchor] = target!.split("#");
      const url = new URL(path || name.split("/").at(-1)!, new URL(name, ROOT));
      assert(await Deno.stat(url).then(() => true, () => false), `${name}: ${target}`);
      if (anchor === undefined) continue;
      assert(anchors(await Deno.readTextFile(url)).has(anchor), `${name}: ${target}`);
    }
  });
}
