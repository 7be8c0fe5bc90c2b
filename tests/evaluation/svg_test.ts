import { assert, assertEquals, assertThrows } from "@std/assert";
import { element, escapeXml, roundTicks, svgDocument, textElement } from "../../evaluation/svg.ts";
import { parseXml } from "./xml.ts";

Deno.test("element() escapes attributes and rounds numbers", () => {
  const [line] = parseXml(element("line", { x: 1.23456, y: -0.001, class: undefined, id: '<"&' }));
  assertEquals(line!.attributes, { x: "1.23", y: "0", id: '<"&' });
});

Deno.test("escapeXml() leaves nothing that XML forbids", () => {
  assertEquals(escapeXml('a<b>&"\u0000\u001b\n'), "a&lt;b&gt;&amp;&quot;  \n");
});

Deno.test("svgDocument() has a title and a description, and colours for dark pages", () => {
  const size = { width: 10, height: 20, title: "T & t", description: "d < e" };
  const text = svgDocument(size, textElement("5 > 4", { x: 1 }));
  const [svg, title, desc, style, label] = parseXml(text);
  assertEquals(svg!.attributes["aria-labelledby"], "title desc");
  assertEquals([title!.text, desc!.text, label!.text], ["T & t", "d < e", "5 > 4"]);
  assert(style!.text.includes("prefers-color-scheme:dark"));
});

Deno.test("roundTicks() encloses the numbers with a few round ones", () => {
  assertEquals(roundTicks(18.2, 24.9), { ticks: [18, 20, 22, 24, 26], decimals: 0 });
  assertEquals(roundTicks(0.0501, 0.0512).decimals, 4);
  for (const [low, high] of [[0, 1], [-3, 7], [5, 5], [0, 0], [0.1, 0.3], [1e-4, 2e-4]] as const) {
    const { ticks } = roundTicks(low, high);
    assert(ticks[0]! <= low + 1e-9 && ticks.at(-1)! >= high - 1e-9, `${low} ${high}: ${ticks}`);
    assert(ticks.length >= 2 && ticks.length <= 7, `${low} ${high}: ${ticks}`);
  }
});

Deno.test("parseXml() of these tests refuses what is not well-formed", () => {
  for (const bad of ["<a>", "<a></b>", "<a/><b/>", "<a>&</a>", '<a x="1" x="2"/>', "<a>&no;</a>"]) {
    assertThrows(() => parseXml(bad), SyntaxError);
  }
});
