/**
 * Options of painted samples: dates, clouds and light of their frames.
 *
 * @module
 */

import { boolean, type Checks, integer, list, number, pair, string } from "../core/mod.ts";

/** Options of the painted samples. */
export interface PaintOptions {
  /** Bands that are not part of the image but go to the samples' auxiliary bands. Default none. */
  readonly auxiliaryBands?: readonly string[];
  /** Samples of one epoch. Default 1024. */
  readonly size?: number;
  /** Probability that the frames mix dates; otherwise all show the same one. Default 0.5. */
  readonly mix?: number;
  /**
   * No other frame shows the reference's date; every place must have two dates. `mix` has no effect
   * then. Default false.
   */
  readonly otherDates?: boolean;
  /** Range of the cloud cover of a frame, drawn uniformly. Default [0.05, 0.95]. */
  readonly cover?: readonly [number, number];
  /** Probability that a frame is completely cloudy. Default 0.08. */
  readonly overcast?: number;
  /** Probability that cirrus covers the other clouds of a frame. Default 0.15. */
  readonly cirrus?: number;
  /** Probability that the clouds of a frame have the shapes of real clouds, if given. Default 0.4. */
  readonly shapesShare?: number;
  /**
   * Variation of the clouds in colour, lumps, brightness and height around the template, in [0, 1].
   * Default 0.
   */
  readonly variety?: number;
  /**
   * Probability that a sample's clouds are replaced by `opaqueCloud`, as a restoration with a mask
   * replaces them; in one frame of five only the thick ones. Default 0.
   */
  readonly hidden?: number;
  /** Replacement of hidden clouds, one value per band of the image, as in the model's card. */
  readonly opaqueCloud?: readonly number[];
  /**
   * Probability that the masks of a sample err as found masks do: grown, shrunk or without thin cloud.
   * Default 0: exact.
   */
  readonly maskErrors?: number;
  /**
   * Probability that the masks of a sample are those that the built-in detector finds, which compares a
   * random number of the frames with each other. Default 0: exact, or as `maskErrors` says.
   */
  readonly foundMasks?: number;
  /** Probability that the clouds of a frame are real ones, if given. Default 0.5. */
  readonly realCloudsShare?: number;
  /** Largest relative change of brightness in the other frames. Default 0.06. */
  readonly jitter?: number;
  /** Largest relative change of green in the other frames, see {@linkcode otherDay}. Default 0.1. */
  readonly season?: number;
}

/** Defaults of {@linkcode PaintOptions}. */
export const PAINT_DEFAULTS = {
  auxiliaryBands: [] as readonly string[],
  size: 1024,
  mix: 0.5,
  otherDates: false,
  cover: [0.05, 0.95],
  overcast: 0.08,
  cirrus: 0.15,
  shapesShare: 0.4,
  variety: 0,
  hidden: 0,
  opaqueCloud: [] as readonly number[],
  maskErrors: 0,
  foundMasks: 0,
  realCloudsShare: 0.5,
  jitter: 0.06,
  season: 0.1,
} as const;

const share = number({ min: 0, max: 1 });

/** One check per option of {@linkcode PaintOptions}. */
export const PAINT_CHECKS: Checks<PaintOptions> = {
  size: integer({ min: 1 }),
  auxiliaryBands: list(string),
  mix: share,
  otherDates: boolean,
  shapesShare: share,
  cover: pair(share),
  overcast: share,
  cirrus: share,
  variety: share,
  hidden: share,
  opaqueCloud: list(number()),
  maskErrors: share,
  foundMasks: share,
  realCloudsShare: share,
  season: number({ min: 0, max: 0.5 }),
  jitter: number({ min: 0, max: 0.5 }),
};
