/**
 * Cases of datasets: whole images of files, or crops under synthetic clouds.
 *
 * @module
 */

import { createRng, type Raster, SENTINEL2_NAMES } from "../core/mod.ts";
import { builtins } from "../builtins.ts";
import {
  type DatasetConfig,
  type DatasetLookup,
  listDataset,
  openDataset,
  type Sample,
  wholeImages,
  withoutPaths,
} from "../datasets/mod.ts";
import type { EvaluationCase, LateCase, MethodMasks } from "./evaluation_case.ts";

/** Options of {@linkcode openCases}. */
export interface CaseSourceOptions extends DatasetLookup {
  /** Name of the set. */
  readonly set: string;
  /** Most cases: the first ones. Default: all; with synthetic clouds `size` of the dataset, else 48. */
  readonly limit?: number;
  /**
   * Side of a centred square in each image. Default: the whole image. With synthetic clouds: side of the
   * crops, default 128.
   */
  readonly tileSize?: number;
  /** Dates of each case. Default: all; with synthetic clouds 3. */
  readonly length?: number;
  /** Seed of crops and clouds. Default 2024. */
  readonly seed?: number;
  /** Bands with synthetic clouds. Default: the 13 of Sentinel-2 L1C. */
  readonly bands?: readonly string[];
  /** Masks that methods and baselines get. Default "data". */
  readonly masks?: MethodMasks;
}

/** Cases of one set, read one at a time. */
export interface CaseSource {
  /** Name of the set. */
  readonly set: string;
  /** Number of cases. */
  readonly size: number;
  /** Bands of the images. */
  readonly bands: readonly string[];
  /**
   * Everything that determines the cases except their number, as JSON: the configuration without paths,
   * and the digest of the data.
   */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The cases, unopened. */
  readonly cases: readonly LateCase[];
}

const PAINTED = { limit: 48, tileSize: 128, length: 3, seed: 2024 } as const;

/** A raster of a sample's values: uint16 if all are integers (DN), else float32. */
function rasterOf(data: Float32Array, { width, height }: Sample, bands: readonly string[]): Raster {
  const whole = data.every((value) => Number.isInteger(value) && value >= 0 && value < 65536);
  return whole
    ? { width, height, bands, dtype: "uint16", data: Uint16Array.from(data) }
    : { width, height, bands, dtype: "float32", data };
}

/** Converts a sample to a case, with the exact masks of synthetic clouds. */
function caseOfSample(
  sample: Sample,
  { set, name, bands }: {
    readonly set: string;
    readonly name: string;
    readonly bands: readonly string[];
  },
): EvaluationCase {
  const { cloudy, target, mask, length, reference, width, height, auxiliary, dates } = sample;
  const pixels = width * height;
  const frames = Array.from(
    { length },
    (_, l) => cloudy.slice(l * target.length, (l + 1) * target.length),
  );
  return {
    set,
    name,
    target: rasterOf(target, sample, bands),
    cloudy: frames.map((frame) => rasterOf(frame, sample, bands)),
    reference,
    ...(auxiliary && { auxiliary }),
    ...(dates && { dates }),
    ...(mask && {
      masks: frames.map((_, l) => mask.slice(l * pixels, (l + 1) * pixels)),
      maskSource: "exact" as const,
    }),
  };
}

/** Option `size` of a dataset: samples per epoch; undefined if it has none. */
function sizeOf({ size }: DatasetConfig): number | undefined {
  return typeof size === "number" ? size : undefined;
}

/** Draws the cases of a dataset with synthetic clouds. */
async function paintedCases(
  config: DatasetConfig,
  options: CaseSourceOptions,
): Promise<CaseSource> {
  const { set, seed = PAINTED.seed, bands = SENTINEL2_NAMES, registry = builtins } = options;
  const { length = PAINTED.length, tileSize = PAINTED.tileSize } = options;
  const dataset = await openDataset(config, { tileSize, length, bands }, { registry });
  const size = options.limit ?? sizeOf(config) ?? Math.min(PAINTED.limit, dataset.size);
  const rng = createRng(seed);
  return {
    set,
    size,
    bands: dataset.bands,
    facts: { config: withoutPaths(config), digest: dataset.digest, length, tileSize, seed },
    cases: Array.from({ length: size }, (_, i): LateCase => {
      const name = `sample ${i}`;
      return {
        set,
        name,
        open: async () =>
          caseOfSample(await dataset.sample(i, rng), { set, name, bands: dataset.bands }),
      };
    }),
  };
}

/** Default split: not that of training. */
const TEST = "test";

/** Dataset options that select samples. */
interface SampleOptions extends DatasetConfig {
  readonly split?: string;
  readonly reference?: number;
  readonly skipIncomplete?: boolean;
}

/**
 * Opens the cases of a dataset. Images are scored whole and without augmentation; `crop` and `augment`
 * apply to training only. Published datasets default to the split "test".
 *
 * @throws {InputError} If files are missing or do not match; later, when a case is opened, if a file
 *   cannot be read.
 * @throws {OptionsError} If an option is unknown or out of range.
 */
export async function openCases(
  config: DatasetConfig,
  options: CaseSourceOptions,
): Promise<CaseSource> {
  const source = await openSource(config, options);
  const { masks = "data" } = options;
  if (masks === "data") return source;
  return {
    ...source,
    facts: { ...source.facts, masks },
    cases: source.cases.map((each) => ({
      ...each,
      open: async () => ({ ...await each.open(), methodMasks: masks }),
    })),
  };
}

/** Cases with the masks of the data. */
async function openSource(
  config: DatasetConfig,
  options: CaseSourceOptions,
): Promise<CaseSource> {
  const { set, limit = Infinity, tileSize, length, registry = builtins } = options;
  const { painted, defaults } = registry.entry("dataset", config.type, "$.data");
  if (painted) return await paintedCases(config, options);
  const named = defaults["split"] === undefined ? config : { split: TEST, ...config };
  const listing = await listDataset(named, { registry });
  const { split, reference, skipIncomplete } = named as SampleOptions;
  const images = wholeImages(listing, {
    ...(split !== undefined && { split }),
    ...(length !== undefined && { length }),
    ...(tileSize !== undefined && { size: tileSize }),
    ...(reference !== undefined && { reference }),
    ...(skipIncomplete !== undefined && { skipIncomplete }),
  });
  const names = images.names.slice(0, limit);
  return {
    set,
    size: names.length,
    bands: images.bands,
    facts: {
      config: withoutPaths(named),
      digest: images.digest,
      ...(images.incomplete > 0 && { incomplete: images.incomplete }),
      ...(length !== undefined && { length }),
      ...(tileSize !== undefined && { tileSize }),
    },
    cases: names.map((name, i): LateCase => ({
      set,
      name,
      open: async () => ({ set, ...await images.read(i) }),
    })),
  };
}
