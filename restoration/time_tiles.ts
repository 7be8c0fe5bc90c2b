/**
 * Times batches of tiles on the engine, for estimates.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import {
  meanOfGroups,
  type Model,
  restoreImages,
  type RestoreOptions,
  scalingRanges,
} from "../model/mod.ts";
import { euler } from "../samplers/mod.ts";
import { evaluationsPerTile } from "./rows/plan_area.ts";

/** Seconds of fast and of slow runs: the means of the faster and the slower half. */
export type SecondsRange = readonly [number, number];

/** Times of batches of tiles. */
export interface TileTiming {
  /** Seconds of a full batch. */
  readonly full: SecondsRange;
  /** Seconds of a batch of one tile, as at the end of a row. */
  readonly single: SecondsRange;
  /** Seconds that the first batches take longer, because they are compiled. */
  readonly start: number;
}

/** Options of {@linkcode timeTiles}. */
export interface TimeTilesOptions
  extends Pick<RestoreOptions, "seed" | "steps" | "sampler" | "timesteps" | "frames" | "fusion"> {
  /** Tiles of a full batch. */
  readonly batch: number;
  /** Number of dates. */
  readonly length: number;
  /** Time of `performance.now()` after which no further batch starts. */
  readonly until: number;
}

/** Runs of each kind that are timed, if time allows. */
const RUNS = 8;
/** Relative doubt of a time that was taken once, or computed from another. */
const DOUBT = 0.25;

function rangeOf(seconds: readonly number[]): SecondsRange {
  const sorted = seconds.toSorted((a, b) => a - b);
  const half = Math.ceil(sorted.length / 2);
  const [low, high] = [mean(sorted.slice(0, half)), mean(sorted.slice(-half))];
  return sorted.length > 1 ? [low, high] : [low * (1 - DOUBT), high * (1 + DOUBT)];
}

function times([low, high]: SecondsRange, factor: number): SecondsRange {
  return [low * factor, high * factor];
}

/** Restores synthetic tiles and returns the seconds. */
async function timeBatch(
  model: Model,
  tiles: number,
  { length, batch: _batch, until: _until, ...sampling }: TimeTilesOptions,
): Promise<number> {
  const { card } = model;
  const [{ low, high } = { low: 0, high: 1 }] = scalingRanges(card.scaling, 1);
  const pixels = tiles * length * card.tileSize ** 2;
  const fill = (count: number) =>
    Float32Array.from(
      { length: pixels * count },
      (_, i) => low + (high - low) * ((i * 7919 % 97) / 97),
    );
  const auxiliary = card.condition.auxiliary.length;
  const start = performance.now();
  await restoreImages(model, {
    batch: tiles,
    length,
    height: card.tileSize,
    width: card.tileSize,
    cloudy: fill(card.bands.length),
    ...(auxiliary > 0 && { auxiliary: fill(auxiliary) }),
    ...(card.modules.mean !== undefined && {
      mean: meanOfGroups(card, ({ depth }) => fill(depth)),
    }),
  }, sampling);
  return (performance.now() - start) / 1000;
}

/**
 * Times full batches and single tiles in turn. Slow models are timed with one sampler step, multiplied by
 * the evaluations that the real ones take.
 */
export async function timeTiles(model: Model, options: TimeTilesOptions): Promise<TileTiming> {
  const { batch, until } = options;
  const left = () => (until - performance.now()) / 1000;
  // One evaluation, which samplers of several steps do not offer.
  const short = { ...options, steps: 1, sampler: euler() };
  const evaluations = await evaluationsPerTile(model, options) /
    await evaluationsPerTile(model, short);
  const first = await timeBatch(model, 1, short);
  const second = await timeBatch(model, 1, short);
  // Two full batches and two single tiles must fit for the real steps to be timed.
  const isSlow = second * evaluations * 2 * (batch + 1) > left();
  const chosen = isSlow ? short : options;
  const factor = isSlow ? evaluations : 1;
  const singles = isSlow || evaluations === 1 ? [second] : [];
  const fulls: number[] = [];
  let start = Math.max(0, first - second);
  let took = second * batch;
  if (batch > 1 && left() > took) {
    const compiled = await timeBatch(model, batch, chosen);
    const then = left() > compiled ? await timeBatch(model, batch, chosen) : compiled;
    fulls.push(then);
    start += Math.max(0, compiled - then);
    took = then;
  }
  while (Math.max(singles.length, fulls.length) < RUNS && left() > took) {
    singles.push(await timeBatch(model, 1, chosen));
    if (batch > 1 && left() > took) fulls.push(await timeBatch(model, batch, chosen));
  }
  if (singles.length === 0) singles.push(second * (evaluations / factor));
  const single = times(rangeOf(singles), factor);
  if (batch === 1) return { full: single, single, start };
  const full = fulls.length === 0
    ? times(single, batch * (1 + DOUBT))
    : times(rangeOf(fulls), factor);
  return { full, single, start };
}
