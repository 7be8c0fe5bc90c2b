/** The composite of all dates as the mean. @module */

import { type Entry, integer, number } from "../core/mod.ts";
import { applyComposite, applyMargin } from "./composite_apply.ts";
import { fitComposite } from "./composite_fit.ts";
import type { CompositeFit } from "./composite_plan.ts";
import { FEATURE_MARGIN } from "./features.ts";
import type { Mean } from "./mean.ts";
import { type CompositeSurvey, surveyScene } from "./survey.ts";
import { checkReference } from "./window.ts";

/** Options of {@linkcode composite}. */
export interface CompositeOptions {
  /** Most dates that are read for a reference; the best are chosen. Default 6. */
  readonly dates?: number;
  /** Days after which a date counts 1/e in the choice. Default 30. */
  readonly daysScale?: number;
  /** Pixels around hidden ones that count as hidden. Default 4. */
  readonly grow?: number;
  /** Pixels of the scene to which maps are fitted, about. Default 40,000. */
  readonly samples?: number;
}

const DEFAULTS = { dates: 6, daysScale: 30, grow: 4, samples: 40_000 } as const;

/**
 * Estimates the hidden pixels of the reference from the other dates, each mapped to the reference by
 * a regression over the scene's own common clear ground. Clear pixels of the reference come back
 * unchanged; pixels that no date shows are filled from their surroundings.
 */
export function composite(
  {
    dates = DEFAULTS.dates,
    daysScale = DEFAULTS.daysScale,
    grow = DEFAULTS.grow,
    samples = DEFAULTS.samples,
  }: CompositeOptions = {},
): Mean {
  return {
    surveyMargin: FEATURE_MARGIN + grow,
    margin: applyMargin(grow),
    survey: (scene) => surveyScene(scene, { samples, grow }),
    fit: (survey, reference) => {
      checkReference(survey.scene, reference);
      return fitComposite(survey as CompositeSurvey, reference, { dates, daysScale });
    },
    apply: (fit, window, core = window, { dates = false } = {}) =>
      applyComposite(fit as CompositeFit, { window, core, grow, dates }),
  };
}

/** Catalog entry of {@linkcode composite}. */
export const compositeEntry: Entry<CompositeOptions, Mean> = {
  summary: "composite of all dates, mapped to the reference over common clear ground",
  create: composite,
  checks: {
    dates: integer({ min: 1, max: 12 }),
    daysScale: number({ above: 0 }),
    grow: integer({ min: 0, max: 64 }),
    samples: integer({ min: 1000, max: 1_000_000 }),
  },
  defaults: DEFAULTS,
};
