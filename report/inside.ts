/**
 * Restores one tile and records the states x_t of the sampler, the network's estimate D at each, and the
 * weights that temporal attention gives the dates (Fig. 6).
 *
 * @module
 */

import { createRng } from "../core/mod.ts";
import { joinArrays } from "../datasets/mod.ts";
import type { RasterWindow } from "../rasters/mod.ts";
import { readTensor } from "../engine/mod.ts";
import {
  fromUnit,
  type Model,
  pixelNoise,
  restoreImages,
  type RestoreOptions,
  toUnit,
} from "../model/mod.ts";
import { noiseLevelAtSigma } from "../schedules/mod.ts";
import { pickBands } from "./pixels.ts";
import type { InsideMasks, InsideState, ReportInside } from "./report_data.ts";

/** Fewer steps show no trajectory. */
const LEAST_STEPS = 5;
/** Most states kept, evenly spaced. */
const MOST_STATES = 8;
/** Most attention weights kept. */
const MOST_WEIGHTS = 400_000;

/** One tile of all dates, without gaps. */
export interface InsideInput {
  readonly window: RasterWindow;
  /** Each [height, width, bands] in the model's units. */
  readonly dates: readonly Float32Array[];
  /** Auxiliary bands of each date; undefined if the model takes none. */
  readonly auxiliary: readonly Float32Array[] | undefined;
  readonly reference: number;
  /** Bands of the images that are kept. */
  readonly bands: readonly number[];
}

/** At most `most` items, evenly spaced, with the first and the last. */
function evenlySpaced<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from(
    { length: most },
    (_, i) => items[Math.round(i * (items.length - 1) / (most - 1))]!,
  );
}

/**
 * Restores a tile and records every step.
 *
 * @throws {RangeError} If the tile has a gap or its size does not fit the network.
 */
export async function lookInside(
  model: Model,
  { window, dates, auxiliary, reference, bands }: InsideInput,
  options: Pick<RestoreOptions, "steps" | "sampler" | "timesteps" | "seed">,
): Promise<ReportInside> {
  const { card, modules } = model;
  const { schedule, network } = modules;
  const { sampler = modules.sampler, timesteps = modules.timesteps, steps = card.steps, seed = 0 } =
    options;
  const count = Math.max(steps, LEAST_STEPS);
  const sigmas = timesteps.sigmas(count, modules.schedule);
  const depth = card.bands.length;
  const shown = network.temporal ? dates : [dates[reference]!];
  const size = { batch: 1, length: shown.length, height: window.height, width: window.width };
  const each = window.width * window.height * depth;
  const mu = shown.map((date) => toUnit(date, card.scaling, depth));
  // Clipping to the scaling's limits would hide the noise; colours are clipped when drawn.
  const scaling = { ...card.scaling, clip: false };
  const picture = (unit: Float32Array) =>
    pickBands(fromUnit(unit, scaling, depth), { depth, bands });

  /** x_t = s·(y + k·μ) of each date. */
  const stateOf = (y: Float32Array, sigma: number) => {
    const { s, k } = noiseLevelAtSigma(schedule, sigma);
    return {
      sigma,
      s,
      dates: mu.map((date, l) =>
        picture(date.map((value, i) => s * (y[l * each + i]! + k * value)))
      ),
    };
  };
  const origin = { x: window.column, y: window.row };
  const noise = pixelNoise(createRng(seed), { draw: 0, origins: [origin], channels: depth, size });
  let at = stateOf(noise.map((value) => value * sigmas[0]!), sigmas[0]!);
  const states: InsideState[] = [];
  const evaluations: InsideMasks[] = [];
  const seen: Float32Array[] = [];
  let shape: readonly number[] = [];
  await restoreImages(model, {
    ...size,
    cloudy: joinArrays(shown),
    ...(auxiliary &&
      { auxiliary: joinArrays(network.temporal ? auxiliary : [auxiliary[reference]!]) }),
    reference: network.temporal ? reference : 0,
    origins: [origin],
  }, {
    sampler,
    timesteps,
    steps: count,
    seed,
    async onMasks(masks) {
      shape = masks.shape;
      seen.push(await readTensor(masks));
    },
    async onStep({ level, next, denoised, y }) {
      states.push({ ...at, denoised: picture(await readTensor(denoised)) });
      at = stateOf(await readTensor(y), next.sigma);
      // Samplers of higher order evaluate more than once; the first evaluation is at x_t itself.
      const [first] = seen.splice(0);
      if (first !== undefined) evaluations.push({ sigma: level.sigma, data: first });
    },
  });
  states.push({ ...at, denoised: null });
  const [heads = 0, , length = 0, height = 0, width = 0] = shape;
  const most = Math.max(1, Math.floor(MOST_WEIGHTS / (heads * length * height * width || 1)));
  return {
    window,
    size: window.width,
    bands,
    states: evenlySpaced(states, MOST_STATES),
    steps: count,
    restoredWith: steps,
    masks: evaluations.length === 0 || length < 2
      ? null
      : { heads, length, width, height, evaluations: evenlySpaced(evaluations, Math.min(most, 8)) },
  };
}
