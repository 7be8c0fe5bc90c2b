/**
 * Checks that the modules of a card fit the card and each other.
 *
 * @module
 */

import { OptionsError } from "../core/mod.ts";
import { samplingLevels, within } from "./check_sampling.ts";
import { conditionChannels, type ModelCard, networkLength } from "./card.ts";
import type { Modules } from "./modules.ts";

/**
 * Checks channels, condition, tile size, and at every σ of the default time steps the schedule, the
 * preconditioner's coefficients and the sampler's own conditions.
 *
 * @throws {OptionsError} If something does not fit.
 */
export function checkFit(
  card: ModelCard,
  { network, schedule, precond, timesteps, sampler }: Pick<
    Modules,
    "network" | "schedule" | "precond" | "timesteps" | "sampler"
  >,
  path: string,
): void {
  const channels = card.bands.length + conditionChannels(card);
  if (network.inChannels !== channels || network.outChannels !== card.bands.length) {
    throw new OptionsError(
      `${path}.network`,
      `must take ${channels} channels (${card.bands.length} bands and ${conditionChannels(card)} ` +
        `of condition) and give ${card.bands.length}, got ${network.inChannels} and ` +
        `${network.outChannels}`,
    );
  }
  if (card.condition.order.includes("auxiliary") !== card.condition.auxiliary.length > 0) {
    throw new OptionsError(
      `${path}.condition`,
      "must list auxiliary bands if and only if its order has them",
    );
  }
  checkMean(card, path);
  const { tileSize } = card;
  within(`${path}.tileSize`, () => network.checkSize({ height: tileSize, width: tileSize }));
  const levels = samplingLevels({ schedule, sampler, timesteps }, card.steps, { path });
  for (const level of levels.slice(0, -1)) {
    const { cIn, cSkip, cOut, cNoise } = precond.coefficients(
      level,
      networkLength(card, card.length),
    );
    if (![cIn, cSkip, cOut, cNoise].every(Number.isFinite)) {
      throw new OptionsError(
        `${path}.precond`,
        `must give finite coefficients at every σ of the sampler, got cIn ${cIn}, cSkip ${cSkip}, ` +
          `cOut ${cOut}, cNoise ${cNoise} at σ = ${level.sigma}`,
      );
    }
  }
}

/** @throws {OptionsError} If the condition does not fit the mean. */
function checkMean(
  { modules: { mean }, condition: { order }, residual }: ModelCard,
  path: string,
): void {
  if (mean === undefined && residual !== undefined) {
    throw new OptionsError(
      `${path}.residual`,
      "must be absent where the mean is the cloudy image, whose error is not expected",
    );
  }
  const ofMean = ["mean", "evidence", "misfit"];
  const wrong = order.find((group) =>
    mean === undefined ? ofMean.includes(group) : group === "reference"
  );
  if (wrong === undefined) return;
  throw new OptionsError(
    `${path}.condition`,
    mean === undefined
      ? `must have ${wrong} only where a mean is made of all dates, got the mean cloudy`
      : `must not mark the reference: with the mean ${mean.type} it is the only frame`,
  );
}
