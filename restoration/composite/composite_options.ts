/**
 * Options of making a composite from files to files, and the dates and files that they stand for.
 *
 * @module
 */

import { shownAddress } from "../../core/mod.ts";
import { dateOf, isDay } from "../../products/mod.ts";
import type { AreaOptions } from "../area.ts";
import { datedPath } from "../dated_path.ts";
import { byDate, findReference, type SceneInput } from "../reference.ts";
import type { OpenReflectanceOptions } from "../reflectance_series.ts";
import type { MaskOptions, WriteOptions } from "../scene_options.ts";
import {
  areDated,
  daysPath,
  itemPath,
  provenancePath,
  type ScenePaths,
  supportPath,
  uncertaintyPath,
} from "../scene_paths.ts";
import type { CompositeMethodName } from "./methods.ts";

/** Progress of a composite. */
export interface CompositeProgress {
  /** Blocks done, of the survey and of the images. */
  readonly done: number;
  /** Blocks of both stages. */
  readonly total: number;
  /** Stage of the work. */
  readonly stage: "survey" | "images";
}

/** Options of `compositeScene`. */
export interface CompositeSceneOptions extends OpenReflectanceOptions, AreaOptions {
  /**
   * Date that is depicted: its index among `inputs`, its day or its path; "all" makes an image of every
   * date, "none" one of the whole period. Default the last day; with `from` or `to`, "none".
   */
  readonly reference?: number | string;
  /** First day of the dates that are used. Default: all. */
  readonly from?: string;
  /** Last day of the dates that are used. Default: all. */
  readonly to?: string;
  /** Default "composite"; of a period, "geomedian". */
  readonly method?: CompositeMethodName;
  /** Masks of the dates. Default "auto": the product's own mask, else the detector. */
  readonly mask?: Omit<MaskOptions, "fill">;
  /** Accepts the detector on surface reflectance (L2A). Default false. */
  readonly allowLevelMismatch?: boolean;
  /**
   * Output files. With the reference "all", the path has `{date}` (the day of each image, or its index
   * where it is unknown) or `{name}` (the name of its file).
   */
  readonly write: WriteOptions;
  /**
   * Threads that compose pixels beside the calling one, which reads; 0: none. Default one less than the
   * processors, at most 4. The pixels do not depend on it.
   */
  readonly threads?: number;
  /** Called after each block. */
  readonly onProgress?: (progress: CompositeProgress) => void;
}

/** Dates of a composite and the images that it makes. */
export interface CompositePlan {
  readonly inputs: readonly SceneInput[];
  /** Index among `inputs` of the date of each image, by rising day; undefined for the period's. */
  readonly references: readonly (number | undefined)[];
  /** Index among `inputs` of the date whose grid and bands all images have. */
  readonly grid: number;
  /** Files of each image. */
  readonly paths: readonly ScenePaths[];
}

/** Inputs between two days. @throws {RangeError} If there are none, or a day is unknown or no day. */
function between(
  inputs: readonly SceneInput[],
  { from, to }: Pick<CompositeSceneOptions, "from" | "to">,
): readonly SceneInput[] {
  if (from === undefined && to === undefined) return inputs;
  const period = `${from ?? "the first day"} to ${to ?? "the last day"}`;
  const wrong = [from, to].find((day) => day !== undefined && !isDay(day));
  if (wrong !== undefined) {
    throw new RangeError(`Cannot choose dates: a day must be as 2018-03-07, got ${wrong}`);
  }
  if (from !== undefined && to !== undefined && from > to) {
    throw new RangeError(
      `Cannot choose dates: the first day must not be after the last, got ${period}`,
    );
  }
  const dates = inputs.map(({ path, date }) => date ?? dateOf(path));
  const undated = dates.indexOf(undefined);
  if (undated >= 0) {
    throw new RangeError(
      `Cannot choose the dates from ${period}: the day of ${shownAddress(inputs[undated]!.path)} ` +
        "must be known, got none in its name; give it (--date)",
    );
  }
  const inside = inputs.filter((_, i) =>
    (from === undefined || dates[i]! >= from) && (to === undefined || dates[i]! <= to)
  );
  if (inside.length > 0) return inside;
  throw new RangeError(
    `Cannot choose the dates from ${period}: there must be at least one, got ` +
      dates.toSorted().join(", "),
  );
}

function pathsOf(
  { output, picture }: Pick<WriteOptions, "output" | "picture">,
  { hasError, isDated }: { readonly hasError: boolean; readonly isDated: boolean },
): ScenePaths {
  return {
    output,
    provenance: provenancePath(output),
    support: supportPath(output),
    days: daysPath(output),
    ...(hasError && { uncertainty: uncertaintyPath(output) }),
    ...(picture !== undefined && { picture }),
    ...(isDated && { item: itemPath(output) }),
  };
}

/**
 * Plans the images of a composite.
 *
 * @param hasError True if the method knows the expected error.
 * @throws {RangeError} If there is no date, no such reference, or the output's name has no `{date}` for
 *   several images.
 */
export function planComposite(
  { inputs: given, reference, from, to, write }: CompositeSceneOptions,
  { hasError }: { readonly hasError: boolean },
): CompositePlan {
  const inputs = between(given, { from, to });
  const { output, picture } = write;
  const isPeriod = reference === "none" ||
    (reference === undefined && (from !== undefined || to !== undefined));
  const dates = inputs.map(({ path, date }) => date ?? dateOf(path));
  const isDated = areDated(inputs);
  const last = dates.includes(undefined)
    ? inputs.length - 1
    : dates.lastIndexOf(dates.toSorted().at(-1));
  if (reference !== "all") {
    // An index is one of all inputs.
    const chosen = isPeriod || reference === undefined
      ? last
      : typeof reference === "number"
      ? inputs.indexOf(
        given[
          findReference(reference, {
            inputs: given,
            dates: given.map(({ path, date }) => date ?? dateOf(path)),
          })
        ]!,
      )
      : findReference(reference, { inputs, dates });
    if (chosen < 0) {
      throw new RangeError(
        `Cannot take ${reference} for the reference: it must be between ${
          from ?? "the first day"
        } ` +
          `and ${to ?? "the last day"}, got ${shownAddress(given[Number(reference)]!.path)}`,
      );
    }
    return {
      inputs,
      references: [isPeriod ? undefined : chosen],
      grid: chosen,
      paths: [pathsOf({ output, picture }, { hasError: hasError && !isPeriod, isDated })],
    };
  }
  const order = byDate(dates);
  return {
    inputs,
    references: order,
    grid: last,
    paths: order.map((index) =>
      pathsOf({
        output: datedPath(output, { inputs, index, flag: "--out" }),
        ...(picture !== undefined && {
          picture: datedPath(picture, { inputs, index, flag: "--png" }),
        }),
      }, { hasError, isDated })
    ),
  };
}
