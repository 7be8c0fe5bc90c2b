/**
 * Baselines that need no masks: copy the input, take the least cloudy date, or fuse the dates.
 *
 * @module
 */

import { pixelArray, type Raster } from "../../core/mod.ts";
import { cloudMask, type CloudRuleOptions, cloudScore } from "../../clouds/mod.ts";
import { compile, readTensor, type Sequence, tf } from "../../engine/mod.ts";
import type { Fusion } from "../../fusion/mod.ts";
import { fillGaps } from "../rows/fill_gaps.ts";
import { missingValues } from "../missing_values.ts";

/** Returns the reference date. @throws {RangeError} If it is none of the frames. */
export function copyInput(
  frames: readonly Raster[],
  { reference = frames.length - 1 }: { readonly reference?: number } = {},
): Raster {
  const frame = frames[reference];
  if (frame === undefined) {
    throw new RangeError(
      `Cannot copy the reference: it must be 0 … ${frames.length - 1}, got ${reference}`,
    );
  }
  return frame;
}

/** Returns a test for pixels without data in any band. */
function lacking({ bands }: Raster, missing: Uint8Array | undefined): (pixel: number) => boolean {
  const depth = bands.length;
  return (pixel) =>
    missing !== undefined && !missing.subarray(pixel * depth, (pixel + 1) * depth).includes(0);
}

/**
 * Returns the date with the fewest pixels under cloud or without data; the first one of a tie.
 *
 * @param options `masks` with cloud or shadow not 0; default the mask of the cloud rule.
 * @throws {RangeError} If there are no frames or a visible band is missing for the rule.
 */
export function leastCloudy(
  frames: readonly Raster[],
  { masks, ...options }: CloudRuleOptions & { readonly masks?: readonly Uint8Array[] } = {},
): Raster {
  const counts = frames.map((frame, l) => {
    const unseen = lacking(frame, missingValues(frame));
    const mask = masks?.[l] ?? cloudMask(frame, options);
    return mask.reduce((sum, value, i) => sum + (unseen(i) || value !== 0 ? 1 : 0), 0);
  });
  return copyInput(frames, { reference: counts.indexOf(Math.min(...counts)) });
}

/** Rows fused at a time, which limits the size of the tensors. */
const STRIP = 256;
/** Minimum weight of a date, so a pixel that is cloudy on all of them has a value. */
const LEAST_CLEARNESS = 1e-3;

/** Weight of each pixel of each date; undefined if all weights are equal. */
function pixelWeights(
  frames: readonly Raster[],
  missing: readonly (Uint8Array | undefined)[],
  weighted: boolean,
): readonly Float32Array[] | undefined {
  if (!weighted && missing.every((one) => one === undefined)) return undefined;
  return frames.map((frame, l) => {
    const weights = weighted
      ? cloudScore(frame).map((score) => 1 - score + LEAST_CLEARNESS)
      : new Float32Array(frame.width * frame.height).fill(1);
    const unseen = lacking(frame, missing[l]);
    return weights.map((weight, i) => unseen(i) ? 0 : weight);
  });
}

/** Pixels of the frames with their gaps filled, as for a network. */
function withoutGaps(
  frames: readonly Raster[],
  missing: readonly (Uint8Array | undefined)[],
): readonly ArrayLike<number>[] {
  if (missing.every((one) => one === undefined)) return frames.map(({ data }) => data);
  const { width, height, bands } = frames[0]!;
  const filled = frames.map(({ data }, l) =>
    Float32Array.from(data, (value, i) => missing[l]?.[i] === 1 ? NaN : value)
  );
  fillGaps(filled, { width, height, fallback: bands.map(() => 0) });
  return filled;
}

/** Input of a fusion for a strip of rows. */
interface FusionInput {
  readonly images: Sequence;
  readonly weights: Sequence | undefined;
}

/**
 * Fuses the dates pixel by pixel. A date without data at a pixel is ignored there; bands that it lacks
 * are the mean of the other dates. Where no date has data, neither has the result.
 *
 * @param frames Rasters of one grid with the same bands.
 * @param fusion `mean()`, `median()` or `clearest()`.
 * @param weighted Weights pixels by 1 − score of the cloud rule. Default false.
 * @throws {TypeError} If the frames differ in size or bands.
 * @throws {RangeError} If there are no frames, or a visible band is missing for the weights.
 */
export async function fuseFrames(
  frames: readonly Raster[],
  { fusion, weighted = false }: {
    readonly fusion: Fusion;
    readonly weighted?: boolean;
  },
): Promise<Raster> {
  const like = copyInput(frames, { reference: 0 });
  const { width, height, dtype, bands: { length: bands } } = like;
  if (frames.some((frame) => frame.data.length !== like.data.length || frame.width !== width)) {
    throw new TypeError("Cannot fuse rasters: they must have one size and the same bands");
  }
  const missing = frames.map(missingValues);
  const weights = pixelWeights(frames, missing, weighted);
  const images = withoutGaps(frames, missing);
  const data = pixelArray(dtype, like.data.length);
  const whole = !dtype.startsWith("float");
  const fuse = compile(({ images, weights }: FusionInput) => ({
    fused: fusion.fuse(images, weights),
  }));
  for (let row = 0; row < height; row += STRIP) {
    const rows = Math.min(STRIP, height - row);
    const stack = (arrays: readonly ArrayLike<number>[], depth: number) => {
      const count = rows * width * depth;
      const out = new Float32Array(frames.length * count);
      for (const [l, array] of arrays.entries()) {
        for (let i = 0; i < count; i++) out[l * count + i] = array[row * width * depth + i]!;
      }
      return tf.tensor5d(out, [1, frames.length, rows, width, depth]) as Sequence;
    };
    const strip = { images: stack(images, bands), weights: weights && stack(weights, 1) };
    const { fused } = await fuse(strip);
    const values = await readTensor(fused);
    tf.dispose([fused, strip.images, ...(strip.weights ? [strip.weights] : [])]);
    for (let i = 0; i < values.length; i++) {
      data[row * width * bands + i] = whole ? Math.round(values[i]!) : values[i]!;
    }
  }
  await fuse.dispose();
  if (missing.every((one) => one !== undefined)) {
    for (let i = 0; i < data.length; i++) {
      if (missing.every((one) => one![i] === 1)) data[i] = like.data[i]!;
    }
  }
  return { ...like, data };
}
