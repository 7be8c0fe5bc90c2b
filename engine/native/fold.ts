/** Constant folding: kernels with constant inputs run on the CPU backend while tracing. @module */

import { type BackendValues, type TensorDataType, type TensorInfo, tf } from "../tfjs.ts";
import { fastBinary } from "./glue.ts";
import { type ConstantData, type ElementType, sizeOf, uniformOf, type Value } from "./graph.ts";
import type { KernelCall } from "./kernel.ts";

/** Elements of a folded result at most, 64 MiB; larger results stay in the graph. */
const MOST_ELEMENTS = 2 ** 24;

/** Kernels that are not folded: their graph form is as cheap, or their result larger than the input. */
const LEFT_ALONE = new Set([
  ...["Identity", "Reshape", "ExpandDims", "Transpose", "Tile", "BroadcastTo"],
]);

/** Members of the CPU backend that folding uses. */
interface CpuBackend {
  makeTensorInfo(shape: readonly number[], type: TensorDataType, values: unknown): TensorInfo;
  disposeIntermediateTensorInfo(info: TensorInfo): void;
  readSync(id: object): BackendValues;
}

/** Folded results by kernel, attributes and inputs. */
export type FoldCache = Map<string, Value | Value[]>;

/** Folds a kernel; undefined if it should stay in the graph. */
export function foldKernel(
  kernelName: string,
  call: KernelCall,
  cache: FoldCache,
): Value | Value[] | undefined {
  const { inputs, attrs } = call;
  const key = `${kernelName} ${JSON.stringify(attrs)} ${inputs.map(({ id }) => id)}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const folded = compute(kernelName, call);
  if (folded !== undefined) cache.set(key, folded);
  return folded;
}

function compute(
  kernelName: string,
  { builder, inputs, named, attrs }: KernelCall,
): Value | Value[] | undefined {
  const kernel = tf.getKernel(kernelName, "cpu");
  if (kernel === undefined || LEFT_ALONE.has(kernelName)) return undefined;
  if (inputs.some(({ shape }) => sizeOf(shape) > MOST_ELEMENTS || sizeOf(shape) === 0)) {
    return undefined;
  }
  const cpu = tf.findBackend("cpu") as unknown as CpuBackend;
  const small = uniformly(inputs);
  const made = Object.entries(named).map(([name, value]) => {
    const shape = small ? value.shape.map(() => 1) : value.shape;
    const data = small ? builder.dataOf({ ...value, shape }) : builder.dataOf(value);
    return [name, cpu.makeTensorInfo(shape, value.type as TensorDataType, data)] as const;
  });
  if (small && !ELEMENTWISE.has(kernelName)) {
    for (const [, info] of made) cpu.disposeIntermediateTensorInfo(info);
    return undefined;
  }
  const fast = fastBinary(kernelName, Object.fromEntries(made), cpu);
  const results = fast ?? kernel.kernelFunc({
    // Concat and Pack take a list.
    inputs: (made[0]?.[0] === "0"
      ? made.map(([, info]) => info)
      : Object.fromEntries(made)) as never,
    attrs,
    backend: cpu as never,
  });
  const list = Array.isArray(results) ? results : [results];
  const values = list.map((info) => {
    const data = cpu.readSync(info.dataId) as ConstantData;
    const shape = small ? wide(inputs) : info.shape;
    const value = small
      ? builder.uniform(Number(data[0]), shape, info.dtype as ElementType)
      : builder.constant(typed(data, info.dtype), shape, info.dtype as ElementType);
    cpu.disposeIntermediateTensorInfo(info);
    return value;
  });
  for (const [, info] of made) cpu.disposeIntermediateTensorInfo(info);
  return Array.isArray(results) ? values : values[0]!;
}

const ELEMENTWISE = new Set([
  ...["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum", "Pow", "SquaredDifference"],
  ...["Abs", "Cos", "Erf", "Exp", "Log", "Neg", "Reciprocal", "Rsqrt", "Sigmoid", "Sin", "Sqrt"],
  ...["Square", "Tanh", "Cast", "Equal", "NotEqual", "Greater", "GreaterEqual", "Less"],
  ...["LessEqual", "LogicalAnd", "LogicalOr", "LogicalNot"],
]);

/** True if every input repeats a single value. */
function uniformly(inputs: readonly Value[]): boolean {
  return inputs.every((value) => uniformOf(value) !== undefined);
}

/** The shape of an elementwise result. */
function wide(inputs: readonly Value[]): number[] {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  return Array.from(
    { length: rank },
    (_, i) => Math.max(...inputs.map(({ shape }) => shape[shape.length - rank + i] ?? 1)),
  );
}

function typed(values: ConstantData, type: TensorDataType): ConstantData {
  if (type === "float32") return Float32Array.from(values as Float32Array);
  if (type === "int32") return Int32Array.from(values as Int32Array);
  return Uint8Array.from(values as Uint8Array);
}
