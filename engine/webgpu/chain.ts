/**
 * Chains of elementwise ops as one shader. While a chain is recorded, each elementwise kernel of
 * TensorFlow.js writes a line of WGSL instead of running.
 *
 * @module
 */

import { product } from "../../core/mod.ts";
import type { TensorInfo, tf } from "../tfjs.ts";
import { bindings, inARow, MAIN_PARAMETERS, range, ROW_INDEX, type Shader } from "./shader.ts";

/** WGSL of the elementwise kernels of a chain, by their names in TensorFlow.js. */
const EXPRESSIONS: Readonly<Record<string, (a: string, b: string) => string>> = {
  Add: (a, b) => `${a} + ${b}`,
  Sub: (a, b) => `${a} - ${b}`,
  Multiply: (a, b) => `${a} * ${b}`,
  RealDiv: (a, b) => `${a} / ${b}`,
  Minimum: (a, b) => `min(${a}, ${b})`,
  Maximum: (a, b) => `max(${a}, ${b})`,
  Square: (a) => `${a} * ${a}`,
  Sqrt: (a) => `sqrt(${a})`,
  Rsqrt: (a) => `inverseSqrt(${a})`,
  Neg: (a) => `-${a}`,
  Exp: (a) => `exp(${a})`,
};

/** Names of the kernels that a chain may contain. */
export const CHAIN_KERNELS: readonly string[] = Object.keys(EXPRESSIONS);

/** Thrown for an op that a chain cannot contain; the ops then run one by one. */
export class ChainError extends Error {
  override readonly name = "ChainError";
}

const THREADS = 128;

/** Backend of a chain. */
interface ChainHost {
  makeTensorInfo(shape: number[], dtype: "float32"): TensorInfo;
  /** The value of a scalar that is not on the GPU yet. */
  scalarOf(tensor: TensorInfo): number | undefined;
}

/** A chain being recorded. */
export class Chain {
  readonly #host: ChainHost;
  readonly #shape: number[];
  readonly #count: number;
  readonly #names = new Map<object, string>();
  readonly #lines: string[] = [];
  readonly #arrays: TensorInfo[];
  readonly #outside: TensorInfo[] = [];
  readonly #scalars: number[] = [];

  /** @param inputs Of one shape. */
  constructor(host: ChainHost, inputs: readonly TensorInfo[]) {
    this.#host = host;
    this.#shape = [...inputs[0]!.shape];
    this.#count = product(this.#shape);
    this.#arrays = [...inputs];
    inputs.forEach(({ dataId }, i) => this.#names.set(dataId, `x${i}`));
  }

  /** True if a tensor exists only within the chain. */
  holds(dataId: object): boolean {
    return this.#names.get(dataId)?.startsWith("v") ?? false;
  }

  /** Records a kernel and returns its result, which stands for a line of WGSL. */
  record(kernel: string, inputs: readonly TensorInfo[]): TensorInfo {
    const [a, b] = inputs.map((input) => this.#operand(input));
    const result = this.#host.makeTensorInfo([...this.#shape], "float32");
    const name = `v${this.#lines.length}`;
    this.#lines.push(`let ${name} = ${EXPRESSIONS[kernel]!(a!, b!)};`);
    this.#names.set(result.dataId, name);
    return result;
  }

  #operand(tensor: TensorInfo): string {
    const known = this.#names.get(tensor.dataId);
    if (known !== undefined) return known;
    const size = product(tensor.shape);
    if (tensor.dtype !== "float32") throw new ChainError(`a tensor of type ${tensor.dtype}`);
    if (size !== 1) throw new ChainError(`a tensor of shape [${tensor.shape}] from outside`);
    const number = this.#host.scalarOf(tensor);
    // Scalars are packed into one array, so the shader is the same at every step.
    const name = number === undefined
      ? `T(outside${this.#outside.push(tensor) - 1}[0])`
      : `T(scalars[${this.#scalars.push(number) - 1}])`;
    this.#names.set(tensor.dataId, name);
    return name;
  }

  /** Values of the chain's packed scalars. */
  get scalars(): readonly number[] {
    return this.#scalars;
  }

  /** Number of input buffers. */
  get buffers(): number {
    return this.#arrays.length + this.#outside.length + (this.#scalars.length > 0 ? 1 : 0);
  }

  /** The chain as plain data, for {@linkcode chainShader}. */
  plan(outputs: readonly TensorInfo[]): ChainPlan {
    return {
      count: this.#count,
      arrays: this.#arrays.length,
      outside: this.#outside.length,
      scalars: this.#scalars.length,
      lines: this.#lines,
      results: outputs.map(({ dataId }) => this.#nameOf(dataId)),
    };
  }

  /** Inputs in the order of the bindings. */
  inputs(scalars: TensorInfo | undefined): TensorInfo[] {
    return [...this.#arrays, ...this.#outside, ...(scalars === undefined ? [] : [scalars])];
  }

  #nameOf(dataId: object): string {
    const name = this.#names.get(dataId);
    if (name === undefined) throw new ChainError("a result that no recorded op made");
    return name;
  }
}

/** A recorded chain as plain data: sizes, counts of inputs, and WGSL. */
interface ChainPlan {
  /** Elements of each array. */
  readonly count: number;
  readonly arrays: number;
  /** Scalars on the GPU. */
  readonly outside: number;
  /** Scalars packed into one array. */
  readonly scalars: number;
  readonly lines: readonly string[];
  /** Names of the results. */
  readonly results: readonly string[];
}

/** The shader of a chain. */
export function chainShader(
  { count, arrays, outside, scalars, lines, results }: ChainPlan,
): Shader {
  const wide = count % 4 === 0;
  const type = wide ? "vec4f" : "f32";
  const vectors = wide ? count / 4 : count;
  return {
    name: `chain of ${lines.length} on ${count}`,
    workgroups: inARow(Math.ceil(vectors / THREADS)),
    code: `alias T = ${type};
${
      bindings(
        [
          ...range(arrays).map((i) => [`a${i}`, "T"] as const),
          ...range(outside).map((i) => [`outside${i}`, "f32"] as const),
          ...(scalars > 0 ? [["scalars", "f32"] as const] : []),
        ],
        results.map((_, i) => [`y${i}`, "T"] as const),
      )
    }
@compute @workgroup_size(${THREADS})
fn main(${MAIN_PARAMETERS}) {
  let at = (${ROW_INDEX}) * ${THREADS}u + thread;
  if (at >= ${vectors}u) { return; }
  ${range(arrays).map((i) => `let x${i} = a${i}[at];`).join("\n  ")}
  ${lines.join("\n  ")}
  ${results.map((result, i) => `y${i}[at] = ${result};`).join("\n  ")}
}
`,
  };
}

/** A kernel's function. */
export type KernelFunction = NonNullable<ReturnType<typeof tf.getKernel>>["kernelFunc"];

/** Wraps an elementwise kernel of TensorFlow.js: it records while its backend records a chain. */
export function recording(name: string): (stock: KernelFunction) => KernelFunction {
  return (stock) => (params) => {
    const { chain } = params.backend as { readonly chain?: Chain };
    if (chain === undefined) return stock(params);
    const { a, b, x } = params.inputs as Record<string, TensorInfo>;
    return chain.record(name, x === undefined ? [a!, b!] : [x]);
  };
}
