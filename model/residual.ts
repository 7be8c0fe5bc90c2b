/**
 * The residual of a mean, (x − μ)/e, and its misfit on clear ground, which shows the network how the
 * other dates err in this place.
 *
 * @module
 */

import { bandReflectanceScale, EVIDENCE, type ModelCard, scalingRanges } from "./card.ts";
import { toUnit } from "./images.ts";
import type { MeanInput } from "./mean_input.ts";

/** Larger misfits, in expected errors, are changed ground or missed clouds, and are clipped. */
const MOST_MISFIT = 4;
/** Bounds of a card without a residual, for its misfit. */
const DEFAULT_BOUNDS = { least: 0.003, most: 0.1 } as const;

/**
 * Returns e, the expected error of each pixel and band [B, H, W, C] within the card's bounds, on the
 * scale [−1, 1] of the images.
 */
export function residualUnits(
  { bands, scaling, residual = DEFAULT_BOUNDS }: Pick<ModelCard, "bands" | "scaling" | "residual">,
  { errors }: Pick<MeanInput, "errors">,
): Float32Array {
  const ranges = scalingRanges(scaling, bands.length);
  const out = new Float32Array(errors.length);
  for (const [b, band] of bands.entries()) {
    const { low, high } = ranges[b]!;
    const one = bandReflectanceScale(band) ?? high - low;
    for (let i = b; i < out.length; i += bands.length) {
      const bounded = Math.min(Math.max(errors[i]!, residual.least * one), residual.most * one);
      out[i] = bounded * 2 / (high - low);
    }
  }
  return out;
}

/**
 * Returns the misfit [B, H, W, C]: (x − dates)/e on clear ground of the reference, 0 elsewhere.
 *
 * @param mean The mean, in the units of the bands.
 * @param options.cloudy The reference [B, H, W, C] on the scale [−1, 1].
 * @param options.units Result of {@linkcode residualUnits}.
 */
export function misfitArray(
  { bands, scaling }: Pick<ModelCard, "bands" | "scaling">,
  { dates, evidence }: Pick<MeanInput, "dates" | "evidence">,
  { cloudy, units }: { readonly cloudy: Float32Array; readonly units: Float32Array },
): Float32Array {
  const channels = bands.length;
  const estimate = toUnit(dates, scaling, channels);
  return cloudy.map((value, i) => {
    // Support is 1 where the reference is clear, and there alone.
    if (evidence[Math.floor(i / channels) * EVIDENCE.length] !== 1) return 0;
    const misfit = (value - estimate[i]!) / units[i]!;
    return Math.min(Math.max(misfit, -MOST_MISFIT), MOST_MISFIT);
  });
}

/** Inputs of the process and of the network that come from a mean. */
export interface MeanTensors {
  /** μ of the process: on the scale [−1, 1], or 0 where it runs on the residual. */
  readonly mu: Float32Array;
  /** Unit e of the residual; undefined where the process runs on the images. */
  readonly units?: Float32Array;
  /** The mean on the scale [−1, 1]. */
  readonly mean?: Float32Array;
  /** Its evidence. */
  readonly evidence?: Float32Array;
  /** Its misfit, where the condition has it. */
  readonly misfit?: Float32Array;
}

/**
 * Returns what the process and the network see of a mean.
 *
 * @param options.cloudy The images that the network sees, on the scale [−1, 1].
 * @param options.mean The mean of all dates. Default: the cloudy images are the mean.
 */
export function meanTensors(
  card: ModelCard,
  { cloudy, mean: made }: {
    readonly cloudy: Float32Array;
    readonly mean?: MeanInput | undefined;
  },
): MeanTensors {
  if (made === undefined) return { mu: cloudy };
  const { scaling, bands, condition, residual } = card;
  const mean = toUnit(made.image, scaling, bands.length);
  const units = residualUnits(card, made);
  const misfit = condition.order.includes("misfit")
    ? misfitArray(card, made, { cloudy, units })
    : undefined;
  return {
    mu: residual === undefined ? mean : new Float32Array(mean.length),
    ...(residual && { units }),
    mean,
    evidence: made.evidence,
    ...(misfit && { misfit }),
  };
}
