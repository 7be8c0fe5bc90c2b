/**
 * Options of which some are not given.
 *
 * @module
 */

/** The properties that have a value. Those without one are removed, so that defaults replace them. */
export function defined<T extends object>(options: T): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as T;
}
