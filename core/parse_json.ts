/**
 * JSON of files and flags, with bounded nesting.
 *
 * @module
 */

/** Deepest nesting of any JSON that this project reads; its own files stay below 10. */
const MAX_DEPTH = 100;

/**
 * Parses JSON as `JSON.parse` does. Checks of values recurse, so that deep nesting would overflow
 * the stack.
 *
 * @throws {SyntaxError} If the text is not JSON, or lists and objects are nested more than 100 deep.
 *
 * @example
 * ```ts
 * import { parseJson } from "./parse_json.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parseJson('{"a": [1]}'), { a: [1] });
 * assertThrows(() => parseJson("[".repeat(500) + "]".repeat(500)), SyntaxError, "100");
 * ```
 */
export function parseJson(text: string): unknown {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 0x22) {
      // To the end of the string.
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) {
        if (text.charCodeAt(i) === 0x5C) i++;
      }
    } else if (char === 0x5B || char === 0x7B) depth++;
    else if (char === 0x5D || char === 0x7D) depth--;
    if (depth > MAX_DEPTH) {
      throw new SyntaxError(`JSON must be nested at most ${MAX_DEPTH} deep, got more`);
    }
  }
  return JSON.parse(text);
}
