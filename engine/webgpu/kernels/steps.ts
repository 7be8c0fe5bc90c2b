/** Sums that samplers compute around the network. @module */

import { SKIP_AND_OUT, STEP_TOWARDS } from "../../ops/steps.ts";
import type { TensorInfo } from "../../tfjs.ts";
import { bindings, inARow, MAIN_PARAMETERS, number, ROW_INDEX, type Shader } from "../shader.ts";
import type { Kernels } from "./call.ts";
import { shaderOf, sizeOf } from "./run.ts";

/** Samples of several frames. */
interface FrameSizes {
  readonly samples: number;
  readonly frames: number;
  /** Elements of a frame. */
  readonly size: number;
}

const THREADS = 128;

function frameShader(
  name: string,
  { samples, frames, size }: FrameSizes,
  { images, numbers, perFrame, work }: {
    /** Arrays of frames or images. */
    readonly images: readonly string[];
    readonly numbers: readonly string[];
    /** True if the output has frames. */
    readonly perFrame: boolean;
    /** WGSL that writes `result[at]`, for sample `b` and element `i` of its image. */
    readonly work: string;
  },
): Shader {
  const wide = size % 4 === 0;
  const type = wide ? "vec4f" : "f32";
  const inner = wide ? size / 4 : size;
  const count = samples * inner * (perFrame ? frames : 1);
  return {
    name: `${name} ${samples}×${frames}×${size}`,
    workgroups: inARow(Math.ceil(count / THREADS)),
    code: `const inner = ${inner}u;
const frames = ${frames}u;
${
      bindings(
        [
          ...images.map((input) => [input, type] as const),
          ...numbers.map((input) => [input, "f32"] as const),
        ],
        [["result", type]],
      )
    }
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let at = (${ROW_INDEX}) * ${THREADS}u + thread;
  if (at >= ${count}u) { return; }
  let b = at / ${inner * (perFrame ? frames : 1)}u;
  let i = at % inner;
  ${work}
}
`,
  };
}

/** skip·mean of x over the frames + out·image. Inputs: x, image, skip, out. */
function skipAndOutShader(sizes: FrameSizes): Shader {
  return frameShader("skipAndOut", sizes, {
    images: ["x", "image"],
    numbers: ["skip", "share"],
    perFrame: false,
    work: `var sum = x[b * frames * inner + i];
  for (var l = 1u; l < frames; l++) { sum += x[(b * frames + l) * inner + i]; }
  result[at] = sum * (skip[b] * ${number(1 / sizes.frames)}) + image[at] * share[b];`,
  });
}

/** y + (y − image)·step. Inputs: y, image, step. */
function stepTowardsShader(sizes: FrameSizes): Shader {
  return frameShader("stepTowards", sizes, {
    images: ["y", "image"],
    numbers: ["step"],
    perFrame: true,
    work: "result[at] = y[at] + (y[at] - image[b * inner + i]) * step[0];",
  });
}

/** Frames of samples [B, L, H, W, C]. */
function framesOf({ shape }: TensorInfo): FrameSizes {
  const [samples, frames, ...image] = shape as [number, number, ...number[]];
  return { samples, frames, size: sizeOf(image) };
}
/** Sums of the sampler. */
export const STEP_KERNELS: Kernels = {
  [SKIP_AND_OUT]: ({ inputs: { x, image, skip, out }, runner }) => {
    const shader = shaderOf(skipAndOutShader, framesOf(x!));
    return runner.runShader(shader, [x!, image!, skip!, out!], [image!.shape])[0]!;
  },
  [STEP_TOWARDS]: ({ inputs: { y, image, step }, runner }) => {
    const shader = shaderOf(stepTowardsShader, framesOf(y!));
    return runner.runShader(shader, [y!, image!, step!], [y!.shape])[0]!;
  },
};
