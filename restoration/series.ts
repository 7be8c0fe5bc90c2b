/**
 * Dated files of one place as a scene: opened, put in order, aligned, and their numbers understood.
 *
 * @module
 */

import { InputError, normalizeBand } from "../core/mod.ts";
import { alignment } from "../rasters/mod.ts";
import {
  dateOf,
  isDay,
  openScene,
  type Radiometry,
  type SceneFile,
  sentinel2Radiometry,
} from "../products/mod.ts";
import { bandReflectanceScale, type Model } from "../model/mod.ts";
import { abortable } from "./abortable.ts";
import { openAuxiliary } from "./auxiliary.ts";
import { withoutInfinite } from "./finite.ts";
import { missingOf } from "./missing_values.ts";
import type { Scene, SceneFrame } from "./scene.ts";

/** One date of a place. */
export interface SceneInput {
  /** GeoTIFF (path or http(s) address), folder with a file per band, or SAFE product. */
  readonly path: string;
  /** As `2018-03-07`; default what the path says. */
  readonly date?: string;
}

/** What stands for B10, which L2A products lack: an error, 0, or what clear air gives. */
export type MissingB10 = "error" | "zero" | "clear";

/** Options of {@linkcode openSeries}. */
export interface OpenSeriesOptions {
  readonly inputs: readonly SceneInput[];
  /** The date that is meant: its place among `inputs`, its date or its path. Default the last date. */
  readonly reference?: number | string;
  /** Names of the files' bands in order, where the files do not state them. */
  readonly bandNames?: readonly string[];
  /** Bands of the result by name, in this order. Default those of the file that the model restores. */
  readonly bands?: readonly string[];
  /** What is added to digital numbers before they are reflectances; default what the product tells. */
  readonly offset?: "auto" | number;
  /** Default "error". */
  readonly missingB10?: MissingB10;
  /**
   * Files with the model's auxiliary bands (SAR, NIR), by name. A band is in one file, which serves
   * all dates, or in one file per date, in the order of `inputs`.
   */
  readonly auxiliary?: readonly string[];
}

/** An open scene and what is known of it. */
export interface OpenSeries {
  readonly scene: Scene;
  /** Rising; undefined where a date is unknown. */
  readonly dates: readonly (string | undefined)[];
  readonly paths: readonly string[];
  readonly files: readonly SceneFile[];
  /** Of each date; undefined where the model's units are not those of reflectance. */
  readonly radiometry: readonly (Radiometry | undefined)[];
  close(): Promise<void>;
}

/** Reflectance of B10 where the air is clear, in DN: the median of clear L1C images. */
const CLEAR_B10 = 12;

function findReference(
  given: number | string,
  { inputs, dates }: {
    readonly inputs: readonly SceneInput[];
    readonly dates: readonly (string | undefined)[];
  },
): number {
  const named = inputs.keys().filter((i) => inputs[i]!.path === given || dates[i] === given)
    .toArray();
  if (named.length > 1) {
    throw new RangeError(
      `Cannot take ${given} for the reference: it must be one input, got ` +
        `${named.map((i) => `${i} (${inputs[i]!.path})`).join(", ")}; give its place`,
    );
  }
  const index = typeof given === "number" ? given : named[0] ?? -1;
  if (!Number.isInteger(index) || index < 0 || index >= inputs.length) {
    throw new RangeError(
      `Cannot take ${given} for the reference: it must be 0 … ${inputs.length - 1}, or one of ` +
        inputs.map(({ path }, i) => dates[i] ?? path).join(", "),
    );
  }
  return index;
}

/** Indices by rising date; the order given where a date is unknown. */
function byDate(dates: readonly (string | undefined)[]): readonly number[] {
  const order = dates.map((_, i) => i);
  if (dates.includes(undefined)) return order;
  return order.sort((a, b) => dates[a]! < dates[b]! ? -1 : dates[a]! > dates[b]! ? 1 : a - b);
}

/** Where the model's bands are in a file; undefined for a B10 that is filled in. */
function placesOf(
  file: SceneFile,
  { model: { card }, missingB10, named }: {
    readonly model: Model;
    readonly missingB10: MissingB10;
    /** Whether the bands were named by the user. */
    readonly named: boolean;
  },
): readonly (number | undefined)[] {
  const { bands } = file.header;
  const wanted = card.bands.map(({ name }) => normalizeBand(name));
  const lacking = wanted.filter((band) => !bands.includes(band));
  if (lacking.length === 1 && lacking[0] === "B10") {
    if (missingB10 === "error") {
      throw new InputError(
        `Cannot restore ${file.source}: model ${card.name} needs B10, which L2A products lack; use ` +
          `the L1C product, or choose what stands for it: zero or clear (--missing-b10)`,
      );
    }
  } else if (lacking.length > 0) {
    const cure = named
      ? "use a model for these bands"
      : "where these are only unnamed, say what they are (--band-names); else use another model";
    throw new InputError(
      `Cannot restore ${file.source}: model ${card.name} needs the bands ${
        wanted.join(", ")
      }, got ` +
        `${bands.join(", ")}; ${cure}`,
    );
  }
  return wanted.map((band) => bands.includes(band) ? bands.indexOf(band) : undefined);
}

