/**
 * The one door to the argument parser of the Deno standard library.
 *
 * From npm, where it is the same code: `deno-std@1.4.0`. From JSR it is one line: export from
 * `"jsr:@std/cli@1/parse-args"` and delete the types beside this file.
 *
 * @module
 */

// @ts-types="./parse_args.d.ts"
export { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
