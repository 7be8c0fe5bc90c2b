/**
 * The sampler and time steps of an ensemble: several restorations of one image whose spread estimates
 * the error.
 *
 * @module
 */

import { type AnyRegistry, type BuiltinCatalog, builtins } from "../builtins.ts";
import type { Registry } from "../core/mod.ts";
import type { Sampler } from "../samplers/mod.ts";
import type { Timesteps } from "../timesteps/mod.ts";
import type { CardSampling, ModelCard } from "./card.ts";

/** The modules that draw ensemble members. */
export interface EnsembleModules {
  /** The JSON that they are built from: the card's `sampling`, else {@linkcode defaultSampling}. */
  readonly sampling: CardSampling;
  /** Sampler of each member. */
  readonly sampler: Sampler;
  /** Noise levels of each member. */
  readonly timesteps: Timesteps;
  /** The card's calibration was measured with this sampler and these time steps. */
  readonly isCalibrated: boolean;
}

/** Last noise level of members: low enough to fix the content, too high to add detail. */
const LAST_SIGMA = 1;

/**
 * Returns how ensemble members are drawn where the card has no `sampling`: in the card's steps, but at
 * least two; with churn γ = 1, which doubles the noise level before each step, if the sampler has
 * churn; and with 1 as the last noise level instead of a value near 0. Of the samplings compared in
 * docs/studies/ensembles.md, the spread of this one predicts errors best for its cost.
 */
export function defaultSampling({ steps: own, modules }: ModelCard): CardSampling {
  const { timesteps, sampler } = modules;
  const steps = Math.max(own, 2);
  const isRange = typeof timesteps.sigmaMin === "number" && Number(timesteps.sigmaMax) > LAST_SIGMA;
  return {
    steps,
    sampler: { ...sampler, ...(Object.hasOwn(sampler, "sChurn") && { sChurn: steps }) },
    timesteps: { ...timesteps, ...(isRange && { sigmaMin: LAST_SIGMA }) },
  };
}

/**
 * Builds the modules that draw ensemble members.
 *
 * @param options `path` is that of the card.
 * @throws {OptionsError} If the sampling or the calibration names an unknown module or option.
 */
export function buildEnsemble(
  card: ModelCard,
  { registry = builtins, path = "$" }: {
    readonly registry?: AnyRegistry;
    readonly path?: string;
  } = {},
): EnsembleModules {
  const reader: Registry<BuiltinCatalog> = registry;
  const sampling = card.sampling ?? defaultSampling(card);
  /** JSON of sampler and time steps with every option, so that one left out equals its default. */
  const complete = ({ sampler, timesteps }: CardSampling, at: string) =>
    JSON.stringify([
      reader.read("sampler", sampler, `${at}.sampler`),
      reader.read("timesteps", timesteps, `${at}.timesteps`),
    ]);
  const at = `${path}.sampling`;
  const { calibration } = card;
  return {
    sampling,
    sampler: reader.create("sampler", sampling.sampler as never, `${at}.sampler`),
    timesteps: reader.create("timesteps", sampling.timesteps as never, `${at}.timesteps`),
    isCalibrated: calibration !== undefined &&
      complete(calibration.sampling, `${path}.calibration.sampling`) === complete(sampling, at),
  };
}
