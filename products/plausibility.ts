/**
 * Reflectances that cannot be, under the bands, scale and offset that were assumed for a scene.
 *
 * @module
 */

import { namedCommand } from "../core/mod.ts";
import { percentile } from "./sample_bands.ts";
import type { SceneFile } from "./scene.ts";

/** Smallest sample of a band that counts. */
const FEW = 100;
/** No surface and no cloud is so dark: a value that marks pixels without data. */
const NEGATIVE = -0.3;
/** Smallest share of negative values that counts. */
const SHARE = 0.005;
/** Darkest percentile of a scene that is not all cloud. */
const BRIGHT = 0.6;
/** Median of a band above which its values are no reflectance; sun glint and clouds stay below. */
const TOO_BRIGHT = 2;
/** The 99th percentile of the brightest band below which its values are no reflectance. */
const TOO_DARK = 0.015;
/**
 * Low percentile at which B10 is compared: it sees only light from high clouds, which brightens the
 * visible bands as much.
 */
const LOW = 0.05;

interface BandSample {
  readonly band: string;
  /** Sampled reflectances, sorted. */
  readonly values: Float64Array;
}

/** A number of at most three digits. */
const shown = (value: number) => String(Number(value.toPrecision(3)));

/** The share of values below a limit; they are sorted. */
function shareBelow(values: Float64Array, limit: number): number {
  const first = values.findIndex((value) => value >= limit);
  return (first < 0 ? values.length : first) / values.length;
}

/** The contradiction between bands named by their order and their values. */
function bandWarning(bands: readonly BandSample[]): string | undefined {
  const of = (name: string) => bands.find(({ band }) => band === name)?.values;
  const [cirrus, last] = [of("B10"), of("B12")];
  const visible = ["B02", "B03", "B04"].flatMap((name) => of(name) ?? [])
    .map((values) => percentile(values, LOW));
  const found = last !== undefined && last[0] === last.at(-1)
    ? `B12 has the same value everywhere, as a mask has`
    : cirrus !== undefined && percentile(cirrus, LOW) > Math.min(...visible)
    ? `B10, which sees only high clouds, is brighter than a visible band`
    : undefined;
  return found &&
    `its 13 bands have no names and are taken for B01, …, B12 in the order of L1C, but ` +
      `${found}; name the bands (gdal_edit.py or --band-names), or leave out those of a mask: ` +
      `gdal_translate -b 1 -b 2 … IN OUT.tif`;
}

/** The contradiction of the reflectances themselves. */
function valueWarning(bands: readonly BandSample[], assumed: string): string | undefined {
  const negative = bands.find(({ values }) => shareBelow(values, NEGATIVE) > SHARE);
  if (negative !== undefined) {
    return `${shown(100 * shareBelow(negative.values, NEGATIVE))} % of the sampled values of ` +
      `${negative.band} stand for reflectances down to ${shown(negative.values[0]!)}, which is ` +
      `impossible (${assumed}); if they mark pixels without data, state them: gdal_edit.py ` +
      `-a_nodata VALUE IN.tif`;
  }
  const bright = bands.find(({ values }) => percentile(values, 0.5) > TOO_BRIGHT);
  const darkest = Math.min(...bands.map(({ values }) => percentile(values, 0.01)));
  const brightest = Math.max(...bands.map(({ values }) => percentile(values, 0.99)));
  const state = `state scale and offset in the file: gdal_edit.py -scale S -offset O IN.tif`;
  if (bright !== undefined) {
    return `half of the sampled values of ${bright.band} stand for reflectances above ` +
      `${shown(percentile(bright.values, 0.5))}, which is impossible (${assumed}); ${state}`;
  }
  if (darkest > BRIGHT) {
    return `the darkest values of every band stand for a reflectance of ${
      shown(darkest)
    } or more ` +
      `(${assumed}); unless the scene is all cloud, ${state}`;
  }
  if (brightest < TOO_DARK) {
    return `the brightest values stand for a reflectance of ${shown(brightest)} (${assumed}); ` +
      `unless the scene is deep water, ${state}`;
  }
  return undefined;
}

/**
 * The warning if the sampled values contradict what was assumed.
 *
 * @param assumed Sources of scale and offset, for the message.
 */
export function implausible(
  { header, source }: SceneFile,
  { scales, offsets, sample, assumed }: {
    readonly scales: readonly number[];
    /** In digital numbers. */
    readonly offsets: readonly number[];
    readonly sample: readonly Float64Array[];
    readonly assumed: string;
  },
): string | undefined {
  const bands = header.bands.flatMap((band, i): readonly BandSample[] => {
    const values = sample[i] ?? new Float64Array();
    if (values.length < FEW) return [];
    return [{ band, values: values.map((value) => (value + offsets[i]!) * scales[i]!) }];
  });
  if (bands.length === 0) return undefined;
  const found = (header.assumedBands === true ? bandWarning(bands) : undefined) ??
    valueWarning(bands, assumed);
  return found && `${source}: ${namedCommand(found, source)}`;
}
