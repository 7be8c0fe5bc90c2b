/** Functions of tensors as ONNX files. @module */

import { type ConstantData, type ElementType, withoutUnused } from "./native/graph.ts";
import { onnxParts } from "./native/onnx.ts";
import { type InputSpec, trace } from "./native/trace.ts";
import { type Tensor, tf } from "./tfjs.ts";
import { flatten, rebuild, type TensorTree } from "./tree.ts";

/** Constants, inputs and metadata of an ONNX file. */
export interface OnnxSource<C> {
  /** Tensors stored in the file, such as weights. */
  readonly constants: C;
  /** Input shapes by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Key-value pairs stored in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A function to export; returns its outputs by name. */
export type OnnxFunction<C> = (
  constants: C,
  inputs: Readonly<Record<string, Tensor>>,
) => Readonly<Record<string, Tensor>>;

/**
 * Exports f as an ONNX file that needs no other file and runs on onnxruntime. Some operators are
 * onnxruntime's own (domain com.microsoft).
 *
 * @returns The parts of the file, to be written in order.
 *
 * @throws {TraceError} If f cannot be traced; names the op and the line of code.
 * @throws {RangeError} If the file would be larger than 2 GB, the most that the format allows.
 */
export async function onnxFile<C extends TensorTree>(
  f: OnnxFunction<C>,
  { constants, inputs, metadata = {} }: OnnxSource<C>,
): Promise<readonly Uint8Array[]> {
  if (tf.getBackend() === undefined) await tf.setBackend("cpu");
  const specs: Record<string, InputSpec> = {};
  const held = flatten(constants, "constants");
  for (const [name, tensor] of Object.entries(held)) {
    const data = await tensor.data() as ConstantData;
    specs[name] = { shape: tensor.shape, type: tensor.dtype as ElementType, constant: data };
  }
  for (const [name, shape] of Object.entries(inputs)) specs[name] = { shape };
  const { graph } = trace(
    ({ inputs: symbols }) => f(rebuild(constants, symbols, "constants"), symbols),
    specs,
  );
  const parts = onnxParts(withoutUnused(graph), { metadata });
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  if (bytes > 2 ** 31) {
    throw new RangeError(`Cannot write an ONNX file: it must be below 2 GB, got ${bytes} bytes`);
  }
  return parts;
}
