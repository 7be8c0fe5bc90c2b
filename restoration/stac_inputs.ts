/**
 * Inputs that are STAC documents, replaced by their items; and the conditions that choose dates.
 *
 * @module
 */

import { InputError, shownAddress } from "../core/mod.ts";
import { dateOf, findItems, isStac, type ItemFilter, timeInterval } from "../products/mod.ts";
import type { SceneInput } from "./reference.ts";

/** Options that choose items and dates. */
export interface ItemOptions {
  /** Input dates; a STAC collection, catalog or search result stands for its items. */
  readonly inputs: readonly SceneInput[];
  /**
   * Days or times of the dates that are used, as an interval: `2018-05-01/2018-05-31`, `../2018-05-31`.
   * Default all.
   */
  readonly datetime?: string;
  /** Part to restore; of STAC catalogs, the items that touch it are used. */
  readonly bbox?: ItemFilter["bbox"];
  /** CRS of `bbox`: an EPSG code such as EPSG:4326, or a PROJ string. Default that of the scene. */
  readonly bboxCrs?: string;
}

/** True if the day of an input lies in the interval. @throws {RangeError} If its day is unknown. */
function isInside({ path, date = dateOf(path) }: SceneInput, datetime: string): boolean {
  if (date === undefined) {
    throw new RangeError(
      `Cannot choose the dates of ${datetime}: the day of ${
        shownAddress(path)
      } must be known, got ` +
        "none in its name; give it (--date)",
    );
  }
  const [start, end] = timeInterval(datetime);
  const [first, last] = timeInterval(date);
  return first <= end && last >= start;
}

/**
 * Replaces STAC documents among the inputs by their items, and leaves out dates outside of the interval.
 * Other inputs stay as they are and are not read.
 *
 * @throws {InputError} If a document cannot be read, or holds no item that meets the conditions.
 * @throws {RangeError} If a condition is malformed or leaves no date.
 */
export async function withItems<O extends ItemOptions>(options: O): Promise<O> {
  const { inputs, datetime, bbox, bboxCrs } = options;
  if (datetime === undefined && !inputs.some(({ path }) => isStac(path))) return options;
  const all: SceneInput[] = [];
  for (const input of inputs) {
    if (!isStac(input.path)) {
      if (datetime === undefined || isInside(input, datetime)) all.push(input);
      continue;
    }
    if (input.name !== undefined) {
      all.push(input);
      continue;
    }
    const items = await findItems(input.path, {
      ...(datetime !== undefined && { datetime }),
      ...(bbox && { bbox }),
      ...(bboxCrs !== undefined && { bboxCrs }),
    });
    if (input.date !== undefined && items.length > 1) {
      throw new InputError(
        `Cannot take ${input.date} for the date of ${
          shownAddress(input.path)
        }: it must be one item, ` +
          `got ${items.length}, which have dates of their own`,
      );
    }
    all.push(...items.map(({ path, date, id }) => ({ path, date: input.date ?? date, name: id })));
  }
  if (all.length > 0 || inputs.length === 0) return { ...options, inputs: all };
  throw new RangeError(
    `Cannot choose the dates of ${datetime}: there must be at least one, got ` +
      inputs.map(({ path, date = dateOf(path) }) => date).join(", "),
  );
}
