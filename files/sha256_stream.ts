/**
 * SHA-256 of data that arrives in parts.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** A SHA-256 under way. */
export interface Sha256Stream {
  /** Adds a string's UTF-8 bytes, or an array's bytes. */
  update(data: string | ArrayBufferView): Sha256Stream;
  /** Returns the digest as 64 hexadecimal digits; nothing can be added after it. */
  hex(): string;
}

/**
 * Starts a SHA-256.
 *
 * @example
 * ```ts
 * import { sha256Stream } from "./sha256_stream.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sha256Stream().update("a").update("bc").hex().slice(0, 8), "ba7816bf");
 * ```
 */
export function sha256Stream(): Sha256Stream {
  const hash = createHash("sha256");
  const stream: Sha256Stream = {
    update(data) {
      hash.update(
        typeof data === "string"
          ? data
          : new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      );
      return stream;
    },
    hex: () => hash.digest("hex"),
  };
  return stream;
}
