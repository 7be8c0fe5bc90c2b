/**
 * JSON that is the same for equal values.
 *
 * @module
 */

/** Returns JSON with sorted keys, so that equal values give equal strings. Infinity is kept. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, item) => {
    if (item === Infinity) return "Infinity";
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => a < b ? -1 : 1));
  });
}
