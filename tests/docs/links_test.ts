/** Links in the documents lead to files and headings that exist. */

import { assert } from "@std/assert";
import { documents, read, ROOT } from "./documents.ts";

/** The anchors of a document's headings, as GitHub makes them. */
function anchors(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-")
    ),
  );
}

for (const name of await documents()) {
  Deno.test(`links of ${name} lead to files and headings that exist`, async () => {
    for (const [, target] of (await read(name)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/i.test(target!)) continue;
      const [path, anchor] = target!.split("#");
      const url = new URL(path || name.split("/").at(-1)!, new URL(name, ROOT));
      assert(await Deno.stat(url).then(() => true, () => false), `${name}: ${target}`);
      if (anchor === undefined) continue;
      assert(anchors(await Deno.readTextFile(url)).has(anchor), `${name}: ${target}`);
    }
  });
}

Deno.test("docs/README.md links every page of docs", async () => {
  const index = await read("docs/README.md");
  for (const name of await documents()) {
    const page = /^docs\/([a-z_]+\.md)$/.exec(name)?.[1];
    if (page !== undefined) {
      assert(index.includes(`](${page})`), `docs/README.md must link ${page}`);
    }
  }
});
