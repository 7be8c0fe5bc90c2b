/**
 * The facts that a product's own naming rule states: sensor, level, acquisition date, bands by their
 * meaning, scale, offset and fill.
 *
 * @module
 */

/** Facts of a product in its name; unknown ones are undefined. */
export interface NamedProduct {
  /** Name for messages, such as "Landsat Collection 2 Level 2". */
  readonly product: string;
  /** The instrument, such as "Sentinel-2". */
  readonly sensor: string;
  /** Top-of-atmosphere (L1C) or surface (L2A) reflectance. */
  readonly level?: "L1C" | "L2A";
  /** Acquisition date; null if the name has none, or only that of its production. */
  readonly date: string | null;
  /** Time of the acquisition (UTC) as `10:30:31`, if the name has it. */
  readonly time?: string;
  /** Reflectance of one digital number. */
  readonly scale?: number;
  /** Reflectance of digital number 0. */
  readonly offset?: number;
  /** Digital number of pixels without data. */
  readonly fill?: number;
  /**
   * Sentinel-2 band of the same meaning, by the product's own name in upper case; other bands keep
   * a name that no Sentinel-2 band has.
   */
  readonly bands?: Readonly<Record<string, string>>;
  /** Names of the bands of a file without band names, by their order. */
  readonly order?: readonly string[];
  /** Why the values are no reflectance, and what to do. */
  readonly refusal?: string;
}

/** A rule of product names. */
export interface NamingRule {
  /** Reads a part of a path; undefined if it is no name of this rule. */
  (part: string): NamedProduct | undefined;
}

/** Formats the digits of `20180507` as `2018-05-07`; null if it is no day. */
export function dayOfDigits(digits: string): string | null {
  const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
  const date = new Date(`${day}T00:00:00Z`);
  const same = !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === day;
  return same ? day : null;
}

/** Formats the digits of `103031` as the time `10:30:31`; nothing if they are none. */
export function timeOfDigits(digits: string): Pick<NamedProduct, "time"> {
  const [, hours, minutes, seconds] = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/.exec(digits) ?? [];
  return hours === undefined ? {} : { time: `${hours}:${minutes}:${seconds}` };
}

/** Formats year and day of the year, `2018127`, as `2018-05-07`; null if it is no day. */
export function dayOfYear(digits: string): string | null {
  const [year, day] = [Number(digits.slice(0, 4)), Number(digits.slice(4, 7))];
  const date = new Date(Date.UTC(year, 0, day));
  return day >= 1 && date.getUTCFullYear() === year ? date.toISOString().slice(0, 10) : null;
}