/** Frames of a model's units out of a file. */
async function frameOf(
  file: SceneFile,
  { model, missingB10, named, offset, place }: {
    readonly model: Model;
    readonly missingB10: MissingB10;
    readonly named: boolean;
    readonly offset: "auto" | number;
    readonly place: SceneFrame["place"];
  },
): Promise<{ readonly frame: SceneFrame; readonly radiometry: Radiometry | undefined }> {
  const { bands: cardBands } = model.card;
  const bands = placesOf(file, { model, missingB10, named });
  const scales = cardBands.map(bandReflectanceScale);
  const radiometry = scales.includes(undefined)
    ? undefined
    : await sentinel2Radiometry(file, { offset });
  const per = (values: readonly number[] | undefined, plain: number) =>
    bands.map((index, b) =>
      values === undefined || index === undefined ? plain : values[index]! * scales[b]!
    );
  const b10 = missingB10 === "clear" ? CLEAR_B10 : 0;
  return {
    radiometry,
    frame: {
      file,
      place,
      bands,
      fill: scales.map((scale) => (scale ?? 1) * b10 / 10000),
      gains: per(radiometry?.scales, 1),
      biases: per(radiometry?.offsets, 0),
      missing: missingOf(file.header, cardBands),
    },
  };
}

/** The model's bands that the result has, in its order. */
function outputBands(file: SceneFile, model: Model, wanted?: readonly string[]): readonly number[] {
  const known = model.card.bands.map(({ name }) => normalizeBand(name));
  const own = file.header.bands.filter((band) => known.includes(band));
  const names = wanted?.map(normalizeBand) ?? own;
  const strange = names.filter((name) => !own.includes(name));
  if (strange.length > 0) {
    throw new InputError(
      `Cannot write the bands ${strange.join(", ")}: they must be in ${file.source} and known to ` +
        `model ${model.card.name}, which are ${own.join(", ")}`,
    );
  }
  return names.map((name) => known.indexOf(name));
}

/** @throws {RangeError} If a model cannot take so many dates. */
export function checkLength(
  { card, modules: { network } }: Model,
  { length, anyLength = false }: { readonly length: number; readonly anyLength?: boolean },
): void {
  if (length === 0) {
    throw new RangeError("Cannot restore: there must be at least one date, got none");
  }
  if (network.temporal && length > card.length && !anyLength) {
    throw new RangeError(
      `Cannot restore: model ${card.name} was trained with at most ${card.length} dates, got ` +
        `${length}; leave the cloudiest out, or allow any length (--any-length)`,
    );
  }
}

/**
 * Opens dated files of one place. Nothing but headers, and samples for the radiometry, is read.
 *
 * @throws {InputError} If a file cannot be read, lacks a band, or lies on another grid than the
 *   reference.
 * @throws {RangeError} If there is no input, a date is no day, the reference is none of them or several,
 *   or they are more dates than the model takes.
 */
export async function openSeries(
  model: Model,
  options: OpenSeriesOptions & {
    readonly anyLength?: boolean;
    /** Receives the first infinite number of a file. */
    readonly log?: (line: string) => void;
    /** Ends the opening and, later, the reading. */
    readonly signal?: AbortSignal;
  },
): Promise<OpenSeries> {
  const { inputs, bandNames, bands, offset = "auto", missingB10 = "error", auxiliary = [] } =
    options;
  const { anyLength = false, log = () => {}, signal } = options;
  const wrong = inputs.find(({ date }) => date !== undefined && !isDay(date))?.date;
  if (wrong !== undefined) {
    throw new RangeError(`Cannot take ${wrong} for a date: it must be a day, as 2018-03-07`);
  }
  checkLength(model, { length: inputs.length, anyLength });
  const dates = inputs.map(({ path, date }) => date ?? dateOf(path));
  const order = byDate(dates);
  const chosen = findReference(options.reference ?? order.at(-1)!, { inputs, dates });
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
        `warning: ${path}: ${band} is infinite at column ${column}, row ${row}; infinite numbers ` +
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
    const frames: SceneFrame[] = [];
    const radiometry: (Radiometry | undefined)[] = [];
    for (const file of files) {
      const names = { grid: grid.source, other: file.source };
      const place = alignment(grid.header, file.header, names);
      const named = bandNames !== undefined;
      const read = await frameOf(file, { model, missingB10, named, offset, place });
      frames.push(read.frame);
      radiometry.push(read.radiometry);
    }
    const extra = await openAuxiliary(grid, { model, paths: auxiliary, order, open });
    return {
      scene: {
        grid: grid.header,
        frames,
        reference,
        output: outputBands(grid, model, bands),
        reflectanceScale: bandReflectanceScale(model.card.bands[0]!),
        ...(extra && { auxiliary: extra }),
      },
      dates: order.map((i) => dates[i]),
      paths: order.map((i) => inputs[i]!.path),
      files,
      radiometry,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
