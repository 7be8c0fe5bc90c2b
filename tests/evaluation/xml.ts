/** A strict reader of the XML that we write: what is not well-formed is an error. */

/** One element, in the order of their starts. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Its own text. */
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function unescape(text: string): string {
  if (/[<>"]/.test(text)) throw new SyntaxError(`bare sign in ${text}`);
  const bare = text.replace(/&(\w+);/g, (_, name: string) => {
    const sign = ENTITIES[name];
    if (sign === undefined) throw new SyntaxError(`unknown entity ${name}`);
    return sign === "&" ? "\0" : sign;
  });
  if (bare.includes("&")) throw new SyntaxError(`bare ampersand in ${text}`);
  return bare.replaceAll("\0", "&");
}

/** The elements of a document. */
export function parseXml(document: string): readonly XmlElement[] {
  const elements: XmlElement[] = [];
  const open: XmlElement[] = [];
  const token = /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let at = 0;
  for (; at < document.length; at = token.lastIndex) {
    const match = token.exec(document);
    if (match === null) throw new SyntaxError(`no XML at ${document.slice(at, at + 40)}`);
    const [, close, name, given, empty, text] = match;
    if (text !== undefined) {
      if (open.length === 0 && text.trim() !== "") throw new SyntaxError("text outside");
      if (open.length > 0) open.at(-1)!.text += unescape(text);
    } else if (close !== "") {
      if (open.pop()?.name !== name) throw new SyntaxError(`</${name}> closes nothing`);
    } else {
      if (elements.length > 0 && open.length === 0) throw new SyntaxError("two roots");
      const attributes: Record<string, string> = {};
      for (const [, key, value] of given!.matchAll(/([\w:-]+)="([^"]*)"/g)) {
        if (Object.hasOwn(attributes, key!)) throw new SyntaxError(`${key} twice`);
        attributes[key!] = unescape(value!);
      }
      const element = { name: name!, attributes, text: "" };
      elements.push(element);
      if (empty === "") open.push(element);
    }
  }
  if (open.length > 0) throw new SyntaxError(`<${open.at(-1)!.name}> stays open`);
  return elements;
}
