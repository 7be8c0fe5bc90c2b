/** `emrdm export`: a model as an ONNX file. @module */

import { exportOnnx } from "../checkpoints/mod.ts";
import { command, operandsOf } from "./command.ts";
import { openModel } from "./model.ts";
import { count, toggle } from "./flags.ts";

/** `emrdm export`. */
export const exportCommand = command({
  summary: "write a model as an ONNX file that onnxruntime runs",
  operands: "<model.safetensors> <out.onnx>",
  details:
    "Writes the denoiser with its weights, its card and the numbers of every sampler step in\n" +
    "the metadata. Shapes are fixed: the card's tile size and dates unless said otherwise.",
  flags: {
    batch: count("Images at once (default 1)", { min: 1 }),
    frames: count("Dates (default the model's)", { min: 1 }),
    size: count("Side of an image in pixels (default the model's tile size)", { min: 1 }),
    steps: count("Sampler steps described in the metadata (default the model's)", { min: 1 }),
    overwrite: toggle("Replace an existing file"),
  },
  examples: ["export weights/s2-temporal.safetensors s2-temporal.onnx --size 128"],
  async run({ frames, ...options }, context) {
    const [from, into] = operandsOf(context, { min: 2, what: "a model and an output file" });
    const model = await openModel(from!, context);
    const { batch, size, steps, overwrite } = options;
    const written = await exportOnnx(model, into!, {
      overwrite,
      ...(batch && { batch }),
      ...(frames && { length: frames }),
      ...(size && { size }),
      ...(steps && { steps }),
    });
    const shapes = Object.entries(written.inputs).map(([name, shape]) => `${name} [${shape}]`);
    return {
      text: `${into}: ${(written.bytes / 2 ** 20).toFixed(1)} MiB\ninputs: ${
        shapes.join(", ")
      }\noutputs: ${written.outputs.join(", ")}`,
      json: { file: into, ...written },
    };
  },
});
