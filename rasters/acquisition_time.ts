/**
 * Acquisition times as GDAL and TIFF write them.
 *
 * @module
 */

/** ISO time: a day, or a day with a time in UTC. */
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?Z?)?$/;

/** Returns true for a day, or a time in UTC. */
export function isTime(text: string): boolean {
  return ISO.test(text);
}

/**
 * The time as in GDAL's ACQUISITIONDATETIME, `2018-07-05 10:30:31`; midnight if only the day is known.
 *
 * @throws {TypeError} If it is neither a day nor a time in UTC.
 */
export function acquisitionTime(time: string): string {
  const [, day, clock = "00:00:00"] = ISO.exec(time) ?? [];
  if (day !== undefined) return `${day} ${clock}`;
  throw new TypeError(
    `Cannot write the acquisition time: it must be as 2018-07-05T10:30:31Z or 2018-07-05, got ` +
      `"${time}"`,
  );
}

/** The time as in TIFF's DateTime tag, `2018:07:05 10:30:31`. @throws {TypeError} As above. */
export function tiffTime(time: string): string {
  return acquisitionTime(time).replaceAll("-", ":");
}
