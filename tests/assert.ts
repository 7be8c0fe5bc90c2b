/**
 * The assertions of the tests and contracts, with the names and meanings of `@std/assert`, on the
 * runtime's own `node:assert` and `node:util`. The tests import `@std/assert`, one line of
 * `deno.json`: with `"jsr:@std/assert@1"` there, this file serves the contracts only.
 *
 * @module
 */

import { AssertionError } from "node:assert";
import { inspect, isDeepStrictEqual } from "node:util";

// deno-lint-ignore no-explicit-any
type Class<T> = abstract new (...args: any[]) => T;

function fail(what: string, message: string | undefined): never {
  throw new AssertionError({ message: message === undefined ? what : `${what}: ${message}` });
}

function shown(value: unknown): string {
  return inspect(value, { depth: 8, maxArrayLength: 50, sorted: true });
}

/** Structural equality: +0 equals −0, NaN equals NaN, and classes must be the same. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a.constructor !== b.constructor) return false;
  if (Array.isArray(a) || (ArrayBuffer.isView(a) && !(a instanceof DataView))) {
    const [one, other] = [a, b] as unknown as readonly ArrayLike<unknown>[];
    if (one!.length !== other!.length) return false;
    for (let i = 0; i < one!.length; i++) if (!equal(one![i], other![i])) return false;
    return true;
  }
  if (a.constructor !== Object && a.constructor !== undefined) return isDeepStrictEqual(a, b);
  const keys = Reflect.ownKeys(a);
  return keys.length === Reflect.ownKeys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(Reflect.get(a, key), Reflect.get(b, key)));
}

/** Requires a truthy value. */
export function assert(value: unknown, message = "Expected a truthy value"): asserts value {
  if (!value) fail(message, undefined);
}

/** Requires structural equality. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  if (equal(actual, expected)) return;
  fail(`Expected ${shown(expected)}\ngot ${shown(actual)}`, message);
}

/** Requires structural difference. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  if (equal(actual, expected)) fail(`Expected another value than ${shown(actual)}`, message);
}

/** Requires the same value, as `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T {
  if (!Object.is(actual, expected)) {
    fail(`Expected the same value as ${shown(expected)}\ngot ${shown(actual)}`, message);
  }
}

/** Requires |actual − expected| ≤ tolerance. Default tolerance: 1e-7 of the expected value. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  message?: string,
): void {
  if (Object.is(actual, expected) || Math.abs(expected - actual) <= tolerance) return;
  fail(`Expected ${expected} ± ${tolerance}, got ${actual}`, message);
}

/** Requires a value that is neither undefined nor null. */
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) fail(`Expected a value, got ${actual}`, message);
}

/** Requires actual > expected. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  if (!(actual > expected)) fail(`Expected ${shown(actual)} > ${shown(expected)}`, message);
}

/** Requires actual ≥ expected. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual >= expected)) fail(`Expected ${shown(actual)} ≥ ${shown(expected)}`, message);
}

/** Requires actual < expected. */
export function assertLess<T>(actual: T, expected: T, message?: string): void {
  if (!(actual < expected)) fail(`Expected ${shown(actual)} < ${shown(expected)}`, message);
}

/** Requires actual ≤ expected. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual <= expected)) fail(`Expected ${shown(actual)} ≤ ${shown(expected)}`, message);
}

/** Requires an instance of a class. */
export function assertInstanceOf<T>(
  actual: unknown,
  expected: Class<T>,
  message?: string,
): asserts actual is T {
  if (!(actual instanceof expected)) {
    fail(`Expected an instance of ${expected.name}, got ${shown(actual)}`, message);
  }
}

/** Requires a match of a pattern. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  if (!expected.test(actual)) fail(`Expected a match of ${expected} in ${shown(actual)}`, message);
}

/** Requires a part of a string. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (!actual.includes(expected)) {
    fail(`Expected ${shown(actual)}\nto include ${shown(expected)}`, message);
  }
}

function caught<E extends Error>(
  error: unknown,
  errorClass: Class<E> | undefined,
  includes: string | undefined,
  message: string | undefined,
): E {
  if (!(error instanceof Error)) fail(`Expected an Error, got ${shown(error)}`, message);
  if (errorClass !== undefined && !(error instanceof errorClass)) {
    fail(`Expected ${errorClass.name}, got ${error.name}: ${error.message}`, message);
  }
  if (includes !== undefined && !error.message.includes(includes)) {
    fail(`Expected the message to include "${includes}", got "${error.message}"`, message);
  }
  return error as E;
}

/** Requires an exception, and returns it. */
export function assertThrows<E extends Error = Error>(
  run: () => unknown,
  errorClass?: Class<E>,
  includes?: string,
  message?: string,
): E {
  try {
    run();
  } catch (error) {
    return caught(error, errorClass, includes, message);
  }
  fail("Expected an exception", message);
}

/** Requires a promise that is rejected, and returns the error. */
export async function assertRejects<E extends Error = Error>(
  run: () => PromiseLike<unknown>,
  errorClass?: Class<E>,
  includes?: string,
  message?: string,
): Promise<E> {
  const promise = run();
  try {
    await promise;
  } catch (error) {
    return caught(error, errorClass, includes, message);
  }
  fail("Expected a rejection", message);
}
