import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

const NOTHING = Object.create(null) as object;

const EQUAL: readonly (readonly [unknown, unknown])[] = [
  [[0, Number.NaN], [-0, Number.NaN]],
  [new Float32Array([1, 2]), new Float32Array([1, 2])],
  [{ a: { b: [1] }, c: undefined }, { c: undefined, a: { b: [1] } }],
  [new Map([["a", [1]]]), new Map([["a", [1]]])],
  [new Date(3), new Date(3)],
  [NOTHING, Object.create(null)],
];

const DIFFERENT: readonly (readonly [unknown, unknown])[] = [
  [1, "1"],
  [null, {}],
  [[1], [1, 2]],
  [[1], { 0: 1 }],
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [new Float32Array([1]), new Float64Array([1])],
  [new Set([1]), new Set([2])],
  [new DataView(new ArrayBuffer(2)), new DataView(new ArrayBuffer(3))],
  [NOTHING, {}],
];

/** True if an assertion passes. */
function passes(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

Deno.test("assertEquals() compares values, not identities, and assertNotEquals() is its opposite", () => {
  for (const [a, b] of EQUAL) {
    if (!passes(() => assertEquals(a, b))) throw new Error(`${Deno.inspect([a, b])} are equal`);
    if (passes(() => assertNotEquals(a, b))) throw new Error(`${Deno.inspect([a, b])} are equal`);
  }
  for (const [a, b] of DIFFERENT) {
    if (passes(() => assertEquals(a, b))) throw new Error(`${Deno.inspect([a, b])} differ`);
    if (!passes(() => assertNotEquals(a, b))) throw new Error(`${Deno.inspect([a, b])} differ`);
  }
});

Deno.test("assertThrows() and assertRejects() return the error, and fail without one", async () => {
  const error = new RangeError("Cannot cut: too short");
  const cut = () => {
    throw error;
  };
  assert(assertThrows(cut, RangeError, "too short") === error);
  assert(await assertRejects(() => Promise.reject(error), RangeError) === error);
  for (const [errorClass, includes] of [[TypeError], [RangeError, "too long"]] as const) {
    if (passes(() => assertThrows(cut, errorClass, includes))) throw new Error("another error");
  }
  if (passes(() => assertThrows(() => 1))) throw new Error("no error");
  const resolved = assertRejects(() => Promise.resolve(1)).then(() => true, () => false);
  if (await resolved) throw new Error("no rejection");
});

Deno.test("assertions of numbers and strings fail where they should", () => {
  assertAlmostEquals(1 + 1e-8, 1);
  const wrong: readonly (() => void)[] = [
    () => assert(0),
    () => assertAlmostEquals(1 + 1e-6, 1),
    () => assertAlmostEquals(Number.NaN, 1, 10),
    () => assertGreater(1, 1),
    () => assertMatch("abc", /d/),
    () => assertStringIncludes("abc", "d"),
  ];
  for (const run of wrong) if (passes(run)) throw new Error(`${run} passes`);
});
