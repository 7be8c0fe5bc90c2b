/**
 * Transplanted clouds: real clouds of one date on a clear date of a real series, whose own pixels are
 * the exact truth. Every other date stays as it is: real ground, real change, real clouds.
 *
 * @module
 */

import {
  checkOptions,
  type Checks,
  InputError,
  integer,
  list,
  number,
  pair,
  string,
} from "../core/mod.ts";
import { stringsDigest } from "./dataset_digest.ts";
import type { Dataset } from "./dataset.ts";
import type { DatasetEntry } from "./dataset_entry.ts";
import { listSeries } from "./transplant_files.ts";
import {
  grow,
  readSeries,
  type TransplantDate,
  type TransplantPlace,
} from "./transplant_source.ts";
import { transplantedSample } from "./transplanted_sample.ts";

/** Options of {@linkcode transplant}. */
export interface TransplantOptions {
  /** Holds a GeoTIFF a date, with its day in the name, or a folder of them for each place. */
  readonly root: string;
  /** Days of the references, which must be clear. Default by `clear`. */
  readonly references?: readonly string[];
  /** Least clear share of a reference, by the detector. Default 0.995. */
  readonly clear?: number;
  /** Folder of the donors, in the same layout. Default `root`. */
  readonly donorRoot?: string;
  /** Days of the donors, in the order in which they take turns. Default by `donorCover`. */
  readonly donors?: readonly string[];
  /** Range of a donor's cloud cover, by the detector. Default [0.1, 0.8]. */
  readonly donorCover?: readonly [number, number];
  /** Pixels by which the donor's clouds grow before they are pasted, so that no rim is left. Default 4. */
  readonly dilate?: number;
  /** Least clear share of an other date that is preferred to nearer ones. Default 0.3. */
  readonly usable?: number;
  /** Samples of one epoch. Default the number of references. */
  readonly size?: number;
  /** Names of the files' bands in order. Default those in the files. */
  readonly bands?: readonly string[];
  /** Stored value of reflectance 1. Default 10000. */
  readonly reflectanceScale?: number;
}

/** Series and donors in memory. */
export interface TransplantSource {
  /** Dates of each place. */
  readonly places: readonly TransplantPlace[];
  /** Dates of every donor, with the mask of what is pasted. */
  readonly donors: readonly TransplantDate[];
}

const share = number({ min: 0, max: 1 });

const CHECKS: Checks<TransplantOptions> = {
  root: string,
  references: list(string, { min: 1 }),
  clear: share,
  donorRoot: string,
  donors: list(string, { min: 1 }),
  donorCover: pair(share),
  dilate: integer({ min: 0, max: 255 }),
  usable: share,
  size: integer({ min: 1 }),
  bands: list(string, { min: 1 }),
  reflectanceScale: number({ above: 0 }),
};

const DEFAULTS = {
  references: undefined,
  clear: 0.995,
  donorRoot: undefined,
  donors: undefined,
  donorCover: [0.1, 0.8],
  dilate: 4,
  usable: 0.3,
  size: undefined,
  bands: undefined,
  reflectanceScale: undefined,
} as const;

/** Dates of named days in their order. @throws {InputError} If a day has no date. */
function ofDays<T extends { readonly day: string }>(
  dates: readonly T[],
  days: readonly string[],
  root: string,
): readonly T[] {
  return days.flatMap((day) => {
    const found = dates.filter((date) => date.day === day);
    if (found.length > 0) return found;
    throw new InputError(
      `Cannot use ${root}: it must have a date of ${day}, got ${
        dates.map((date) => date.day).join(", ")
      }`,
    );
  });
}

/** Reads the series and the donors, and detects the clouds of every date. */
async function loadTransplant(
  { root, donorRoot = root, donors: days, bands: fileBands, ...options }: TransplantOptions,
  { bands }: { readonly bands: readonly string[] },
): Promise<TransplantSource> {
  const { donorCover: [least, most] = DEFAULTS.donorCover, dilate: radius = DEFAULTS.dilate } =
    options;
  const { reflectanceScale } = options;
  const reading = { bands, fileBands, reflectanceScale };
  const places = await readSeries(root, reading);
  const from = donorRoot === root ? places : await readSeries(donorRoot, reading);
  const dates = from.flatMap((place) => place.dates);
  const cloudy = days === undefined
    ? dates.filter(({ clear }) => 1 - clear >= least && 1 - clear <= most)
    : ofDays(dates, days, donorRoot);
  const donors = cloudy.filter(({ clear }) => clear < 1).map((date) => {
    const { width, height } = date.raster;
    return { ...date, pasted: grow(date.hidden, { width, height, radius }) };
  });
  if (donors.length === 0) {
    throw new InputError(
      `Cannot use ${donorRoot}: a date must have clouds to paste, of ${100 * least}–${
        100 * most
      } % ` +
        `of its pixels, got ${
          dates.map(({ day, clear }) => `${day}: ${(100 * (1 - clear)).toFixed(1)} %`).join(", ")
        }`,
    );
  }
  return { places, donors };
}

