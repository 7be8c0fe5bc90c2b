/**
 * Files of real series: the dates of each place, one GeoTIFF a date.
 *
 * @module
 */

import { InputError, normalizeBand } from "../core/mod.ts";
import { listFolder, namesIn, TIFF_FILE, withoutSlash } from "../files/mod.ts";
import { dateOf } from "../products/mod.ts";
import { openRaster } from "../rasters/mod.ts";
import { commonBands } from "./common_bands.ts";
import type { FileForm, Finding, Listing, SampleFiles } from "./sample_files.ts";

/** Files of one place. */
export interface SeriesFiles {
  /** Name of its folder; "" if the root itself holds the files. */
  readonly name: string;
  /** One file a day, in order of days. */
  readonly dates: readonly { readonly day: string; readonly path: string }[];
}

/** Lists the GeoTIFFs of a root, or of its folders, that have a day in their name. */
export async function findSeries(given: string): Promise<readonly SeriesFiles[]> {
  const root = withoutSlash(given);
  const { files, folders } = await listFolder(root, "a GeoTIFF a date, or a folder a place");
  const datesIn = (folder: string, names: readonly string[]): SeriesFiles["dates"] =>
    names.filter((name) => TIFF_FILE.test(name) && dateOf(name) !== undefined)
      .map((name) => ({ day: dateOf(name)!, path: `${folder}/${name}` }))
      .sort((a, b) => a.day < b.day ? -1 : 1);
  const own = datesIn(root, files);
  if (own.length > 0) return [{ name: "", dates: own }];
  const places = await Promise.all(folders.map(async (name) => ({
    name,
    dates: datesIn(`${root}/${name}`, (await namesIn(`${root}/${name}`)).files),
  })));
  const found = places.filter(({ dates }) => dates.length > 0);
  if (found.length > 0) return found;
  throw new InputError(
    `Cannot use ${root}: it must hold GeoTIFFs with a day in their names, as place_2018-03-07.tif, ` +
      "or folders of them, got none",
  );
}

/** Greatest plausible reflectance of ground and clouds. */
const GREATEST = 3.2767;

/**
 * Lists every date of every place, each a sample with an image only.
 *
 * @throws {InputError} If the root is missing or holds no dated GeoTIFF.
 */
export async function listSeries(
  { root, bands, reflectanceScale: scale = 10000 }: {
    /** Folder of the files, or of a folder a place. */
    readonly root: string;
    /** Names of the files' bands in order. Default those in the files. */
    readonly bands?: readonly string[];
    /** Stored value of reflectance 1. Default 10000. */
    readonly reflectanceScale?: number;
  },
): Promise<Listing> {
  const series = await findSeries(root);
  const paths = series.flatMap(({ dates }) => dates.map(({ path }) => path));
  const names = (bands ?? await commonBands(paths, openRaster)).map(normalizeBand);
  const form: FileForm = { bands: names, range: [0, GREATEST * scale] };
  const findings: Finding[] = [];
  const samples = series.flatMap(({ name, dates }) =>
    dates.map(({ day, path }, i): SampleFiles => {
      if (dates[i - 1]?.day === day) {
        findings.push({ kind: "date", path, message: `${day} must have one file, got two` });
      }
      return {
        name: name === "" ? day : `${name}/${day}`,
        split: "all",
        frames: [],
        target: [{ path, form }],
        reference: 0,
        complete: true,
      };
    })
  );
  return {
    type: "transplant",
    root: withoutSlash(root),
    splits: ["all"],
    samples,
    bands: names,
    findings,
    notes: [],
    oneSize: false,
    display: [0, 0.3 * scale],
    open: openRaster,
  };
}
