/** Random changes of text: its words, lines and separators, and its bytes. */

import type { Draws } from "./draws.ts";
import { type Bytes, mutateBytes } from "./mutate_bytes.ts";

/** Words that parsers of CSV, XML, JSON, dates and paths stumble over. */
const WORDS: readonly string[] = [
  ...["", " ", "\t", "\n", "\r\n", "\0", "\ufeff", "\u2028", "\ud800", "ä", "🛰", "..", "/", "\\"],
  ...[",", ";", ":", '"', "'", '""', "#", "<", ">", "&", "&amp;", "<!--", "]]>", "<![CDATA[", "</"],
  ...[
    "=",
    "%",
    "%00",
    "%E0%A4",
    "?",
    "*",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    "|",
    "://",
    "http://[",
    "@",
  ],
  ...[
    "NaN",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "-1",
    "0",
    "-0",
    "1e-400",
    "0x10",
    "1_000",
    "9".repeat(400),
  ],
  ...["null", "true", "__proto__", "constructor", "toString", "9999-99-99", "2018-02-30", "T24:61"],
  ...[
    "file://",
    "file:///",
    "file://host/a",
    "file://%",
    "http://",
    "ftp://x/",
    "data:,",
    "NETCDF:",
  ],
  ...["/vsicurl/http://x", "/dev/null", "/", "~", "C:\\", "CON", "a".repeat(300), "x/".repeat(200)],
];

const TOKENS = /[A-Za-z0-9_.-]+|\s+|./gsu;

/** Changes text at the bounds of its words. */
export function mutateWords(text: string, draws: Draws): string {
  const tokens: string[] = text.match(TOKENS)?.slice() ?? [];
  for (let left = 1 + draws.below(4); left > 0; left--) {
    const at = draws.below(tokens.length + 1);
    const other = tokens.length === 0 ? "" : draws.pick(tokens);
    const way = draws.below(7);
    if (way === 0) tokens.splice(at, 1 + draws.below(4));
    else if (way === 1) tokens.splice(at, 0, draws.pick(WORDS));
    else if (way === 2) tokens.splice(at, 1, draws.pick(WORDS));
    else if (way === 3) tokens.splice(at, 1, other);
    else if (way === 4) {
      const from = draws.below(tokens.length + 1);
      tokens.splice(at, 0, ...tokens.slice(from, from + 1 + draws.below(12)));
    } else if (way === 5) {
      const times = draws.pick([2, 10, 100, 2000]);
      tokens.splice(
        at,
        0,
        draws.pick([other, ...WORDS].slice(0, 30)).repeat(times).slice(0, 20_000),
      );
    } else tokens.length = Math.min(tokens.length, at);
  }
  return tokens.join("");
}

/** Changes the words of a text, or its bytes. */
export function mutateText(text: string, draws: Draws): Bytes {
  const encoder = new TextEncoder();
  if (draws.chance(0.3)) return mutateBytes(encoder.encode(text), draws);
  return Uint8Array.from(encoder.encode(mutateWords(text, draws)));
}
