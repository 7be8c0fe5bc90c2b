/**
 * Samples for the classifier of the comparison in time: traits of blocks under drawn clouds, with
 * the class of one of their pixels.
 */

import { PAIR_TRAITS, TRAITS } from "../clouds/time/traits.ts";
import { surveyClouds, traitsInTime } from "../clouds/temporal_detector.ts";
import { type MaskCase, maskCases } from "./mask_cases.ts";
import { viewOf, VIEWS } from "./mask_views.ts";

/** Blocks of each date of a case. */
const BLOCKS = 2000;
/** Columns and rows of a case. */
const SIDE = 160;
/** Cities on which results are reported. */
const TEST_CITIES = ["pisa", "cupertino", "abudhabi"];

type View = (typeof VIEWS)[keyof typeof VIEWS];

/** Traits [count, traits] and classes [count]. */
export interface Samples {
  readonly traits: Float32Array;
  readonly classes: Uint8Array;
}

/** Traits and classes of some blocks of a case on the given dates, compared with each other. */
function samplesOf(
  one: MaskCase,
  { view, dates }: { readonly view: View; readonly dates: readonly number[] },
): readonly Samples[] {
  const all = viewOf(one, one.dates, view);
  const frames = dates.map((t) => all[t]!);
  const survey = surveyClouds({
    width: SIDE,
    height: SIDE,
    bands: view.bands,
    dates: dates.map((t) => ({ day: one.days[t]!, level: view.level })),
  });
  survey.add({ row: 0, column: 0, frames });
  const statistics = survey.finish();
  if (statistics.time === undefined) return [];
  const { traits: found, pixels } = traitsInTime(frames, statistics);
  const count = dates.length === 2 ? PAIR_TRAITS : TRAITS;
  return dates.map((date, t) => {
    const truth = one.truth[date]!;
    const traits = new Float32Array(BLOCKS * count);
    const planes = found(t);
    const classes = new Uint8Array(BLOCKS);
    for (let k = 0; k < BLOCKS; k++) {
      const i = (k * 40503 + t * 977) % pixels.count;
      for (let j = 0; j < count; j++) traits[k * count + j] = planes[j]![i]!;
      // One of the block's four pixels, each in turn.
      const [x, y] = [2 * (i % pixels.width) + (k & 1), 2 * Math.floor(i / pixels.width)];
      classes[k] = truth[(y + (k >> 1 & 1)) * SIDE + x]!;
    }
    return { traits, classes };
  });
}

/** Joins samples. */
function joined(parts: readonly Samples[]): Samples {
  const count = (parts[0]?.traits.length ?? 0) / BLOCKS;
  const traits = new Float32Array(parts.length * BLOCKS * count);
  const classes = new Uint8Array(parts.length * BLOCKS);
  parts.forEach((part, k) => {
    traits.set(part.traits, k * BLOCKS * count);
    classes.set(part.classes, k * BLOCKS);
  });
  return { traits, classes };
}

/** Two of the four views in turn: they show the same ground and clouds. */
function viewsOf(number: number): readonly View[] {
  const [a, b, c, d] = Object.values(VIEWS) as [View, View, View, View];
  return number % 2 === 0 ? [a, d] : [b, c];
}

/** Cases that are drawn. */
interface Draws {
  readonly draws: number;
  readonly seed: number;
  /** Pairs of dates instead of three dates, over places on which nothing else is tested. */
  readonly pairs: boolean;
}

/** The two real dates of a city, or one of them with a changed copy. */
const pairOf = (number: number) => number % 4 === 3 ? [1, 2] : [0, 1];

async function collect({ draws, seed, pairs }: Draws): Promise<Samples> {
  const parts: Samples[] = [];
  let number = 0;
  for await (
    const one of maskCases({
      half: 0,
      draws,
      seed,
      open: 0.12,
      change: 0.5,
      side: SIDE,
      ...(pairs && { cover: [0.05, 0.9] as const, sets: ["cities", "patches"] as const }),
    })
  ) {
    if (pairs && TEST_CITIES.some((city) => one.name.startsWith(city))) {
      continue;
    }
    const dates = pairs ? pairOf(number) : [...one.dates.keys()];
    for (const view of viewsOf(number++)) parts.push(...samplesOf(one, { view, dates }));
    console.error(`${one.name} (${number})`);
  }
  return joined(parts);
}

/** Collects the samples, or reads them from the files of an earlier run. */
export async function maskSamples(
  { path, ...draws }: Draws & { readonly path: string | undefined },
): Promise<Samples> {
  if (path === undefined) return await collect(draws);
  try {
    const traits = new Float32Array((await Deno.readFile(`${path}.x`)).buffer);
    return { traits, classes: await Deno.readFile(`${path}.y`) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const samples = await collect(draws);
  await Deno.writeFile(`${path}.x`, new Uint8Array(samples.traits.buffer));
  await Deno.writeFile(`${path}.y`, samples.classes);
  return samples;
}
