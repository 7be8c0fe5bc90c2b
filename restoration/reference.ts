/**
 * Input dates, their order, and the one that is restored.
 *
 * @module
 */

import { shownAddress } from "../core/mod.ts";

/** One input date. */
export interface SceneInput {
  /**
   * GeoTIFF (path or http(s) address), folder with a file per band, SAFE or EOPF product, or STAC
   * document; an item of a document is `search.json#ID`.
   */
  readonly path: string;
  /** Day, as `2018-03-07`. Default the one in the path. */
  readonly date?: string;
  /** Name for the files of the date. Default the name in the path. */
  readonly name?: string;
}

/**
 * Index of the reference date.
 *
 * @param given Index among the inputs, day or path.
 * @throws {RangeError} If it is none of the inputs, or several of them.
 */
export function findReference(
  given: number | string,
  { inputs, dates }: {
    readonly inputs: readonly SceneInput[];
    readonly dates: readonly (string | undefined)[];
  },
): number {
  const shown = shownAddress(String(given));
  const named = inputs.keys().filter((i) => inputs[i]!.path === given || dates[i] === given)
    .toArray();
  if (named.length > 1) {
    throw new RangeError(
      `Cannot take ${shown} for the reference: it must be one input, got ` +
        `${named.map((i) => `${i} (${shownAddress(inputs[i]!.path)})`).join(", ")}; give its index`,
    );
  }
  const index = typeof given === "number" ? given : named[0] ?? -1;
  if (!Number.isInteger(index) || index < 0 || index >= inputs.length) {
    const known = inputs.map(({ path }, i) => dates[i] ?? shownAddress(path)).join(", ");
    const undated = dates.includes(undefined)
      ? "; dates come from file names such as scene_2018-03-07.tif, or from --date"
      : "";
    throw new RangeError(
      `Cannot take ${shown} for the reference: ` +
        (typeof given === "string" ? "none of the inputs has this date or path; " : "") +
        `it must be an index (0 … ${inputs.length - 1}), or one of ${known}${undated}`,
    );
  }
  return index;
}

/** Indices by rising day; the given order if a day is unknown. */
export function byDate(dates: readonly (string | undefined)[]): readonly number[] {
  const order = dates.map((_, i) => i);
  if (dates.includes(undefined)) return order;
  return order.sort((a, b) => dates[a]! < dates[b]! ? -1 : dates[a]! > dates[b]! ? 1 : a - b);
}
