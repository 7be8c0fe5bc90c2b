/**
 * The door to the argument parser of the Deno standard library.
 *
 * It comes from npm, as `deno-std@1.4.0` with the same code. To take it from JSR, export from
 * `"jsr:@std/cli@1/parse-args"` and delete the types next to this file.
 *
 * @module
 */

// @ts-types="./parse_args.d.ts"
export { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
