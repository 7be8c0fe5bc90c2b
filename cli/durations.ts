/**
 * Durations as text, with their units.
 *
 * @module
 */

/** Units by size: the name, its seconds, and the decimals shown. */
const UNITS = [
  { name: "s", seconds: 1, decimals: 0, below: 120 },
  { name: "min", seconds: 60, decimals: 0, below: 7200 },
  { name: "h", seconds: 3600, decimals: 1, below: Infinity },
] as const;

/** Seconds as `1:05:09` or `3:07`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = `${whole % 60}`.padStart(2, "0");
  return hours > 0 ? `${hours}:${`${minutes}`.padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/**
 * A range of seconds as `20–28 s`, `12–15 min` or `2.1–2.6 h`, rounded outwards; `under 1 s` if it is.
 */
export function durationRange([low, high]: readonly [number, number]): string {
  if (high < 1) return "under 1 s";
  const { name, seconds, decimals } = UNITS.find(({ below }) => high < below)!;
  const step = 10 ** decimals;
  const first = (Math.floor(low / seconds * step) / step).toFixed(decimals);
  const last = (Math.ceil(high / seconds * step) / step).toFixed(decimals);
  return first === last ? `${first} ${name}` : `${first}–${last} ${name}`;
}

/** Seconds as `22 s`, `13 min` or `2.4 h`; `under 1 s` if they are. */
export function duration(value: number): string {
  if (value < 1) return "under 1 s";
  const { name, seconds, decimals } = UNITS.find(({ below }) => value < below)!;
  return `${(value / seconds).toFixed(decimals)} ${name}`;
}
