/** The page of datasets says what the code does. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionsError } from "../../core/mod.ts";
import { datasetCheck, datasets, FINDINGS } from "../../datasets/mod.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/datasets.md", import.meta.url));
const [COMMON, ...SECTIONS] = PAGE.split(/^## /m).slice(1);

/** Configs of a text. */
function configs(text: string): readonly { readonly type: string }[] {
  return [...text.matchAll(/^```json\n([^]*?)^```/gm)].map(([, json]) => JSON.parse(json!));
}

Deno.test("every config of docs/datasets.md is one, and every type has one", () => {
  const all = configs(PAGE).map((config) => datasetCheck()(config, "$"));
  assertEquals(new Set(all.map(({ type }) => type)), new Set(Object.keys(datasets)));
});

for (const type of Object.keys(datasets)) {
  Deno.test(`docs/datasets.md names every option of ${type}, and no other`, () => {
    const section = SECTIONS.find((text) => configs(text).some((config) => config.type === type))!;
    const isPublished = ["sen2MtcNew", "sen12MsCr", "cuhkCr"].includes(type);
    const tables = [...(isPublished ? [COMMON!] : []), section].flatMap((text) =>
      [...text.matchAll(/^\| option [^]*?\n\n/gm)].map(([table]) => table)
    ).join("\n");
    const named = [...tables.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!);
    const error = assertThrows(() => datasetCheck()({ type, none: 1 }, "$"), OptionsError);
    const known = /known: ([^)]*)/.exec(error.message)![1]!.split(", ");
    assertEquals(named.toSorted(), known.toSorted());
  });
}

Deno.test("docs/datasets.md names every kind of finding", () => {
  for (const kind of Object.keys(FINDINGS)) assert(PAGE.includes(`\n| \`${kind}\` `), kind);
});
