/**
 * Numbers as text.
 *
 * @module
 */

/** A fraction as a percentage, `22 %`; below 10 % with a decimal. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value === 0 || value === 100) return `${value} %`;
  if (value < 0.1) return "< 0.1 %";
  if (value > 99.9) return "> 99.9 %";
  return `${value.toFixed(value < 9.95 || value > 99 ? 1 : 0)} %`;
}

/** A number with a fixed number of decimals; a dash for a missing one. */
export function fixed(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return "∞";
  return value.toFixed(digits).replace("-", "−");
}

/** A number with `count` significant digits. */
export function digits(value: number, count = 3): string {
  return String(Number(value.toPrecision(count))).replace("-", "−");
}

/** A count with its noun: `one date`, `7 dates`. */
export function counted(count: number, noun: string): string {
  const words = ["no", "one", "two", "three", "four", "five", "six"];
  return `${words[count] ?? count} ${noun}${count === 1 ? "" : "s"}`;
}