/** Clear dates of all places: those of the named days, or by their clear share. */
function referencesOf(
  { places }: TransplantSource,
  { root, references: days, clear: least }: Required<Pick<TransplantOptions, "root" | "clear">> & {
    readonly references?: readonly string[] | undefined;
  },
) {
  const all = places.flatMap((place) =>
    place.dates.map(({ day, clear, path }, reference) => ({ place, reference, day, clear, path }))
  );
  const found = days === undefined
    ? all.filter(({ clear }) => clear >= least)
    : ofDays(all, days, root);
  if (found.length > 0) return found;
  throw new InputError(
    `Cannot use ${root}: a date must be clear in ${100 * least} % of its pixels, got at most ` +
      `${(100 * Math.max(...all.map(({ clear }) => clear))).toFixed(1)} %`,
  );
}

/**
 * Opens transplanted clouds. Sample i has reference i and donor i, both in turn; after all references
 * the donors move on by one. Its frames are the reference under the donor's clouds and the dates
 * nearest in time, in order of days; their masks are exact for the reference and the detector's for the
 * others. A model of as many frames as the series has gets all dates.
 *
 * @throws {OptionsError} If an option is unknown or out of range.
 * @throws {InputError} If no date is clear or cloudy enough, a date is both reference and donor, or a
 *   place has fewer dates than frames or is smaller than a tile.
 */
export function transplant(
  options: TransplantOptions & { readonly tileSize: number; readonly length: number },
  source: TransplantSource,
): Dataset {
  const { root, references: days, clear, usable, size, tileSize, length } = checkOptions<
    typeof options
  >(options, {
    checks: { ...CHECKS, tileSize: integer({ min: 1 }), length: integer({ min: 1 }) },
    defaults: DEFAULTS,
    path: "$.data",
  }) as typeof options & Required<Pick<TransplantOptions, "clear" | "usable">>;
  const { places, donors } = source;
  const references = referencesOf(source, { root, references: days, clear });
  for (const { name, dates } of places) {
    const [{ raster: { width, height } }] = dates as readonly [TransplantDate];
    if (dates.length < length || Math.min(width, height) < tileSize) {
      throw new InputError(
        `Cannot use ${root}/${name}: it must have ${length} dates of at least ` +
          `${tileSize}×${tileSize} pixels, got ${dates.length} of ${width}×${height}`,
      );
    }
  }
  for (const { path, raster: { width, height } } of donors) {
    if (Math.min(width, height) < tileSize || references.some((one) => one.path === path)) {
      throw new InputError(
        `Cannot use the donor ${path}: it must be no reference and have at least ` +
          `${tileSize}×${tileSize} pixels, got ${width}×${height}`,
      );
    }
  }
  const dates = [...places.flatMap((place) => place.dates), ...donors];
  return {
    size: size ?? references.length,
    bands: donors[0]!.raster.bands,
    digest: stringsDigest(dates.map(({ day, hidden, raster: { width, bands, data } }) => {
      const stride = Math.ceil(data.length / 1000) | 1;
      const values = Array.from({ length: 1000 }, (_, i) => data[i * stride] ?? "");
      return `${day} ${width} ${bands} ${hidden.reduce((sum, one) => sum + one, 0)} ${values}`;
    })),
    sample: (index, rng) =>
      new Promise((resolve) => {
        const turn = index + Math.floor(index / references.length);
        const { place, reference } = references[index % references.length]!;
        const donor = donors[turn % donors.length]!;
        resolve(transplantedSample(
          { place, reference, donor },
          { tileSize, length, usable, rng: rng.fork(index) },
        ));
      }),
  };
}

/** Catalog entry of {@linkcode transplant}. */
export const transplantEntry: DatasetEntry<TransplantOptions, TransplantSource> = {
  summary: "real series; clouds of one date are pasted on a clear one",
  checks: CHECKS,
  defaults: DEFAULTS,
  painted: true,
  list: ({ root, bands, reflectanceScale }) =>
    listSeries({
      root,
      ...(bands && { bands }),
      ...(reflectanceScale !== undefined && { reflectanceScale }),
    }),
  load: (options, { bands }) => loadTransplant(options, { bands }),
  open: (options, { tileSize, length }, loaded) =>
    transplant({ ...options, tileSize, length }, loaded),
};
