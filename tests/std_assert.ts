/**
 * The assertions of the Deno standard library, with types.
 *
 * From npm, where it is the same code: `deno-std@1.4.0`. From JSR it is one line: map
 * `"@std/assert"` to `"jsr:@std/assert@1"` in `deno.json` and delete this file.
 */
// @ts-types="./std_assert.d.ts"
export {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "npm:deno-std@1.4.0/assert/mod.js";
