/**
 * What of a model's config decides what it learns.
 *
 * @module
 */

/** What it is called and said to be. */
const WORDS = ["name", "description", "licence", "training"];
/** How it samples: validations depend on it, weights do not. */
const SAMPLING = ["steps", "timesteps", "sampler", "fusion"];

type Json = Readonly<Record<string, unknown>>;

/** The config without what changes no weight. */
export function learntModel(model: object): Json {
  const apart = [...WORDS, ...SAMPLING];
  return Object.fromEntries(Object.entries(model).filter(([key]) => !apart.includes(key)));
}

/** How the model samples. */
export function samplingOf(model: object): Json {
  return Object.fromEntries(Object.entries(model).filter(([key]) => SAMPLING.includes(key)));
}
