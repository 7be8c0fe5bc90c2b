/**
 * The parts of a model's config that determine its weights, and those that determine its samples.
 *
 * @module
 */

/** Keys that only describe the model. */
const DESCRIPTION = ["name", "description", "licence", "training"];
/** Keys of sampling: validations depend on them, weights do not. */
const SAMPLING = ["steps", "timesteps", "sampler", "fusion"];

/** Returns the config without the keys that do not change the weights. */
export function learntModel(model: object): Readonly<Record<string, unknown>> {
  const ignored = [...DESCRIPTION, ...SAMPLING];
  return Object.fromEntries(Object.entries(model).filter(([key]) => !ignored.includes(key)));
}

/** Returns the keys of the config that determine sampling. */
export function samplingOf(model: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(model).filter(([key]) => SAMPLING.includes(key)));
}
