/**
 * Opens the files of the dates of one location: sorted by day, on the grid of the reference.
 *
 * @module
 */

import { normalizeBand, shownAddress } from "../core/mod.ts";
import { alignment } from "../rasters/mod.ts";
import { dateOf, isDay, openScene, type SceneFile } from "../products/mod.ts";
import { abortable } from "./abortable.ts";
import { withoutInfinite } from "./finite.ts";
import { byDate, findReference } from "./reference.ts";
import type { SceneFrame } from "./scene.ts";
import type { ItemOptions } from "./stac_inputs.ts";

/** Advice for items on several grids. */
const SAME_GRID = "choose items of one grid, such as those of one tile (--bbox, --datetime)";

/** Options of {@linkcode openDates}. */
export interface DatedFilesOptions extends Pick<ItemOptions, "inputs" | "datetime"> {
  /** Reference date: its index among `inputs`, its day or its path. Default the last day. */
  readonly reference?: number | string;
  /** Names of the files' bands in order, if the files have none. */
  readonly bandNames?: readonly string[];
  /** Receives a warning for the first infinite number of a file. */
  readonly log?: (line: string) => void;
  /** Cancels opening and, later, reading. */
  readonly signal?: AbortSignal;
}

/** Open files of the dates, in rising order of their days. */
export interface DatedFiles {
  readonly files: readonly SceneFile[];
  /** Days; undefined where one is unknown. */
  readonly dates: readonly (string | undefined)[];
  /** Paths; addresses without query strings. */
  readonly paths: readonly string[];
  /** Index among the inputs of each date. */
  readonly inputs: readonly number[];
  /** Index of the reference among the dates. */
  readonly reference: number;
  /** The file's pixel at the reference's pixel (0, 0), for each date. */
  readonly places: readonly SceneFrame["place"][];
  /** Opens another file, which `close` closes too. */
  open(path: string): Promise<SceneFile>;
  /** Closes all files. */
  close(): Promise<void>;
}

/**
 * Opens dated files. Reads only headers.
 *
 * @throws {InputError} If a file cannot be read, or lies on another grid than the reference.
 * @throws {RangeError} If a date isn't a day, or the reference matches none or several.
 */
export async function openDates(
  { inputs, reference: given, bandNames, log = () => {}, signal }: DatedFilesOptions,
): Promise<DatedFiles> {
  const wrong = inputs.find(({ date }) => date !== undefined && !isDay(date))?.date;
  if (wrong !== undefined) {
    throw new RangeError(`Cannot take ${wrong} for a date: it must be a day, as 2018-03-07`);
  }
  const dates = inputs.map(({ path, date }) => date ?? dateOf(path));
  const order = byDate(dates);
  const chosen = findReference(given ?? order.at(-1)!, { inputs, dates });
  const opened: SceneFile[] = [];
  const close = async () => {
    for (const file of opened) await file.close();
  };
  const open = async (path: string, names?: readonly string[]) => {
    signal?.throwIfAborted();
    const file = await openScene(path, names && { bandNames: names });
    opened.push(file);
    return withoutInfinite(abortable(file, signal), ({ band, column, row }) => {
      log(
        `warning: ${
          shownAddress(path)
        }: ${band} is infinite at column ${column}, row ${row}; infinite numbers ` +
          "count as missing data",
      );
    });
  };
  try {
    const scenes: SceneFile[] = [];
    for (const { path } of inputs) {
      scenes.push(await open(path, bandNames?.map(normalizeBand)));
    }
    const files = order.map((i) => scenes[i]!);
    const reference = order.indexOf(chosen);
    const grid = files[reference]!;
    return {
      files,
      dates: order.map((i) => dates[i]),
      paths: files.map(({ source }) => source),
      inputs: order,
      reference,
      places: files.map((file) =>
        alignment(grid.header, file.header, {
          grid: grid.source,
          other: file.source,
          ...(file.kind === "stac" && { fix: SAME_GRID }),
        })
      ),
      open: (path) => open(path),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
