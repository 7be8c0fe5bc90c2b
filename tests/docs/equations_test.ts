import { assert } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

Deno.test("docs/equations.md names files that exist and symbols that they export", async () => {
  const text = await Deno.readTextFile(new URL("docs/equations.md", ROOT));
  const rows = text.split("\n").filter((line) => line.startsWith("| ") && line.includes("`"));
  assert(rows.length > 15);
  const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
  for (const row of rows) {
    const [, , , files, symbols, tests] = row.split("|").map((cell) => cell.trim());
    const sources = await Promise.all(
      quoted(files!).map((file) => Deno.readTextFile(new URL(file, ROOT))),
    );
    for (const symbol of quoted(symbols!)) {
      const declared = new RegExp(`export (async )?(function|interface|const) ${symbol}\\b`);
      assert(sources.some((source) => declared.test(source)), `${symbol} must be in ${files}`);
    }
    for (const test of quoted(tests!)) {
      assert((await Deno.stat(new URL(test, ROOT))).isFile);
    }
  }
});

Deno.test("docs/equations.md has a row for Eqs. 3 to 19, Alg. 1 and Alg. 2", async () => {
  const text = await Deno.readTextFile(new URL("docs/equations.md", ROOT));
  const first = text.split("\n").filter((line) => line.startsWith("| "))
    .map((line) => line.split("|")[1]!);
  const equations = Array.from({ length: 17 }, (_, i) => `Eq. ${i + 3}`);
  for (const wanted of [...equations, "Alg. 1", "Alg. 2"]) {
    const found = first.some((cell) =>
      !cell.includes("EDM") && cell.split(",").some((part) => part.trim() === wanted)
    );
    assert(found, `there must be a row for ${wanted}`);
  }
});
