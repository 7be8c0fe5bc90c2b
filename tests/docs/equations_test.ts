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
