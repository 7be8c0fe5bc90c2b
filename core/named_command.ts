/**
 * Commands of messages with the file that they are for.
 *
 * @module
 */

import { shellWord } from "./shell_word.ts";
import { shownAddress } from "./shown_address.ts";

/**
 * Puts the name of a file into the command of a message, in place of `IN` or `IN.tif`: quoted for a
 * shell, and an address as GDAL names it.
 *
 * @example
 * ```ts
 * import { namedCommand } from "./named_command.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const message = "convert it: gdal_translate IN OUT.tif";
 * assertEquals(namedCommand(message, "a b.vrt"), "convert it: gdal_translate 'a b.vrt' OUT.tif");
 * ```
 */
export function namedCommand(message: string, source: string | URL): string {
  const shown = shownAddress(source);
  const word = shellWord(/^https?:/i.test(shown) ? `/vsicurl/${shown}` : shown);
  return message
    .replace(/(?<=[ :])IN(?= OUT\.tif| GTIFF_DIR:| &&)/g, () => word)
    .replace(/(?<= )IN\.tif\b/g, () => word);
}
