/**
 * Errors in configuration files: experiments, studies, evaluation plans.
 *
 * @module
 */

import { InputError, OptionsError } from "../core/mod.ts";
import type { ReadConfigOptions } from "../files/mod.ts";

/**
 * Reads a configuration file; errors of its options name the file and those that it extends.
 *
 * @param read Passes its argument on to the function that reads the file.
 * @throws {InputError} If an option is unknown, missing or out of range, or a file is not JSON.
 */
export async function inConfigFile<T>(
  path: string,
  read: (options: ReadConfigOptions) => Promise<T>,
): Promise<T> {
  const bases: string[] = [];
  try {
    return await read({ onExtends: (base) => void bases.push(base) });
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    const extended = bases.length === 0 ? "" : ` (extends ${bases.join(", then ")})`;
    const what = error.message.replace(/^\$: /, "");
    throw new InputError(`Cannot use ${path}${extended}: ${what}`, { cause: error });
  }
}
