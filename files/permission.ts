/**
 * Permissions that Deno has not been given, as conditions with the flag to add.
 *
 * @module
 */

const WORDS: Readonly<Record<string, string>> = {
  read: "read",
  write: "write",
  net: "connect to",
  run: "run",
  import: "import from",
};

/** A permission that is missing. */
export interface MissingPermission {
  /** "read", "write", "net", "run", "import", "ffi", "sys" or "env". */
  readonly kind: string;
  /** File, host or program; undefined if the permission has none. */
  readonly name?: string;
  /** The condition with its remedy: "Deno must be allowed to read a.tif; add --allow-read=a.tif". */
  readonly reason: string;
}

/**
 * The permission that an error asks for; undefined for other errors.
 *
 * @example
 * ```ts
 * import { missingPermission } from "./permission.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new Deno.errors.NotCapable(
 *   'Requires net access to "host:443", run again with the --allow-net flag',
 * );
 * assertEquals(
 *   missingPermission(error)?.reason,
 *   "Deno must be allowed to connect to host:443; add --allow-net=host:443",
 * );
 * assertEquals(missingPermission(new Error("no")), undefined);
 * ```
 */
export function missingPermission(error: unknown): MissingPermission | undefined {
  if (!(error instanceof Deno.errors.NotCapable)) return undefined;
  const found = /Requires (\w+) access(?: to "(.*?)")?/.exec(error.message);
  if (found === null) return undefined;
  const [, kind = "all", name] = found;
  const value = name === undefined || name.startsWith("<") ? "" : `=${name}`;
  const what = name === undefined ? `use "${kind}"` : `${WORDS[kind] ?? `use "${kind}":`} ${name}`;
  const flags = `--allow-${kind}${value}`;
  return {
    kind,
    ...(value !== "" && { name }),
    reason: `Deno must be allowed to ${what}; add ${flags}`,
  };
}
