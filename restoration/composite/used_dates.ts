/**
 * Dates that a mean uses, in words.
 *
 * @module
 */

import type { MeanFit } from "../../means/mod.ts";
import type { OpenSeries } from "../open_series.ts";

/** A date that an image uses. */
export interface CompositeDate {
  /** Day, or the name of the file. */
  readonly name: string;
  /** Expected RMS error in reflectance of this date alone; undefined if unknown. */
  readonly error?: number;
  /** Clear share of the scene in [0, 1]; undefined if unknown. */
  readonly clear?: number;
}

/** Names of the dates: days and files. */
export type NamedDates = Pick<OpenSeries, "dates" | "paths">;

const MS_PER_DAY = 86_400_000;

/** Days since 1970; all 0 if one is unknown. */
export function daysOf(dates: readonly (string | undefined)[]): readonly number[] {
  if (dates.includes(undefined)) return dates.map(() => 0);
  return dates.map((date) => Date.parse(`${date}T00:00:00Z`) / MS_PER_DAY);
}

/** Short name of a date. */
export function nameOf({ dates, paths }: NamedDates, l: number): string {
  return dates[l] ?? paths[l]!.replace(/^.*[\\/](?=.)/, "");
}

/** Dates that a fit uses, in rising order. */
export function usedOf(series: NamedDates, { dates }: MeanFit): readonly CompositeDate[] {
  const rounded = (value: number) => Number(value.toPrecision(3));
  return dates.filter(({ used }) => used).map(({ index, error, clear }) => ({
    name: nameOf(series, index),
    ...(Number.isFinite(error) && { error: rounded(error) }),
    ...(Number.isFinite(clear) && { clear: rounded(clear) }),
  }));
}

/** Fallbacks of a fit, with the names of the dates in place of their indices. */
export function notesOf(series: NamedDates, { notes }: MeanFit): readonly string[] {
  return notes.map((note) =>
    note.replace(/\bdate (\d+)\b/g, (_, l) => nameOf(series, Number(l)))
      .replace(/(: )(\d+(?:, \d+)*)$/, (_, colon, list: string) =>
        colon + list.split(", ").map((l) =>
          nameOf(series, Number(l))
        ).join(", "))
  );
}

/** Dates in a line; those with the least error, or else the clearest, first. */
export function usedText(used: readonly CompositeDate[]): string {
  const most = 8;
  const sorted = used.toSorted((a, b) =>
    a.error !== undefined && b.error !== undefined
      ? a.error - b.error
      : (b.clear ?? 0) - (a.clear ?? 0)
  );
  const shown = sorted.slice(0, most).map(({ name, error, clear }) =>
    error !== undefined
      ? `${name} (error ${error} in reflectance)`
      : clear === undefined
      ? name
      : `${name} (${(100 * clear).toFixed(0)} % clear)`
  ).join(", ");
  if (sorted.length === 0) return "no other date";
  return sorted.length > most ? `${shown} and ${sorted.length - most} more` : shown;
}

/** Tags of a mean, which are logged, too. */
export function meanTags(
  series: NamedDates & Pick<OpenSeries, "scene">,
  fit: MeanFit,
  { type, log }: {
    /** Name of the mean. */
    readonly type: string;
    readonly log: (line: string) => void;
  },
): Readonly<Record<string, string>> {
  const name = nameOf(series, series.scene.reference);
  const text = `${type} from ${usedText(usedOf(series, fit))}`;
  const notes = notesOf(series, fit);
  log(`mean of ${name}: ${text}`);
  for (const note of notes) log(`warning: ${name}: ${note}`);
  return { EMRDM_MEAN: text, ...(notes.length > 0 && { EMRDM_NOTES: notes.join("; ") }) };
}
