/**
 * Chains of elementwise ops as one shader: while a chain is recorded, tfjs's elementwise kernels write
 * a line of WGSL each instead of running.
 *
 * @module
 */

import type { TensorInfo, tf } from "../tfjs.ts";
import { bindings, inARow, MAIN_PARAMETERS, range, ROW_INDEX, type Shader } from "./shader.ts";

/** WGSL of the elementwise kernels that a chain may have, by their names in tfjs. */
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

/** Their names. */
export const CHAIN_KERNELS: readonly string[] = Object.keys(EXPRESSIONS);

/** A chain has an op that it cannot hold; it must run op by op. */
export class ChainError extends Error {
  override readonly name = "ChainError";
}

const THREADS = 128;

/** What a chain needs of its backend. */
interface ChainHost {
  makeTensorInfo(shape: number[], dtype: "float32"): TensorInfo;
  /** The number of a scalar that is not on the GPU yet. */
  scalarOf(tensor: TensorInfo): number | undefined;
}

/** A chain while it is recorded. */
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
    this.#count = this.#shape.reduce((a, b) => a * b, 1);
    this.#arrays = [...inputs];
    inputs.forEach(({ dataId }, i) => this.#names.set(dataId, `x${i}`));
  }

  /** Whether a tensor exists in the chain alone. */
  holds(dataId: object): boolean {
    return this.#names.get(dataId)?.startsWith("v") ?? false;
  }

  /** What the kernel would give. */
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
    const size = tensor.shape.reduce((a, b) => a * b, 1);
    if (tensor.dtype !== "float32") throw new ChainError(`a tensor of type ${tensor.dtype}`);
    if (size !== 1) throw new ChainError(`a tensor of shape [${tensor.shape}] from outside`);
    const number = this.#host.scalarOf(tensor);
    // Numbers travel in one array, so that the shader is the same at every step.
    const name = number === undefined
      ? `T(outside${this.#outside.push(tensor) - 1}[0])`
      : `T(scalars[${this.#scalars.push(number) - 1}])`;
    this.#names.set(tensor.dataId, name);
    return name;
  }

  /** The numbers of the chain. */
  get scalars(): readonly number[] {
    return this.#scalars;
  }

  /** Buffers of the inputs. */
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

/** A recorded chain: its elements, the numbers of its inputs, and WGSL. */
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

/** tfjs's elementwise kernel of a name, which records while its backend records a chain. */
export function recording(name: string): (stock: KernelFunction) => KernelFunction {
  return (stock) => (params) => {
    const { chain } = params.backend as { readonly chain?: Chain };
    if (chain === undefined) return stock(params);
    const { a, b, x } = params.inputs as Record<string, TensorInfo>;
    return chain.record(name, x === undefined ? [a!, b!] : [x]);
  };
}
