/**
 * Evaluation set of a study: the same crops and clouds for every row that uses it.
 *
 * @module
 */

import { createRng } from "../core/mod.ts";
import {
  type DatasetConfig,
  type DatasetLookup,
  openDataset,
  type Sample,
} from "../datasets/mod.ts";
import type { ModelCard } from "../model/mod.ts";

/** Samples that are the same for every row. */
export interface EvaluationSet {
  /** Number of samples. */
  readonly size: number;
  /** Digest of the dataset, if it has one; it changes when files are added or removed. */
  readonly digest?: string;
  /** Returns the sample of an index in [0, size), always the same one. */
  sample(index: number): Promise<Sample>;
  /** Divisor of the images: the data range of the metrics. */
  readonly dataRange: number;
  /** Seed of the sampler's noise. */
  readonly seed: number;
}

/** Options of {@linkcode evaluationSet}. */
export interface EvaluationSetOptions extends DatasetLookup {
  readonly config: DatasetConfig;
  readonly card: Pick<ModelCard, "tileSize" | "bands">;
  /** Frames per sample. */
  readonly length: number;
  /** Most samples: the first ones. Default: all of the data. */
  readonly limit?: number | undefined;
  readonly seed: number;
  readonly dataRange: number;
}

/** Largest set, in bytes, kept in memory; larger ones are redrawn for every row. */
const KEPT = 2 ** 28;

function bytesOf({ cloudy, auxiliary, target }: Sample): number {
  return cloudy.byteLength + (auxiliary?.byteLength ?? 0) + target.byteLength;
}

/**
 * Opens an evaluation set.
 *
 * @throws {InputError} If the dataset's files are missing or do not fit together.
 */
export async function evaluationSet(
  { config, card: { tileSize, bands }, length, limit = Infinity, seed, dataRange, registry }:
    EvaluationSetOptions,
): Promise<EvaluationSet> {
  const names = bands.map(({ name }) => name);
  const dataset = await openDataset(config, { tileSize, length, bands: names }, {
    ...(registry && { registry }),
  });
  const rng = createRng(seed).fork("evaluation");
  const size = Math.min(limit, dataset.size);
  const kept = new Map<number, Sample>();
  return {
    size,
    ...(dataset.digest !== undefined && { digest: dataset.digest }),
    dataRange,
    seed,
    async sample(index) {
      const found = kept.get(index);
      if (found !== undefined) return found;
      const drawn = await dataset.sample(index, rng);
      if (bytesOf(drawn) * size <= KEPT) kept.set(index, drawn);
      return drawn;
    },
  };
}
