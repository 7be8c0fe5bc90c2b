/** What the kernels share: shaders made once per size. @module */

import type { Shader } from "../shader.ts";

const shaders = new Map<string, Shader>();

/** The shader of a key, made once: pipelines are kept by the shader's identity. */
export function shaderOf(key: string, make: () => Shader): Shader {
  let shader = shaders.get(key);
  if (shader === undefined) {
    shader = make();
    shaders.set(key, shader);
  }
  return shader;
}

/** Numbers of a tensor. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
