/**
 * Values as texts that can be compared, and short names for them.
 *
 * @module
 */

/** JSON with sorted keys, so that equal values are equal texts. Infinity is kept. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, item) => {
    if (item === Infinity) return "Infinity";
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

/** The first 8 hexadecimal digits of SHA-256. */
export async function shortHash(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest, 0, 4), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
