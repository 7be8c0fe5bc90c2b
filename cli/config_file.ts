/**
 * Errors in configuration files: experiments, studies, evaluation plans.
 *
 * @module
 */

import { InputError, OptionsError } from "../core/mod.ts";

/** Address of a file that is named by its path or address. */
function addressOf(path: string): URL {
  return new URL(path, `file://${Deno.cwd()}/`);
}

/** The files that a configuration extends, as they are named; stops where one cannot be read. */
async function basesOf(path: string): Promise<readonly string[]> {
  const bases: string[] = [];
  try {
    for (let url = addressOf(path); bases.length < 10;) {
      const { extends: base } = JSON.parse(await Deno.readTextFile(url));
      if (typeof base !== "string") break;
      bases.push(base);
      url = new URL(base, url);
    }
  } catch {
    // The error that is being reported says more.
  }
  return bases;
}

/**
 * Reads a configuration file; errors of its options name the file and those that it extends.
 *
 * @throws {InputError} If an option is unknown, missing or out of range, or a file is not JSON.
 */
export async function inConfigFile<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    const bases = await basesOf(path);
    const extended = bases.length === 0 ? "" : ` (extends ${bases.join(", then ")})`;
    const what = error.message.replace(/^\$: /, "");
    throw new InputError(`Cannot use ${path}${extended}: ${what}`, { cause: error });
  }
}
