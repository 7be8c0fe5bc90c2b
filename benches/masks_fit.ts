/**
 * Fits the classifier of the comparison in time (clouds/time/classifier_weights.ts) on drawn clouds
 * over the first half of the places of ../shared/data, some of whose fields change between dates.
 * About 5 minutes on one core. With --samples, the traits are kept in FILE.x and FILE.y. With --pairs,
 * the weights are those for two dates (clouds/time/pair_weights.ts).
 *
 *     deno run -A benches/masks_fit.ts [--pairs] [--draws 4] [--seed 11] [--samples FILE] [--out FILE]
 */

import { createRng, type Rng } from "../core/mod.ts";
import { FARTHEST } from "../clouds/time/classifier.ts";
import type { Classifier } from "../clouds/time/classifier_form.ts";
import { PAIR_TRAITS, TRAITS as ALL } from "../clouds/time/traits.ts";
import { maskSamples, type Samples } from "./mask_samples.ts";

const flag = (name: string, fallback: string) => {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? fallback : Deno.args[at + 1]!;
};
const pairs = Deno.args.includes("--pairs");
const TRAITS = pairs ? PAIR_TRAITS : ALL;
const HIDDEN = [24, 16] as const;
const EPOCHS = 5;
const BATCH = 256;
const RATE = 3e-3;
const DECAY = 1e-4;
/** Standard deviation of noise on the inputs, in standard deviations of a trait. */
const NOISE = 0.03;

/** Mean and standard deviation of each trait. */
function scaling({ traits, classes: { length: count } }: Samples) {
  const mean = new Float64Array(TRAITS);
  const square = new Float64Array(TRAITS);
  for (let k = 0; k < traits.length; k++) mean[k % TRAITS]! += traits[k]! / count;
  for (let k = 0; k < traits.length; k++) {
    square[k % TRAITS]! += (traits[k]! - mean[k % TRAITS]!) ** 2 / count;
  }
  return { mean, deviation: square.map((value) => Math.sqrt(value) + 1e-3) };
}

/** A list of parameters with the moments of Adam. */
function parameters(length: number, init: (i: number) => number) {
  return {
    values: Float64Array.from({ length }, (_, i) => init(i)),
    slopes: new Float64Array(length),
    first: new Float64Array(length),
    second: new Float64Array(length),
  };
}

/** Minimises the cross-entropy with Adam and a cosine schedule. */
function fit(samples: Samples, rng: Rng): Classifier {
  const { traits, classes } = samples;
  const count = classes.length;
  const { mean, deviation } = scaling(samples);
  const sizes = [TRAITS, ...HIDDEN, 4];
  const layers = HIDDEN.concat(4 as never).map((outputs, l) => {
    const inputs = sizes[l]!;
    const normals = rng.fork("init").fork(l).normals(inputs * outputs);
    return {
      inputs,
      outputs,
      weights: parameters(inputs * outputs, (i) => normals[i]! * Math.sqrt(2 / inputs)),
      biases: parameters(outputs, () => 0),
    };
  });
  const values = sizes.map((size) => new Float64Array(size));
  const errors = sizes.map((size) => new Float64Array(size));
  const steps = EPOCHS * Math.floor(count / BATCH);
  let loss = 0;
  for (let step = 1; step <= steps; step++) {
    const draw = rng.fork("batch").fork(step);
    const noise = draw.normals(BATCH * TRAITS);
    const rows = draw.fork("rows").uniforms(BATCH);
    for (let k = 0; k < BATCH; k++) {
      const i = Math.floor(rows[k]! * count);
      for (let j = 0; j < TRAITS; j++) {
        const value = (traits[i * TRAITS + j]! - mean[j]!) / deviation[j]!;
        values[0]![j] = Math.min(Math.max(value, -FARTHEST), FARTHEST) +
          NOISE * noise[k * TRAITS + j]!;
      }
      for (let l = 0; l < layers.length; l++) {
        const { inputs, outputs, weights: { values: w }, biases } = layers[l]!;
        const below = values[l]!, above = values[l + 1]!;
        above.set(biases.values);
        for (let a = 0; a < inputs; a++) {
          const value = below[a]!;
          if (value === 0) continue;
          for (let b = 0, k = a * outputs; b < outputs; b++, k++) above[b]! += value * w[k]!;
        }
        if (l < HIDDEN.length) {
          for (let b = 0; b < outputs; b++) above[b] = Math.max(above[b]!, 0);
        }
      }
      const out = values.at(-1)!;
      const top = Math.max(...out);
      const sum = out.reduce((all, value) => all + Math.exp(value - top), 0);
      out.forEach((value, b) =>
        errors.at(-1)![b] = (Math.exp(value - top) / sum - (b === classes[i] ? 1 : 0)) / BATCH
      );
      loss += Math.log(sum) + top - out[classes[i]!]!;
      for (let l = layers.length - 1; l >= 0; l--) {
        const { inputs, outputs, weights: { values: w, slopes }, biases } = layers[l]!;
        const below = values[l]!, error = errors[l + 1]!, back = errors[l]!;
        for (let b = 0; b < outputs; b++) biases.slopes[b]! += error[b]!;
        for (let a = 0; a < inputs; a++) {
          const value = below[a]!;
          let sum = 0;
          if (value !== 0) {
            for (let b = 0, k = a * outputs; b < outputs; b++, k++) {
              slopes[k]! += value * error[b]!;
              sum += w[k]! * error[b]!;
            }
          }
          back[a] = sum;
        }
      }
    }
    const rate = RATE * 0.5 * (1 + Math.cos(Math.PI * step / steps));
    for (const { weights, biases } of layers) {
      for (const one of [weights, biases]) {
        for (let i = 0; i < one.values.length; i++) {
          const slope = one.slopes[i]! + (one === weights ? DECAY * one.values[i]! : 0);
          one.first[i] = 0.9 * one.first[i]! + 0.1 * slope;
          one.second[i] = 0.999 * one.second[i]! + 0.001 * slope ** 2;
          one.values[i]! -= rate * (one.first[i]! / (1 - 0.9 ** step)) /
            (Math.sqrt(one.second[i]! / (1 - 0.999 ** step)) + 1e-8);
          one.slopes[i] = 0;
        }
      }
    }
    if (step % 500 === 0) {
      console.error(`step ${step} of ${steps}: ${(loss / 500 / BATCH).toFixed(4)}`);
      loss = 0;
    }
  }
  const round = (list: Float64Array) => [...list].map((value) => Number(value.toPrecision(4)));
  return {
    mean: round(mean),
    deviation: round(deviation),
    layers: layers.map(({ weights, biases }) => ({
      weights: round(weights.values),
      biases: round(biases.values),
    })),
  };
}

const cached = flag("samples", "");
const samples = await maskSamples({
  draws: Number(flag("draws", "4")),
  seed: Number(flag("seed", "11")),
  pairs,
  path: cached === "" ? undefined : cached,
});
const classifier = fit(samples, createRng(1));
const [file, name, what] = pairs
  ? ["pair_weights", "PAIR_CLASSIFIER", "of two dates"]
  : ["classifier_weights", "CLASSIFIER", "in time"];
const path = flag("out", new URL(`../clouds/time/${file}.ts`, import.meta.url).pathname);
await Deno.writeTextFile(
  path,
  `/**
 * Weights of the classifier of the comparison ${what}, written by benches/masks_fit.ts.
 *
 * @module
 */

import type { Classifier } from "./classifier_form.ts";

/** Fitted on drawn clouds over clear real dates. */
export const ${name}: Classifier = ${JSON.stringify(classifier)};
`,
);
