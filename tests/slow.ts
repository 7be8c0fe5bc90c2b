/**
 * Tests that are slow by nature. `deno task test` ignores them visibly; `deno task test:all`, which
 * CI runs, sets `EMRDM_TEST_ALL=1`.
 */

/** True where slow tests run. */
export const RUN_SLOW: boolean = Deno.env.get("EMRDM_TEST_ALL") === "1";

/** Registers a test that only `deno task test:all` runs. */
export function slowTest(
  name: string,
  fn: (context: Deno.TestContext) => void | Promise<void>,
): void {
  Deno.test({ name, ignore: !RUN_SLOW, fn });
}
