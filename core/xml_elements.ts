/**
 * Scanners of XML in linear time, for product metadata and GDAL's tags, that do not resolve entities:
 * of flat elements, and of nested ones.
 *
 * @module
 */

/** Deepest nesting that {@linkcode xmlTree} reads; metadata have less than ten levels. */
const MAX_DEPTH = 64;
const MAX_NAME = 256;

/** One start tag with the text behind it. */
export interface XmlElement {
  /** Name without its namespace prefix. */
  readonly name: string;
  /** The attributes as they are written. */
  readonly attributes: string;
  /** Text up to the next tag; empty for an element without text of its own. */
  readonly text: string;
}

/** Index behind the end of a comment, CDATA section or declaration; −1 if it is not closed. */
function afterMarkup(xml: string, at: number): number {
  const close = xml.startsWith("<!--", at) ? "-->" : xml.startsWith("<![CDATA[", at) ? "]]>" : ">";
  const end = xml.indexOf(close, at + 2);
  return end < 0 ? -1 : end + close.length;
}

/** Index of the > that closes a tag, outside of quotes; −1 without one. */
function tagEnd(xml: string, at: number): number {
  let quote = "";
  for (let i = at; i < xml.length; i++) {
    const char = xml[i]!;
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if (char === ">") return i;
    else if (char === "\x22" || char === "\x27") quote = char;
  }
  return -1;
}

/**
 * Scans the start tags of a document in order. A document that breaks off ends the scan.
 *
 * @example
 * ```ts
 * import { xmlElements } from "./xml_elements.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [a] = xmlElements('<n1:Value unit="none"> 10000 </n1:Value>');
 * assertEquals(a, { name: "Value", attributes: ' unit="none"', text: " 10000 " });
 * ```
 */
export function* xmlElements(xml: string): Generator<XmlElement> {
  let at = xml.indexOf("<");
  while (at >= 0) {
    const next = xml[at + 1] ?? "";
    if (next === "!" || next === "?" || next === "/") {
      const after = afterMarkup(xml, at);
      at = after < 0 ? -1 : xml.indexOf("<", after);
      continue;
    }
    const end = tagEnd(xml, at + 1);
    if (end < 0) return;
    let nameEnd = at + 1;
    while (nameEnd < end && !/[\s/]/.test(xml[nameEnd]!)) nameEnd++;
    const following = xml.indexOf("<", end + 1);
    const isEmpty = xml[end - 1] === "/";
    yield {
      name: xml.slice(at + 1, nameEnd).split(":").at(-1)!,
      attributes: xml.slice(nameEnd, isEmpty ? end - 1 : end),
      text: isEmpty ? "" : xml.slice(end + 1, following < 0 ? xml.length : following),
    };
    at = following;
  }
}

/** The value of an attribute, as it is written; undefined if there is none of the name. */
export function xmlAttribute(attributes: string, name: string): string | undefined {
  let at = 0;
  while (at < attributes.length) {
    const equals = attributes.indexOf("=", at);
    if (equals < 0) return undefined;
    let open = equals + 1;
    while (open < attributes.length && /\s/.test(attributes[open]!)) open++;
    const quote = attributes[open];
    if (quote !== "\x22" && quote !== "\x27") {
      at = open;
      continue;
    }
    const close = attributes.indexOf(quote, open + 1);
    if (close < 0) return undefined;
    if (attributes.slice(at, equals).trim() === name) return attributes.slice(open + 1, close);
    at = close + 1;
  }
  return undefined;
}

/** @throws {TypeError} If a tag holds anything but attributes with quoted values. */
function checkAttributes(text: string): void {
  const attribute = /\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*')/y;
  let at = 0;
  while (attribute.test(text)) at = attribute.lastIndex;
  if (/^\s*$/.test(text.slice(at).slice(0, MAX_NAME))) return;
  throw new TypeError("it must be XML, got a tag with other text than attributes");
}

/** An element of {@linkcode xmlTree}. */
export interface XmlNode {
  /** Names from the root to the element, as "PAMDataset/PAMRasterBand". */
  readonly path: string;
  /** Text up to the first tag inside the element. */
  readonly text: string;
}

/**
 * Reads a document whose nesting matters.
 *
 * @returns Its elements in the order of their start tags.
 * @throws {TypeError} If tags are not closed in order, or break off.
 *
 * @example
 * ```ts
 * import { xmlTree } from "./xml_elements.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(xmlTree("<a>1<b/></a>"), [{ path: "a", text: "1" }, { path: "a/b", text: "" }]);
 * ```
 */
export function xmlTree(xml: string): readonly XmlNode[] {
  const nodes: XmlNode[] = [];
  const open: string[] = [];
  const fail = (what: string): never => {
    throw new TypeError(`it must be XML, got ${what}`);
  };
  for (let at = xml.indexOf("<"); at >= 0; at = xml.indexOf("<", at + 1)) {
    const next = xml[at + 1] ?? "";
    if (next === "!" || next === "?") {
      const after = afterMarkup(xml, at);
      if (after < 0) fail("a comment that is not closed");
      at = after - 1;
      continue;
    }
    const end = tagEnd(xml, at + 1);
    if (end < 0) fail("a tag that is not closed");
    if (next === "/") {
      const name = xml.slice(at + 2, end).trim();
      if (open.pop() !== name) fail(`an end tag of ${name.slice(0, 40)} where another is due`);
    } else {
      const isEmpty = xml[end - 1] === "/";
      const name = /^[^\s/<]*/.exec(xml.slice(at + 1, isEmpty ? end - 1 : end))![0];
      if (name === "" || name.length > MAX_NAME) fail("a tag without a name");
      checkAttributes(xml.slice(at + 1 + name.length, isEmpty ? end - 1 : end));
      const following = xml.indexOf("<", end);
      open.push(name);
      nodes.push({
        path: open.join("/"),
        text: isEmpty ? "" : xml.slice(end + 1, following < 0 ? xml.length : following).trim(),
      });
      if (isEmpty) open.pop();
      if (open.length > MAX_DEPTH) fail(`more than ${MAX_DEPTH} nested elements`);
    }
    at = end;
  }
  if (open.length > 0) fail(`no end of ${open[0]!.slice(0, 40)}`);
  return nodes;
}
