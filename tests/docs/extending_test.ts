import { assert, assertEquals } from "@std/assert";
import { builtins } from "../../builtins.ts";
import * as contracts from "../contracts/mod.ts";

const ROOT = new URL("../../", import.meta.url);
const text = await Deno.readTextFile(new URL("docs/extending.md", ROOT));

Deno.test("docs/extending.md has a row for every kind, with what is there", async () => {
  const rows = [...text.matchAll(/^\| `.*/gm)].map(([row]) =>
    [...row.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)
  ).filter(([kind]) => /^[a-z]+$/.test(kind!) && builtins.kinds().some((known) => known === kind));
  assertEquals(rows.map(([kind]) => kind!).toSorted(), builtins.kinds().toSorted());
  for (const [, type, file, example, suite] of rows) {
    const code = await Deno.readTextFile(new URL(file!, ROOT));
    assert(code.includes(`export interface ${type} {`), `${file} must have ${type}`);
    assert((await Deno.stat(new URL(example!, ROOT))).isFile);
    assert(Object.hasOwn(contracts, suite!), `tests/contracts must export ${suite}`);
  }
});
