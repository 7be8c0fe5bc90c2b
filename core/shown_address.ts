/**
 * Addresses without their secrets: query strings, fragments, user names and passwords stay out of
 * everything that is printed or stored.
 *
 * @module
 */

/** Longest scheme, such as "https"; longer runs of letters before "://" are not a scheme. */
const MAX_SCHEME = 16;
/** Characters that end an address within a text: white space, quotes, brackets and bars. */
const END = /[\s\x22\x27\x60<>|\\^{}]/;
/** Punctuation of the sentence around an address. */
const PUNCTUATION = ".,;:!)]";

/**
 * Returns an address without user name, password, query string and fragment; a path unchanged.
 *
 * Signed addresses carry their signature in the query string, which is no part of the file's name.
 *
 * @example
 * ```ts
 * import { shownAddress } from "./shown_address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shownAddress("https://me:pw@host/a.tif?sig=x"), "https://host/a.tif");
 * assertEquals(shownAddress("scenes/a?b.tif"), "scenes/a?b.tif");
 * ```
 */
export function shownAddress(source: string | URL): string {
  const text = String(source);
  const scheme = /^[a-z][a-z0-9+.-]{1,15}:\/\//i.exec(text)?.[0];
  if (scheme === undefined || /^file:/i.test(scheme)) return text;
  const [rest = ""] = text.slice(scheme.length).split(/[?#]/, 1);
  const slash = rest.indexOf("/");
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  // A password may contain a slash that should have been escaped: its "port" is no number.
  const isPort = /^[^:]*(?::\d*)?$/.test(authority) || authority.includes("@") ||
    authority.startsWith("[");
  const at = (isPort ? authority : rest).lastIndexOf("@");
  return scheme + rest.slice(at + 1);
}

/** Index of the first character of the scheme that ends at `end`, or `end` without a scheme. */
function schemeStart(text: string, end: number): number {
  let start = end;
  while (start > 0 && end - start < MAX_SCHEME && /[a-z0-9+.-]/i.test(text[start - 1]!)) start--;
  while (start < end && !/[a-z]/i.test(text[start]!)) start++;
  return start;
}

/**
 * Replaces every address in a text by its {@linkcode shownAddress}. The time is linear in the
 * length of the text.
 *
 * @example
 * ```ts
 * import { redacted } from "./shown_address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "no answer from (https://host/a.tif?sig=x): timeout";
 * assertEquals(redacted(text), "no answer from (https://host/a.tif): timeout");
 * ```
 */
export function redacted(text: string): string {
  const parts: string[] = [];
  let from = 0;
  let next = 0;
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", next)) {
    next = at + 3;
    const start = schemeStart(text, at);
    if (start === at || start < from) continue;
    while (next < text.length && !END.test(text[next]!)) next++;
    let end = next;
    while (end > at + 3 && PUNCTUATION.includes(text[end - 1]!)) end--;
    parts.push(text.slice(from, start), shownAddress(text.slice(start, end)));
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join("");
}
