/** Shaders, made once for their sizes. @module */

import { product } from "../../../core/mod.ts";
import type { Shader } from "../shader.ts";

/** A factory of shaders; its arguments are plain data. */
type ShaderFactory<A extends readonly unknown[]> = (...args: A) => Shader;

const shaders = new Map<unknown, Map<string, Shader>>();

/** The shader of a factory for its arguments, made once: pipelines are kept by its identity. */
export function shaderOf<A extends readonly unknown[]>(
  make: ShaderFactory<A>,
  ...args: A
): Shader {
  let known = shaders.get(make);
  if (known === undefined) shaders.set(make, known = new Map());
  const key = JSON.stringify(args);
  let shader = known.get(key);
  if (shader === undefined) known.set(key, shader = make(...args));
  return shader;
}

/** Elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return product(shape);
}
