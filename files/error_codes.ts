/**
 * Errors of the operating system by their codes.
 *
 * @module
 */

/** True if an error carries one of the operating system's codes, such as "ENOSPC". */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(error.code as string);
}

/** True for a full disk or quota: an error of the operating system, or the output of a program. */
export function isDiskFull(error: unknown): boolean {
  if (typeof error === "string") {
    return /No space left on device|Disk quota exceeded/i.test(error);
  }
  return hasCode(error, "ENOSPC", "EDQUOT");
}
