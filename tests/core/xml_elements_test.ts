import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { xmlAttribute, xmlElements, xmlTree } from "../../core/mod.ts";

Deno.test("xmlElements() finds elements between comments, CDATA and quotes", () => {
  const xml = `<?xml version="1.0"?><!-- <a>no</a> --><a x="1>2" y='"'>one<b/>two</a>
    <![CDATA[<a>no</a>]]><p:a
      z = "3">three</p:a><open`;
  assertEquals([...xmlElements(xml)], [
    { name: "a", attributes: ` x="1>2" y='"'`, text: "one" },
    { name: "b", attributes: "", text: "" },
    { name: "a", attributes: '\n      z = "3"', text: "three" },
  ]);
  assertEquals([...xmlElements("no markup")], []);
  assertEquals([...xmlElements("<!-- <a>not closed</a>")], []);
});

Deno.test("xmlAttribute() finds a whole name, in either kind of quotes", () => {
  const attributes = ` sample='1' xname="2" name = "3>4" empty="" x=5 last="6"`;
  assertEquals(xmlAttribute(attributes, "name"), "3>4");
  assertEquals(xmlAttribute(attributes, "sample"), "1");
  assertEquals(xmlAttribute(attributes, "empty"), "");
  assertEquals(xmlAttribute(attributes, "none"), undefined);
  assertEquals(xmlAttribute(`name="not closed`, "name"), undefined);
});

Deno.test("xmlElements() and xmlAttribute() take linear time", () => {
  const parts = ["<", "<a", "<a ", "<a>", `<a x="`, `"`, "<!--", "<![CDATA[", "=", `x="1"`, "  "];
  const start = performance.now();
  for (const part of parts) {
    const text = part.repeat(200_000);
    xmlElements(text).toArray();
    for (const { attributes } of xmlElements(`<a ${text}>`)) xmlAttribute(attributes, "name");
    xmlAttribute(text, "name");
  }
  assertLess(performance.now() - start, 5000);
});

Deno.test("xmlTree() gives the path of each element, and refuses tags that are not closed in order", () => {
  const xml = '<?xml?><!-- <x> --><a k="1>2"> one <b/>two<c>three</c></a>\n';
  assertEquals(xmlTree(xml), [
    { path: "a", text: "one" },
    { path: "a/b", text: "" },
    { path: "a/c", text: "three" },
  ]);
  assertEquals(xmlTree("no markup"), []);
  for (
    const bad of [
      "<a>",
      "</a>",
      "<a></b>",
      "<a><b></a></b>",
      "<a",
      '<a k="1>',
      "< >",
      "<a<b></a>",
      "<a b></a>",
      "<a b=c></a>",
      '<a b="<"></a>',
      '<a b"c"></a>',
      "<!-- <a/>",
    ]
  ) {
    assertThrows(() => xmlTree(bad), TypeError, "it must be XML, got");
  }
});

Deno.test("xmlTree() takes linear time", () => {
  const texts = [
    "<a>".repeat(20_000),
    `<${"a".repeat(20_000)}>${"<b/>".repeat(20_000)}`,
    "<a/>".repeat(20_000),
    `<a>${"<".repeat(20_000)}`,
    "<!--".repeat(20_000),
    `<a k="${"<b>".repeat(20_000)}`,
  ];
  for (const text of texts) {
    const start = performance.now();
    try {
      xmlTree(text);
    } catch (error) {
      assertEquals(error instanceof TypeError, true);
    }
    assertLess(performance.now() - start, 1000, text.slice(0, 20));
  }
});
