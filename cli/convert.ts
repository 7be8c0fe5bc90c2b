/**
 * `emrdm convert`: the authors' checkpoints to model files, and back to their names.
 *
 * @module
 */

import { convertWeights, published, type PublishedName } from "../checkpoints/mod.ts";
import { parseCard } from "../model/mod.ts";
import { command, operandsOf } from "./command.ts";
import { readJson } from "./files.ts";
import { choice, text, toggle, UsageError, words } from "./flags.ts";

const PUBLISHED = Object.keys(published) as PublishedName[];

function reachesOf(given: readonly string[] | undefined) {
  return given?.map((word) => {
    if (word === "neighborhood" || word === "global") return word;
    throw new UsageError(`--attention must be neighborhood or global per level, got ${word}`);
  });
}

/** `emrdm convert`. */
export const convert = command({
  summary: "turn the authors' checkpoints into model files, and back to their names",
  operands: "<in.ckpt|in.safetensors> <out.safetensors>",
  details: "Reads Lightning checkpoints (nothing in them is executed) and safetensors. Writes a\n" +
    "safetensors file with its model card, or with --to authors one with the names of the\n" +
    "authors' state_dict: the weights as model.diffusion_model.… and as their average.",
  flags: {
    preset: choice("Published configuration that the checkpoint is of", PUBLISHED),
    card: text("Model card as JSON, instead of a preset", "FILE"),
    weights: choice("Moving average or last weights (default ema)", ["ema", "raw"]),
    attention: words(
      "Attention of each level, where the sizes are not the preset's",
      "neighborhood,global",
    ),
    to: choice("Names in the output (default model)", ["model", "authors"]),
    dtype: choice("How a model file stores weights (default float32)", ["float32", "float16"]),
    overwrite: toggle("Replace an existing file"),
  },
  examples: [
    "convert epoch=99.ckpt sen2.safetensors --preset sen2_mtc_new",
    "convert sen2.safetensors authors.safetensors --to authors",
  ],
  async run({ preset, card: path, attention, ...options }, context) {
    const [from, into] = operandsOf(context, { min: 2, what: "an input and an output file" });
    if (preset !== undefined && path !== undefined) {
      throw new UsageError("give --preset or --card, not both");
    }
    if (options.to === "authors" && options.dtype !== undefined) {
      throw new UsageError("--to authors keeps the numbers: leave out --dtype");
    }
    if (options.to === "authors" && (preset ?? path ?? attention) !== undefined) {
      throw new UsageError("--to authors writes no card: leave out --preset, --card, --attention");
    }
    const card = path === undefined ? preset : parseCard(await readJson(path), path);
    const reaches = reachesOf(attention);
    const { overwrite, weights, to, dtype } = options;
    const converted = await convertWeights(from!, into!, {
      overwrite,
      registry: context.registry,
      ...(card && { card }),
      ...(reaches && { attention: reaches }),
      ...(weights && { weights }),
      ...(to && { to }),
      ...(dtype && { dtype }),
    });
    const { tensors, card: written } = converted;
    return {
      text: `${into}: ${tensors} tensors${written === undefined ? "" : ` of ${written.name}`}`,
      json: { file: into, tensors, card: written ?? null },
    };
  },
});
