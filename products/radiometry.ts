/**
 * From the numbers of a Sentinel-2 file to reflectance, with what tells so, and a look at the numbers
 * whether it can be.
 *
 * @module
 */

import { SENTINEL2_NAMES } from "../core/mod.ts";
import type { RasterHeader, RasterWindow } from "../rasters/mod.ts";
import type { SceneFile } from "./scene_file.ts";

/** How reflectance is had from stored numbers: reflectance = stored · scale + offset. */
export interface Radiometry {
  /** Scale of each band of the file. */
  readonly scales: readonly number[];
  /** Offset of each band of the file, in reflectance. */
  readonly offsets: readonly number[];
  /** Where scale and offset come from, in a line. */
  readonly evidence: string;
  /** What speaks against them, in a line, with the cure. */
  readonly warning?: string;
}

/** Options of {@linkcode sentinel2Radiometry}. */
export interface Sentinel2RadiometryOptions {
  /**
   * What is added to the digital numbers of every band, as -1000 or 0, against whatever the product
   * tells; default "auto": what the product tells, else 0.
   */
  readonly offset?: "auto" | number;
}

const QUANTIFICATION = 10000;
/** No reflectance is above this, and digital numbers seldom all below. */
const MAX_REFLECTANCE = 3;
/** Side of a sampled window. */
const SIDE = 128;
/** A scene of up to so many pixels is looked at as a whole: its windows lie in the same blocks. */
const SMALL_SCENE = 512 * 512;
/** Where windows are sampled, as fractions of the scene: the middle, then outwards. */
const PLACES: readonly (readonly [number, number])[] = [
  ...[[0.5, 0.5], [0.2, 0.2], [0.8, 0.8], [0.8, 0.2], [0.2, 0.8]] as const,
  ...[[0.5, 0.1], [0.1, 0.5], [0.9, 0.5], [0.5, 0.9]] as const,
];
/** Windows with data that are enough. */
const WINDOWS = 5;
/** Values of a band below which a sample says nothing. */
const FEW = 100;
/** With the offset in the numbers dark surfaces are at 1000 DN and a little above, in all bands. */
const OFFSET_DARK = 950;
/** A sample without dark surfaces, all cloud or desert, does not tell. */
const NO_DARK = 1700;
/** With the offset in the numbers hardly any are below this. */
const NO_OFFSET_DARK = 800;

