/**
 * Opens dated files of one location without a model: the bands that all dates have, in reflectance.
 *
 * @module
 */

import { InputError, normalizeBand } from "../core/mod.ts";
import { type Radiometry, type SceneFile, sentinel2Radiometry } from "../products/mod.ts";
import { type DatedFilesOptions, openDates } from "./dated_files.ts";
import { missingOf } from "./missing_values.ts";
import type { SceneFrame } from "./scene.ts";
import type { OpenSeries } from "./open_series.ts";

/** Options of {@linkcode openReflectance}. */
export interface OpenReflectanceOptions extends DatedFilesOptions {
  /** Bands of the result by name, in this order. Default all bands that every date has. */
  readonly bands?: readonly string[];
  /** Offset added to digital numbers. Default "auto": the one in the product metadata. */
  readonly offset?: "auto" | number;
}

/** Bands of a product that aren't reflectance: classes, bits, probabilities and atmosphere. */
const NOT_REFLECTANCE =
  /^(?:SCL|QA|QA[0-9_].*|FMASK|CLM|CLP|CLD|SNW|MSK_.*|.*CLOUD.*|TCI.*|AOT|WVP|ALPHA|DATAMASK)$/i;

/** Bands of the reference that every date has. @throws {InputError} If there are none. */
function commonBands(
  files: readonly SceneFile[],
  { reference, log }: { readonly reference: number; readonly log: (line: string) => void },
): readonly string[] {
  const grid = files[reference]!;
  const own = grid.header.bands.filter((band) => !NOT_REFLECTANCE.test(band));
  const lackedBy = (band: string) => files.find(({ header }) => !header.bands.includes(band));
  const common = own.filter((band) => lackedBy(band) === undefined);
  if (common.length === 0) {
    const other = lackedBy(own[0] ?? "") ?? grid;
    throw new InputError(
      `Cannot combine the dates: they must have bands in common, got ` +
        `${grid.header.bands.join(", ")} in ${grid.source} and ${
          other.header.bands.join(", ")
        } in ` +
        `${other.source}; if the bands only lack names, give them (--band-names)`,
    );
  }
  const left = own.filter((band) => !common.includes(band));
  if (left.length > 0) {
    log(`warning: left out ${left.join(", ")}: ${lackedBy(left[0]!)!.source} lacks ${left[0]}`);
  }
  return common;
}

/** Indices of the wanted bands. @throws {InputError} If one isn't among those of all dates. */
function outputOf(
  { source }: SceneFile,
  common: readonly string[],
  wanted: readonly string[] | undefined,
): readonly number[] {
  const names = wanted?.map(normalizeBand) ?? common;
  const unknown = names.filter((name) => !common.includes(name));
  if (unknown.length > 0) {
    throw new InputError(
      `Cannot write the bands ${
        unknown.join(", ")
      }: they must be in ${source} and in every other ` +
        `date, which are ${common.join(", ")}`,
    );
  }
  return names.map((name) => common.indexOf(name));
}

/** Frame of a file in reflectance. */
async function frameOf(
  file: SceneFile,
  { bands, offset, place }: {
    readonly bands: readonly string[];
    readonly offset: "auto" | number;
    readonly place: SceneFrame["place"];
  },
): Promise<{ readonly frame: SceneFrame; readonly radiometry: Radiometry }> {
  const radiometry = await sentinel2Radiometry(file, { offset });
  const indices = bands.map((band) => file.header.bands.indexOf(band));
  return {
    radiometry,
    frame: {
      file,
      place,
      bands: indices,
      fill: bands.map(() => 0),
      gains: indices.map((index) => radiometry.scales[index]!),
      biases: indices.map((index) => radiometry.offsets[index]!),
      missing: missingOf(file.header, bands.map((name) => ({ name, unit: "reflectance" }))),
    },
  };
}

/** Warns if the dates have different processing levels, whose reflectances differ. */
function levelWarning(files: readonly SceneFile[]): string | undefined {
  const [first, other] = ["L1C", "L2A"].map((level) =>
    files.find(({ product }) => product.level === level)
  );
  return first && other &&
    `${first.source} is top-of-atmosphere (L1C) and ${other.source} surface reflectance (L2A); ` +
      "dates of one level fit each other better";
}

/**
 * Opens dated files of one location as a scene in reflectance, of any sensor. Reads only headers, and
 * some pixels for the radiometry.
 *
 * @throws {InputError} If a file cannot be read or lies on another grid than the reference, or the
 *   dates have no band in common.
 * @throws {RangeError} If there is no input, a date isn't a day, or the reference matches none or several.
 */
export async function openReflectance(options: OpenReflectanceOptions): Promise<OpenSeries> {
  const { inputs, bands: wanted, offset = "auto", log = () => {} } = options;
  if (inputs.length === 0) {
    throw new RangeError("Cannot combine dates: there must be at least one, got none");
  }
  const { open: _, places, reference, ...dated } = await openDates(options);
  const { files } = dated;
  try {
    const grid = files[reference]!;
    const bands = commonBands(files, { reference, log });
    const output = outputOf(grid, bands, wanted);
    const warning = levelWarning(files);
    if (warning !== undefined) log(`warning: ${warning}`);
    const frames: SceneFrame[] = [];
    const radiometry: Radiometry[] = [];
    for (const [l, file] of files.entries()) {
      const read = await frameOf(file, { bands, offset, place: places[l]! });
      frames.push(read.frame);
      radiometry.push(read.radiometry);
    }
    const scene = { grid: grid.header, frames, reference, bands, output, reflectanceScale: 1 };
    return { ...dated, scene, radiometry };
  } catch (error) {
    await dated.close();
    throw error;
  }
}
