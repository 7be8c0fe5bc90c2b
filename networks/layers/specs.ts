/** Names, shapes and initial values of tensors (docs/networks.md, "Initialization"). @module */

import { product, type Rng } from "../../core/mod.ts";
import type { Params, Tensor } from "../../engine/mod.ts";
import type { TensorSpec } from "../network.ts";

/** A linear weight [in, out]: U(−1/√in, 1/√in) as in PyTorch, or zero. */
export function linearSpec(
  name: string,
  { inputs, outputs, zero = false }: {
    readonly inputs: number;
    readonly outputs: number;
    readonly zero?: boolean;
  },
): TensorSpec {
  return {
    name,
    shape: [inputs, outputs],
    role: "param",
    init: (rng) =>
      zero ? new Float32Array(inputs * outputs) : symmetric(rng, inputs, inputs * outputs),
  };
}

/** The bias [out] of a linear layer: U(−1/√in, 1/√in) as in PyTorch. */
export function biasSpec(
  name: string,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
): TensorSpec {
  return { name, shape: [outputs], role: "param", init: (rng) => symmetric(rng, inputs, outputs) };
}

/** A vector filled with a value. */
export function constantSpec(name: string, size: number, value: number): TensorSpec {
  return { name, shape: [size], role: "param", init: () => new Float32Array(size).fill(value) };
}

/** A tensor drawn from N(0, std²). */
export function normalSpec(
  name: string,
  { shape, std, role }: {
    readonly shape: readonly number[];
    readonly std: number;
    readonly role: TensorSpec["role"];
  },
): TensorSpec {
  const size = product(shape);
  return { name, shape, role, init: (rng) => rng.normals(size).map((value) => value * std) };
}

/** A tensor drawn from U(−bound, bound). */
export function uniformSpec(
  name: string,
  { shape, bound }: { readonly shape: readonly number[]; readonly bound: number },
): TensorSpec {
  const size = product(shape);
  return {
    name,
    shape,
    role: "param",
    init: (rng) => rng.uniforms(size).map((value) => (2 * value - 1) * bound),
  };
}

/** A buffer with fixed values. */
export function bufferSpec(
  name: string,
  shape: readonly number[],
  values: () => Float32Array,
): TensorSpec {
  return { name, shape, role: "buffer", init: values };
}

function symmetric(rng: Rng, inputs: number, size: number): Float32Array {
  const bound = 1 / Math.sqrt(inputs);
  return rng.uniforms(size).map((value) => (2 * value - 1) * bound);
}

/** Tensors of a module by their names within it. */
export type Scope = (name: string) => Tensor;

/** Tensors below a prefix. @throws {TypeError} On access, if a tensor is missing. */
export function scope(params: Params, prefix = ""): Scope {
  return (name) => {
    const full = prefix === "" ? name : `${prefix}.${name}`;
    const tensor = params[full];
    if (tensor === undefined) {
      throw new TypeError(`Cannot apply the network: the weights must contain ${full}, got none`);
    }
    return tensor;
  };
}
