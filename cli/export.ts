/**
 * `emrdm export`: writes a model as an ONNX file.
 *
 * @module
 */

import { exportOnnx } from "../checkpoints/mod.ts";
import { command, operandsOf } from "./command.ts";
import { openModel } from "./model.ts";
import { count, toggle } from "./flags.ts";

/** `emrdm export`. */
export const exportCommand = command({
  operands: "<model.safetensors> <out.onnx>",
  details:
    "Writes the denoiser with its weights. The metadata have the model card and the values of every " +
    "sampler step. Shapes are fixed.",
  flags: {
    batch: count("Images per batch. Default: 1.", { min: 1 }),
    frames: count("Dates. Default: the model's.", { min: 1 }),
    size: count("Side of the images in pixels. Default: the model's tile size.", { min: 1 }),
    steps: count("Sampler steps in the metadata. Default: the model's.", { min: 1 }),
    overwrite: toggle("Replace an existing file."),
  },
  examples: ["export weights/s2-temporal.safetensors s2-temporal.onnx --size 128"],
  async run({ frames, ...options }, context) {
    const [from, into] = operandsOf(context, { min: 2, what: "a model and an output file" });
    const model = await openModel(from!, context);
    using bar = context.progress("export");
    bar.wait("tracing the network, writing the file");
    const written = await exportOnnx(model, into!, { ...options, length: frames });
    const shapes = Object.entries(written.inputs).map(([name, shape]) => `${name} [${shape}]`);
    const text = [
      `${into}: ${(written.bytes / 2 ** 20).toFixed(1)} MiB`,
      `inputs: ${shapes.join(", ")}`,
      `outputs: ${written.outputs.join(", ")}`,
    ].join("\n");
    return {
      text,
      json: { file: into, ...written },
    };
  },
});
