/**
 * The command line that repeats a call.
 *
 * @module
 */

import { shellWord } from "../core/mod.ts";
import { type Flags, type FlagValues, kebab } from "./flags.ts";

/**
 * The command line of a call: operands, then the given flags.
 *
 * @example
 * ```ts
 * import { commandText } from "./command_text.ts";
 * import { text, toggle } from "./flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const flags = { out: text("Output"), keepClear: toggle("Keep"), png: text("Picture") };
 * const values = { out: "a b.html", keepClear: true, png: undefined };
 * assertEquals(
 *   commandText("report", { values, operands: ["a.tif"], flags }),
 *   "emrdm report a.tif --out 'a b.html' --keep-clear",
 * );
 * ```
 */
export function commandText<F extends Flags>(
  verb: string,
  { values, operands, flags }: {
    readonly values: FlagValues<F>;
    readonly operands: readonly string[];
    readonly flags: F;
  },
): string {
  const words = ["emrdm", verb, ...operands];
  for (const [name, flag] of Object.entries(flags)) {
    const value: unknown = values[name];
    if (value === undefined || value === false) continue;
    if (value === true) words.push(`--${kebab(name)}`);
    // A list is one comma-separated value, or a repeated flag.
    else if (Array.isArray(value) && flag.many) {
      for (const one of value) words.push(`--${kebab(name)}`, String(one));
    } else words.push(`--${kebab(name)}`, String(value));
  }
  return words.map(shellWord).join(" ");
}
