/**
 * Plausibility of the offset of a Sentinel-2 scene, by its darkest values.
 *
 * @module
 */

import { SENTINEL2_NAMES } from "../core/mod.ts";
import { percentile } from "./sample_bands.ts";
import type { SceneFile } from "./scene.ts";

/** Digital number of reflectance 1. */
const QUANTIFICATION = 10000;
/** Smallest sample of a band that counts. */
const FEW = 100;
/** If values contain the offset, dark surfaces are at 1000 DN or slightly above in all bands. */
const OFFSET_DARK = 950;
/** A sample without dark surfaces, such as one of cloud or desert, is inconclusive. */
const NO_DARK = 1700;
/** If values contain the offset, hardly any are below this. */
const NO_OFFSET_DARK = 800;

/** The warning if the sampled values contradict the offsets. */
export function offsetWarning(
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
    // In digital numbers, also for files of reflectance.
    const value = percentile(sample[i]!, 0.01) * scales[i]! * QUANTIFICATION;
    return [{ band, value: Math.round(value), offset: Math.round(offsets[i]!) }];
  }).sort((a, b) => a.value - b.value);
  const darkest = dark[0];
  if (darkest === undefined) return undefined;
  if (
    dark.every(({ offset, value }) => offset === 0 && value >= OFFSET_DARK) &&
    darkest.value < NO_DARK
  ) {
    return `${source}: no offset is applied, but the darkest values of every band are ` +
      `${darkest.value} or more (1st percentile, ${darkest.band}); they seem to contain the offset ` +
      `of -1000: --s2-offset -1000`;
  }
  const below = dark.find(({ offset, value }) => offset === -1000 && value < NO_OFFSET_DARK);
  if (below === undefined) return undefined;
  return `${source}: an offset of -1000 is applied, but the darkest values of ${below.band} are ` +
    `${below.value} (1st percentile), which makes reflectances negative; the offset seems to have ` +
    `been applied already: --s2-offset 0`;
}
