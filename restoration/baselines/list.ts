/**
 * The baselines: what restores an image without a model. Demo, self-check, evaluation and report all
 * take them from here.
 *
 * @module
 */

import { clearest, mean, median } from "../../fusion/mod.ts";
import type { Baseline } from "./baseline.ts";
import { compositeImage } from "./composite_image.ts";
import { linearInTime, maskAwareMean, maskAwareMedian } from "./from_clear.ts";
import { copyInput, fuseFrames, leastCloudy } from "./fuse_frames.ts";
import { smoothFill } from "./smooth_fill.ts";

/** Every baseline, in the order of tables. */
export const BASELINES: readonly Baseline[] = [
  {
    name: "copy the input",
    needs: { dates: 1 },
    restore: ({ frames, reference }) => copyInput(frames, { reference }),
  },
  {
    name: "smooth fill",
    needs: { dates: 1, masks: true },
    restore: ({ frames, masks, reference }) => smoothFill(frames[reference]!, masks[reference]!),
  },
  {
    name: "least cloudy",
    needs: { masks: true },
    restore: ({ frames, masks }) => leastCloudy(frames, { masks }),
  },
  {
    name: "mean",
    needs: {},
    restore: ({ frames }) => fuseFrames(frames, { fusion: mean() }),
  },
  {
    name: "median",
    needs: {},
    restore: ({ frames }) => fuseFrames(frames, { fusion: median() }),
  },
  {
    name: "clearest",
    needs: { visible: true },
    restore: ({ frames }) => fuseFrames(frames, { fusion: clearest(), weighted: true }),
  },
  {
    name: "mask-aware mean",
    needs: { masks: true },
    restore: ({ frames, masks, reference }) => maskAwareMean(frames, { masks, reference }),
  },
  {
    name: "mask-aware median",
    needs: { masks: true },
    restore: ({ frames, masks, reference }) => maskAwareMedian(frames, { masks, reference }),
  },
  {
    name: "linear in time",
    needs: { masks: true, days: true },
    restore: ({ frames, masks, days, reference }) =>
      linearInTime(frames, { masks, dates: days, reference }),
  },
  {
    name: "composite",
    needs: { masks: true },
    restore: compositeImage,
  },
];