function isFloat({ dtype }: RasterHeader): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** Valid values of each band from a handful of small windows, sorted. */
async function sampleBands(file: SceneFile): Promise<readonly Float64Array[]> {
  const { header } = file;
  const count = header.bands.length;
  const values: number[][] = header.bands.map(() => []);
  const nodata = header.nodata ?? 0;
  const side = header.width * header.height <= SMALL_SCENE ? Infinity : SIDE;
  const seen = new Set<string>();
  let filled = 0;
  for (const [x, y] of PLACES) {
    if (filled === WINDOWS) break;
    const [width, height] = [Math.min(side, header.width), Math.min(side, header.height)];
    const window: RasterWindow = {
      column: Math.round((header.width - width) * x),
      row: Math.round((header.height - height) * y),
      width,
      height,
    };
    const key = `${window.column},${window.row}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const { data } = await file.read({ window });
    let found = false;
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      if (value === nodata || value === 0 || Number.isNaN(value)) continue;
      values[i % count]!.push(value);
      found = true;
    }
    if (found) filled++;
  }
  return values.map((band) => Float64Array.from(band).sort());
}

function percentile(sorted: Float64Array, fraction: number): number {
  return sorted[Math.floor((sorted.length - 1) * fraction)]!;
}

interface Scales {
  readonly scales: readonly number[];
  readonly evidence: string;
}

/** Scales that the file states; GDAL writes 1 and 0 where a writer stated nothing. */
function statedScales({ scales, offsets = [] }: RasterHeader): readonly number[] | undefined {
  const trivial = scales?.every((scale) => scale === 1) && offsets.every((offset) => offset === 0);
  return trivial ? undefined : scales;
}

function findScales(
  { header, product }: SceneFile,
  sample: readonly Float64Array[],
): Scales {
  const stated = statedScales(header);
  if (stated !== undefined) return { scales: stated, evidence: "scale stated in the file" };
  const all = (scale: number) => header.bands.map(() => scale);
  if (header.dtype === "uint8") return { scales: all(1 / 255), evidence: "8 bits: 1/255" };
  const { quantification = QUANTIFICATION } = product;
  const phrase = product.quantification === undefined
    ? `1/${quantification} as usual`
    : `1/${quantification} as the product tells`;
  if (!isFloat(header)) return { scales: all(1 / quantification), evidence: `scale ${phrase}` };
  const tops = sample.filter(({ length }) => length > 0).map((band) => percentile(band, 0.99));
  const top = Math.max(...tops);
  const seen = `99 % of the sampled values are below ${Number(top.toPrecision(3))}`;
  return tops.length === 0 || top < MAX_REFLECTANCE
    ? { scales: all(1), evidence: `scale 1: ${tops.length === 0 ? "no values to look at" : seen}` }
    : { scales: all(1 / quantification), evidence: `scale ${phrase}: ${seen}` };
}

interface Offsets {
  /** What is added, in digital numbers. */
  readonly offsets: readonly number[];
  readonly evidence: string;
  /** Whether what tells leaves no doubt: a baseline before 04.00, a product as it was delivered. */
  readonly sure?: boolean;
}

function findOffsets(
  { header, product, kind }: SceneFile,
  { scales, offset }: { readonly scales: readonly number[]; readonly offset: "auto" | number },
): Offsets {
  const all = (value: number) => header.bands.map(() => value);
  if (offset !== "auto") {
    // Whoever takes an offset away wants it so; one that makes reflectances negative is worth a word.
    return { offsets: all(offset), evidence: `${offset} DN as given`, sure: offset === 0 };
  }
  if (statedScales(header) !== undefined && header.offsets !== undefined) {
    const offsets = header.offsets.map((value, i) => value / scales[i]!);
    return { offsets, evidence: "offset stated in the file" };
  }
  const told = product.evidence.join("; ");
  if (product.harmonized === true) return { offsets: all(0), evidence: told };
  // Who turns numbers into reflectance applies the offset.
  if (isFloat(header) && scales.every((scale) => scale === 1)) {
    return { offsets: all(0), evidence: "no offset: the values are reflectance" };
  }
  if (product.offsets === undefined) {
    const phrase = "no offset, as nothing tells of one";
    return { offsets: all(0), evidence: told === "" ? phrase : `${told}; ${phrase}` };
  }
  const offsets = header.bands.map((band) => product.offsets!.get(band) ?? 0);
  const sure = kind === "safe" ||
    (product.baseline !== undefined && Number(product.baseline) < 4);
  return { offsets, evidence: told, ...(sure ? { sure } : {}) };
}

/** What the sampled numbers say against the offsets taken. */
function contradiction(
  { header, source }: SceneFile,
  { scales, offsets, sample }: {
    readonly scales: readonly number[];
    /** In digital numbers. */
    readonly offsets: readonly number[];
    readonly sample: readonly Float64Array[];
  },
): string | undefined {
  const dark = header.bands.flatMap((band, i) => {
    if (!SENTINEL2_NAMES.includes(band) || sample[i]!.length < FEW) return [];
    // As digital numbers, whatever the file stores.
    const value = percentile(sample[i]!, 0.01) * scales[i]! * QUANTIFICATION;
    return [{ band, value: Math.round(value), offset: Math.round(offsets[i]!) }];
  }).sort((a, b) => a.value - b.value);
  const darkest = dark[0];
  if (darkest === undefined) return undefined;
  if (
    dark.every(({ offset, value }) => offset === 0 && value >= OFFSET_DARK) &&
    darkest.value < NO_DARK
  ) {
    return `${source}: no offset is taken, but the darkest numbers of every band are ` +
      `${darkest.value} or more (1st percentile, ${darkest.band}); the offset of -1000 seems to be in ` +
      `them: --s2-offset -1000`;
  }
  const below = dark.find(({ offset, value }) => offset === -1000 && value < NO_OFFSET_DARK);
  if (below === undefined) return undefined;
  return `${source}: an offset of -1000 is taken, but the darkest numbers of ${below.band} are ` +
    `${below.value} (1st percentile), so that reflectances come out negative; the offset seems to be ` +
    `applied already: --s2-offset 0`;
}

/**
 * Finds how the numbers of a scene become reflectance.
 *
 * Scale and offset that the file states win; else the product's quantification (default 10000) and the
 * offset of its baseline; 8 bits are 1/255; float numbers are reflectance unless they are too large. A
 * few small windows of the scene are looked at, and what speaks against the offset is a warning.
 *
 * @throws {InputError} If the pixels cannot be read.
 */
export async function sentinel2Radiometry(
  file: SceneFile,
  { offset = "auto" }: Sentinel2RadiometryOptions = {},
): Promise<Radiometry> {
  const { header } = file;
  // Decoding is what costs: whole numbers whose offset is sure are not looked at.
  const floats = isFloat(header) ? await sampleBands(file) : [];
  const { scales, evidence } = findScales(file, floats);
  const found = findOffsets(file, { scales, offset });
  const doubtful = header.dtype !== "uint8" && found.sure !== true;
  const sample = isFloat(header) ? floats : doubtful ? await sampleBands(file) : [];
  const warning = doubtful
    ? contradiction(file, { scales, offsets: found.offsets, sample })
    : undefined;
  // In reflectance a digital number is 1/10000, however the file stores it.
  const unit = (scale: number) => isFloat(file.header) && scale === 1 ? 1 / QUANTIFICATION : scale;
  return {
    scales,
    offsets: found.offsets.map((value, i) => value === 0 ? 0 : value * unit(scales[i]!)),
    evidence: `${found.evidence}; ${evidence}`,
    ...(warning === undefined ? {} : { warning }),
  };
}
