/**
 * Measures the moments of x0 and μ that the preconditioning needs (Eqs. 14–17), from training samples.
 *
 * @module
 */

import { createRng, InputError } from "../core/mod.ts";
import type { Dataset } from "../datasets/mod.ts";
import { execute, readTensor, tf } from "../engine/mod.ts";
import { checkBands, type MeanModel, trainingTensors } from "./batch.ts";

/** Moments over all pixels, bands and frames, of values in [−1, 1]. */
export interface Moments {
  /** σ_data: standard deviation of x0. */
  readonly sigmaData: number;
  /** σ_mu: standard deviation of μ. */
  readonly sigmaMu: number;
  /** σ_cov: covariance of x0 and μ. */
  readonly sigmaCov: number;
  /** Number of samples. */
  readonly samples: number;
}

/** Options of {@linkcode measureMoments}. */
export interface MeasureMomentsOptions {
  /** Most samples, evenly spaced over the dataset. Default 256. */
  readonly samples?: number;
  /** Seed of crops, clouds and frames. Default 0. */
  readonly seed?: number;
  /** Called after each sample. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Means and centred second moments of pairs (x0, μ), updated value by value (Welford). */
class PairSums {
  #count = 0;
  #x = 0;
  #y = 0;
  #xx = 0;
  #yy = 0;
  #xy = 0;

  add(x: number, y: number): void {
    this.#count++;
    const [dx, dy] = [x - this.#x, y - this.#y];
    this.#x += dx / this.#count;
    this.#y += dy / this.#count;
    this.#xx += dx * (x - this.#x);
    this.#yy += dy * (y - this.#y);
    this.#xy += dx * (y - this.#y);
  }

  moments(): Omit<Moments, "samples"> {
    return {
      sigmaData: Math.sqrt(this.#xx / this.#count),
      sigmaMu: Math.sqrt(this.#yy / this.#count),
      sigmaCov: this.#xy / this.#count,
    };
  }
}

/**
 * Measures σ_data, σ_mu and σ_cov of a model's mean on samples, as training sees them: all frames, in
 * the scaling of the card.
 *
 * @throws {InputError} If the dataset has no sample.
 * @throws {TypeError} If a sample does not fit the model, or lacks masks that the mean needs.
 */
export async function measureMoments(
  model: MeanModel,
  dataset: Dataset,
  { samples = 256, seed = 0, onProgress }: MeasureMomentsOptions = {},
): Promise<Moments> {
  checkBands(dataset, model.card);
  const count = Math.min(samples, dataset.size);
  if (count === 0) {
    throw new InputError("Cannot measure moments: the dataset must have samples, got none");
  }
  const rng = createRng(seed).fork("moments");
  const sums = new PairSums();
  for (let i = 0; i < count; i++) {
    const index = Math.floor(i * dataset.size / count);
    const sample = await dataset.sample(index, rng.fork("data"));
    const length = Math.min(sample.length, model.card.length);
    const stream = rng.fork(i);
    const { batch } = await execute(() => ({
      batch: {
        ...trainingTensors(model, [sample], {
          ...{ length, frames: stream.fork("frames"), noise: stream.fork("noise") },
        }),
      },
    }));
    const [clean, mu] = [await readTensor(batch.clean), await readTensor(batch.mu)];
    tf.dispose(batch);
    for (let k = 0; k < mu.length; k++) sums.add(clean[k % clean.length]!, mu[k]!);
    onProgress?.(i + 1, count);
  }
  return { ...sums.moments(), samples: count };
}
