/**
 * Words of commands that a message shows, quoted for a shell.
 *
 * @module
 */

/**
 * Quotes a word for a shell if needed.
 *
 * @example
 * ```ts
 * import { shellWord } from "./shell_word.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["a/b.tif", "my scene (2018).tif"].map(shellWord), [
 *   "a/b.tif",
 *   "'my scene (2018).tif'",
 * ]);
 * ```
 */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return "'" + word.replaceAll("'", "'\\''") + "'";
}
