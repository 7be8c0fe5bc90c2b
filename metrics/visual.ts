/**
 * Visual measures: what eyes see and error averages hide, each relative to the clear image.
 *
 * @module
 */

import { quantile } from "../core/mod.ts";
import { contrastMeter } from "./contrast.ts";
import { edgeMeter, type MaskEdge } from "./edge.ts";
import { checkRange, type RangeOptions } from "./image.ts";
import { WEAVE_PERIODS, weaveMeter } from "./weave.ts";

/** Visual measures of a region. */
export const VISUAL_MEASURES = ["weave", "contrast", "seam"] as const;

/** One of {@linkcode VISUAL_MEASURES}. */
export type VisualMeasure = typeof VISUAL_MEASURES[number];

/** Reason for a missing visual measure. */
export type NoVisual = "too few pixels" | "flat truth" | "no edge";

/** Visual measures of a region. Each is of the middle band: the median over the bands. */
export interface VisualScore extends Readonly<Record<VisualMeasure, number | null>> {
  /**
   * Amplitude of what repeats every 2, 4 or 8 pixels over that of the truth, at the worst period; 1 for a
   * clear image.
   */
  readonly weave: number | null;
  /** The same by period, as `WEAVE_PERIODS`; null where too few pixels are left. */
  readonly weaves: readonly (number | null)[];
  /** Standard deviation of the image minus its 5×5 mean over that of the truth. */
  readonly contrast: number | null;
  /**
   * Mean absolute step across the edge of the mask minus the truth's, over the truth's; 0 if the edge cannot
   * be seen.
   */
  readonly seam: number | null;
  /** Reasons for the measures that are null. */
  readonly missing: Readonly<Partial<Record<VisualMeasure, NoVisual>>>;
}

/** Size and data range of the images, their regions, and the mask whose edge is measured. */
export interface VisualOptions<Name extends string> extends Omit<RangeOptions, "mask"> {
  /** Mask [H, W] of each region, 31 at most; undefined for all pixels. */
  readonly regions: Readonly<Record<Name, ArrayLike<number> | undefined>>;
  /** Clear and hidden pixels. Default: no seam. */
  readonly edge?: MaskEdge;
}

/** Amplitudes below this share of the data range are those of a flat image. */
const FLAT = 1e-6;

/** Measurements of one band: by measure (the weave by period), [regions]. */
type BandMeasures = readonly Float64Array[];

const median = (values: readonly number[]) => quantile(values.toSorted((a, b) => a - b), 0.5);

/** Copies a band of an image [H, W, C]. */
function planeOf(image: Float32Array, channel: number, channels: number): Float32Array {
  const plane = new Float32Array(image.length / channels);
  for (let i = 0, at = channel; i < plane.length; i++, at += channels) plane[i] = image[at]!;
  return plane;
}

/** Ratio to the truth of the middle band, or the reason for its absence. */
function ratioOf(
  ours: readonly number[],
  truths: readonly number[],
  { flat, none }: { readonly flat: number; readonly none: NoVisual },
): number | NoVisual {
  if (truths.some(Number.isNaN)) return none;
  const ratios = ours.flatMap((own, band) => truths[band]! > flat ? own / truths[band]! : []);
  return ratios.length === 0 ? "flat truth" : median(ratios);
}

/**
 * Creates a function that measures predictions against one target. Everything that depends on the target
 * and the regions alone is computed once.
 *
 * Pixels outside of a region do not count, and neither do windows that reach out of it.
 *
 * @param target [H, W, C].
 * @returns Function of a prediction [H, W, C] that gives the measures by region.
 * @throws {RangeError} If the data range is not positive.
 *
 * @example
 * ```ts
 * import { visualMeter } from "./visual.ts";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const size = { height: 64, width: 64, channels: 1, dataRange: 1 };
 * const target = Float32Array.from({ length: 64 * 64 }, (_, i) => (i * 7919 % 641) / 641);
 * const measure = visualMeter(target, { ...size, regions: { all: undefined } });
 * const { weave, contrast, missing } = measure(target).all;
 * assertEquals([weave, contrast, missing], [1, 1, { seam: "no edge" }]);
 * const dull = target.map((value) => value / 2);
 * assertAlmostEquals(measure(dull).all.contrast!, 0.5, 1e-6);
 * ```
 */
export function visualMeter<Name extends string>(
  target: Float32Array,
  { height, width, channels, dataRange, regions, edge }: VisualOptions<Name>,
): (prediction: Float32Array) => Readonly<Record<Name, VisualScore>> {
  checkRange("visual measures", dataRange);
  const entries = Object.entries(regions) as [Name, ArrayLike<number> | undefined][];
  const bits = new Int32Array(height * width);
  entries.forEach(([, mask], g) => {
    for (let i = 0; i < bits.length; i++) {
      if (mask === undefined || mask[i] !== 0) bits[i]! |= 1 << g;
    }
  });
  const size = { height, width, bits, regions: entries.length };
  const [weave, contrast, step] = [weaveMeter(size), contrastMeter(size), edgeMeter(size, edge)];
  const bandsOf = (image: Float32Array): readonly BandMeasures[] =>
    Array.from({ length: channels }, (_, channel) => {
      const plane = planeOf(image, channel, channels);
      return [...weave(plane), contrast(plane), step(plane)];
    });
  const truth = bandsOf(target);
  const flat = FLAT * dataRange;
  const [contrastAt, stepAt] = [WEAVE_PERIODS.length, WEAVE_PERIODS.length + 1];
  return (prediction) => {
    const ours = bandsOf(prediction);
    const scores = entries.map(([name], g) => {
      const at = (k: number, none: NoVisual) => {
        const of = (bands: readonly BandMeasures[]) => bands.map((band) => band[k]![g]!);
        return ratioOf(of(ours), of(truth), { flat, none });
      };
      const weaves = WEAVE_PERIODS.map((_, k) => at(k, "too few pixels"));
      const known = weaves.filter((ratio) => typeof ratio === "number");
      const ratios = {
        weave: known.length === 0 ? weaves[0]! : Math.max(...known),
        contrast: at(contrastAt, "too few pixels"),
        seam: at(stepAt, "no edge"),
      };
      const missing = Object.entries(ratios).filter(([, ratio]) => typeof ratio !== "number");
      const orNull = (ratio: number | NoVisual) => typeof ratio === "number" ? ratio : null;
      const seam = orNull(ratios.seam);
      const score: VisualScore = {
        weave: orNull(ratios.weave),
        weaves: weaves.map(orNull),
        contrast: orNull(ratios.contrast),
        seam: seam === null ? null : seam - 1,
        missing: Object.fromEntries(missing),
      };
      return [name, score] as const;
    });
    return Object.fromEntries(scores) as Record<Name, VisualScore>;
  };
}
