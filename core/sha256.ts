/**
 * SHA-256 of values that are in memory as a whole, on any runtime.
 *
 * @module
 */

/**
 * Returns the SHA-256 of a string's UTF-8 bytes, or of an array's bytes, as 64 hexadecimal digits.
 *
 * @example
 * ```ts
 * import { sha256 } from "./sha256.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await sha256("abc")).slice(0, 8), "ba7816bf");
 * ```
 */
export async function sha256(data: string | ArrayBufferView): Promise<string> {
  const bytes = typeof data === "string"
    ? new TextEncoder().encode(data)
    // A copy, as the digest takes no view of shared memory.
    : new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Returns the first 8 hexadecimal digits of {@linkcode sha256}. */
export async function shortHash(data: string | ArrayBufferView): Promise<string> {
  return (await sha256(data)).slice(0, 8);
}
