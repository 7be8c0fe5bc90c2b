import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  boolean,
  type Check,
  checkOptions,
  integer,
  list,
  number,
  numberOrInfinity,
  object,
  oneOf,
  OptionsError,
  pair,
  string,
} from "../../core/mod.ts";

/** Values that a check returns as they are, and values that it refuses, naming the path. */
const CASES: readonly (readonly [string, Check<unknown>, unknown[], unknown[]])[] = [
  ["number()", number(), [0, -1.5, 1e300], [NaN, Infinity, "1", null, undefined, true]],
  ["number({ min, max })", number({ min: 0, max: 1 }), [0, 0.5, 1], [-1e-9, 1.001]],
  ["number({ above, below })", number({ above: 0, below: 1 }), [1e-9, 0.999], [0, 1, -1]],
  ["numberOrInfinity()", numberOrInfinity({ min: 0 }), [0, 5, Infinity], [-1, -Infinity, NaN]],
  ["integer({ min })", integer({ min: 1 }), [1, 2 ** 53 - 1], [0, 1.5, 2 ** 53, "1"]],
  ["boolean", boolean, [true, false], [0, "true", null]],
  ["string", string, ["", "a"], [1, null, ["a"]]],
  ["oneOf()", oneOf("a", "b"), ["a", "b"], ["c", "", 0]],
  ["list()", list(integer()), [[], [1, 2]], ["12", [1, 0.5], { length: 0 }]],
  ["list({ min, max })", list(integer(), { min: 1, max: 2 }), [[1], [1, 2]], [[], [1, 2, 3]]],
  ["pair()", pair(integer()), [[1, 2]], [[1], [1, 2, 3], 1]],
];

for (const [name, check, good, bad] of CASES) {
  Deno.test(`${name} returns good values and refuses others with the path`, () => {
    for (const value of good) assertEquals(check(value, "$.a"), value);
    for (const value of bad) {
      const error = assertThrows(() => check(value, "$.a"), OptionsError);
      assertEquals(error.path.slice(0, 3), "$.a");
      assertStringIncludes(error.message, `${error.path}: must be`);
    }
  });
}

Deno.test("number() says the bounds and what it got", () => {
  const error = assertThrows(() => number({ above: 0, max: 2 })(3, "$.x"), OptionsError);
  assertEquals(error.message, "$.x: must be a number > 0 and ≤ 2, got 3");
});

Deno.test("list() names the item that is wrong", () => {
  const error = assertThrows(() => list(integer())([1, "b"], "$.widths"), OptionsError);
  assertEquals(error.path, "$.widths[1]");
});

interface Options {
  readonly alpha: number;
  readonly name?: string;
}

const checks = { alpha: number({ above: 0 }), name: string };

Deno.test("checkOptions() completes with defaults, and an explicit undefined is left out", () => {
  const defaults = { alpha: 3, name: "x" };
  assertEquals(checkOptions<Options>({}, { checks, defaults }), { alpha: 3, name: "x" });
  const options = checkOptions<Options>({ alpha: 2, name: undefined }, { checks, defaults });
  assertEquals(options, { alpha: 2, name: "x" });
});

Deno.test("checkOptions() lists the known options when a key is unknown", () => {
  const error = assertThrows(
    () => checkOptions<Options>({ beta: 1 }, { checks, path: "$.schedule" }),
    OptionsError,
  );
  assertEquals(error.path, "$.schedule.beta");
  assertStringIncludes(error.message, "known: alpha, name");
});

Deno.test("checkOptions() knows no option by inheritance", () => {
  const hostile = JSON.parse(`{ "alpha": 1, "__proto__": 2 }`);
  assertThrows(() => checkOptions<Options>(hostile, { checks }), OptionsError, "__proto__");
  assertThrows(
    () => checkOptions<Options>({ toString: 1 }, { checks }),
    OptionsError,
    "toString",
  );
});

Deno.test("checkOptions() refuses a missing option and what is no object", () => {
  const error = assertThrows(() => checkOptions<Options>({ name: "" }, { checks }), OptionsError);
  assertEquals(error.message, "$.alpha: is required");
  for (const value of [null, [], 3, "a", undefined]) {
    assertThrows(() => checkOptions<Options>(value, { checks }), OptionsError, "must be an object");
  }
});

Deno.test("object() checks nested options with their path", () => {
  const nested = object({ inner: object<Options>(checks, { alpha: 3, name: "" }) });
  assertEquals(nested({ inner: {} }, "$"), { inner: { alpha: 3, name: "" } });
  const error = assertThrows(() => nested({ inner: { alpha: 0 } }, "$.model"), OptionsError);
  assertEquals(error.path, "$.model.inner.alpha");
});
