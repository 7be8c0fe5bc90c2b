/** Shaders of what samplers compute beside the network. @module */

import { bindings, inARow, MAIN_PARAMETERS, number, ROW_INDEX, type Shader } from "../shader.ts";

/** Samples of several frames. */
export interface FrameSizes {
  readonly samples: number;
  readonly frames: number;
  /** Numbers of a frame. */
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
    /** Whether the output has frames. */
    readonly perFrame: boolean;
    /** WGSL that writes `result[at]`, of sample `b` and place `i` of its image. */
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
export function skipAndOutShader(sizes: FrameSizes): Shader {
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
export function stepTowardsShader(sizes: FrameSizes): Shader {
  return frameShader("stepTowards", sizes, {
    images: ["y", "image"],
    numbers: ["step"],
    perFrame: true,
    work: "result[at] = y[at] + (y[at] - image[b * inner + i]) * step[0];",
  });
}
