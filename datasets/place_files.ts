/**
 * Files of clear images by place and date.
 *
 * @module
 */

import { InputError, normalizeBand, SENTINEL2_NAMES } from "../core/mod.ts";
import { type BandFiles, dateOf, findBandFiles, openBandFiles } from "../products/mod.ts";
import { listFolder, namesIn, withoutSlash } from "../files/mod.ts";
import type { ReadPlacesOptions } from "./places.ts";
import type { FileForm, Finding, Listing, SampleFiles } from "./sample_files.ts";

/** Options of {@linkcode listPlaces}. */
export interface PlaceFiles extends ReadPlacesOptions {
  /** Holds `<place>/<date>/B01.tif …`. */
  readonly root: string;
  /** Stored value of reflectance 1. Default 10000. */
  readonly reflectanceScale?: number;
}

/** Greatest plausible reflectance of ground and clouds. */
const GREATEST = 3.2767;
/** Least plausible mean reflectance; lower values are of another unit. */
const DARKEST = 0.002;

/**
 * Lists the dates of all places, each a sample with a clear image only. The folder of a date counts as
 * its file.
 *
 * @throws {InputError} If the root is missing.
 */
export async function listPlaces(
  { root: given, names, bands = SENTINEL2_NAMES, reflectanceScale: scale = 10000 }: PlaceFiles,
): Promise<Listing> {
  const root = withoutSlash(given);
  const wanted = bands.map(normalizeBand);
  const findings: Finding[] = [];
  const samples: SampleFiles[] = [];
  const files = new Map<string, BandFiles>();
  const find = (kind: Finding["kind"], path: string, message: string) =>
    findings.push({ kind, path, message });
  const { folders } = await listFolder(root, "<place>/<date>/B01.tif …");
  for (const place of names ?? folders) {
    const folder = `${root}/${place}`;
    const dates = (await namesIn(folder)).folders;
    for (const name of dates.filter((name) => dateOf(name) === undefined)) {
      find("name", `${folder}/${name}`, "the folder must be named by its date, such as 2018-03-07");
    }
    const dated = dates.filter((name) => dateOf(name) !== undefined);
    if (dated.length === 0) find("missing", folder, "the place must have a folder named by date");
    for (const date of dated) {
      const path = `${folder}/${date}`;
      const found = await findBandFiles(path).catch((error: unknown) => {
        if (!(error instanceof InputError)) throw error;
        find("missing", path, error.message);
        return undefined;
      });
      if (found === undefined) continue;
      const lacking = wanted.filter((band) => !found.files.has(band));
      for (const band of lacking) {
        find("missing", `${path}/${band}.tif`, `the date must have a file of band ${band}`);
      }
      const there = wanted.filter((band) => found.files.has(band));
      files.set(path, {
        folder: path,
        files: new Map(there.map((band) => [band, found.files.get(band)!])),
      });
      const form: FileForm = {
        bands: there,
        range: [0, GREATEST * scale],
        mean: [DARKEST * scale, GREATEST * scale],
      };
      samples.push({
        name: `${place}/${date}`,
        split: "all",
        frames: [],
        target: [{ path, form }],
        reference: 0,
        complete: lacking.length === 0,
      });
    }
  }
  return {
    type: "synthetic",
    root,
    splits: ["all"],
    samples,
    bands: wanted,
    findings,
    notes: [],
    oneSize: false,
    display: [0, 0.3 * scale],
    open: (path) => openBandFiles(files.get(path)!),
  };
}
