/**
 * A scanner of XML in linear time, for the flat elements of product metadata and GDAL's tags. It
 * does not build a tree and does not resolve entities.
 *
 * @module
 */

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
