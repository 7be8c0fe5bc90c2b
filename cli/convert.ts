/**
 * `emrdm convert`: converts the authors' checkpoints to model files, and model files to their names.
 *
 * @module
 */

import { convertWeights, published, type PublishedName } from "../checkpoints/mod.ts";
import { parseCard } from "../model/mod.ts";
import { command, operandsOf } from "./command.ts";
import { readJson } from "./files.ts";
import { choice, text, toggle, UsageError, words } from "./flags.ts";

const PUBLISHED = Object.keys(published) as PublishedName[];

function attentionOf(given: readonly string[] | undefined) {
  return given?.map((word) => {
    if (word === "neighborhood" || word === "global") return word;
    throw new UsageError(`--attention must be neighborhood or global for each level, got ${word}`);
  });
}

/** `emrdm convert`. */
export const convert = command({
  operands: "<in.ckpt|in.safetensors> <out.safetensors>",
  details:
    "Reads a Lightning checkpoint, without executing anything in it, or a safetensors file. Writes a " +
    "model file: safetensors with a model card. With --to authors, it writes safetensors with the " +
    "tensor names of the authors' state_dict, once as weights (model.diffusion_model.…) and once as " +
    "their moving average.",
  flags: {
    preset: choice("Published configuration of the checkpoint.", PUBLISHED),
    card: text("Model card as JSON, instead of a preset.", "FILE"),
    weights: choice("Weights to read: moving average, or last. Default: ema.", ["ema", "raw"]),
    attention: words(
      "Attention of each level, if the network has other sizes than the preset.",
      "neighborhood,global",
    ),
    to: choice("Tensor names of the output. Default: model.", ["model", "authors"]),
    dtype: choice("Type of the weights in a model file. Default: float32.", ["float32", "float16"]),
    overwrite: toggle("Replace an existing file."),
  },
  examples: [
    "convert epoch=99.ckpt sen2.safetensors --preset sen2_mtc_new",
    "convert sen2.safetensors authors.safetensors --to authors",
  ],
  async run({ preset, card: path, attention, ...options }, context) {
    const [from, into] = operandsOf(context, { min: 2, what: "an input and an output file" });
    if (preset !== undefined && path !== undefined) {
      throw new UsageError("--preset and --card exclude each other");
    }
    if (options.to === "authors" && options.dtype !== undefined) {
      throw new UsageError("--to authors keeps the type of the weights: leave out --dtype");
    }
    if (options.to === "authors" && (preset ?? path ?? attention) !== undefined) {
      throw new UsageError("--to authors writes no card: leave out --preset, --card, --attention");
    }
    const card = path === undefined ? preset : parseCard(await readJson(path), path);
    using bar = context.progress("convert");
    const { tensors, card: written } = await convertWeights(from!, into!, {
      ...options,
      card,
      attention: attentionOf(attention),
      registry: context.registry,
      onStage: (stage) => bar.wait(`${stage} ${stage === "writing" ? into : from}`),
    });
    return {
      text: `${into}: ${tensors} tensors${written === undefined ? "" : ` of ${written.name}`}`,
      json: { file: into, tensors, card: written ?? null },
    };
  },
});
