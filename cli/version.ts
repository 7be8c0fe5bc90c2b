/**
 * The version of the program.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };

/** Version in `deno.json`. */
export const VERSION: string = config.version;
