/**
 * HTML templates. Values are escaped unless they are HTML already.
 *
 * @module
 */

import { escapeXml } from "../evaluation/mod.ts";

/** A string that is HTML. */
export interface Html {
  readonly html: string;
}

/** Values of a template; `null`, `undefined` and `false` render as nothing. */
export type Content = Html | string | number | null | undefined | false | readonly Content[];

/** Marks a string as HTML. The caller vouches for it. */
export function raw(html: string): Html {
  return { html };
}

function written(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (typeof content === "string") return escapeXml(content).replaceAll("'", "&#39;");
  if (typeof content === "number") return String(content);
  return "html" in content ? content.html : content.map(written).join("");
}

/**
 * Renders a template with its values escaped.
 *
 * @example
 * ```ts
 * import { markup } from "./html.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const name = "<script>";
 * assertEquals(markup`<p>${name}</p>`.html, "<p>&lt;script&gt;</p>");
 * ```
 */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return raw(parts.reduce((text, part, i) => text + written(values[i - 1]) + part));
}
