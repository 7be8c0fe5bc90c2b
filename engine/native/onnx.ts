/**
 * A graph as an ONNX model (https://onnx.ai/onnx/repo-docs/IR.html), IR version 11, opset 23.
 *
 * @module
 */

import { Message } from "../../core/mod.ts";
import { filled } from "./constants.ts";
import {
  type Attribute,
  type Attributes,
  type Body,
  type ConstantData,
  type ElementType,
  type Graph,
  type GraphNode,
  isConstant,
  sizeOf,
  sortedNodes,
  type Value,
} from "./graph.ts";

/** Operator set of ONNX that the graphs use. */
const OPSET = 23;
const IR_VERSION = 11;

const TYPES: Readonly<Record<ElementType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** Elements of a uniform from which it is expanded at run time instead of stored. */
const UNIFORM_ELEMENTS = 64;

/** Metadata and name of a model. */
interface OnnxOptions {
  /** Key-value pairs stored in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly name?: string;
}

/** The parts of an ONNX file, to be written in order. */
export function onnxParts(
  graph: Graph,
  { metadata = {}, name = "emrdm" }: OnnxOptions = {},
): readonly Uint8Array[] {
  const nodes = sortedNodes(graph);
  const model = new Message()
    .int(1, IR_VERSION)
    .text(2, "emrdm")
    .message(7, graphMessage(graph, nodes, name))
    .message(8, new Message().text(1, "").int(2, OPSET));
  if (allNodes(nodes).some(({ domain }) => domain !== "")) {
    model.message(8, new Message().text(1, "com.microsoft").int(2, 1));
  }
  for (const [key, value] of Object.entries(metadata)) {
    model.message(14, new Message().text(1, key).text(2, value));
  }
  return model.parts;
}

function graphMessage(graph: Graph, nodes: readonly GraphNode[], name: string): Message {
  const message = new Message();
  const names = nameValues(graph, nodes);
  const nameOf = (value: Value) => names.get(value)!;
  const constants = new Set(
    [...allNodes(nodes).flatMap(({ inputs }) => inputs), ...Object.values(graph.outputs)]
      .filter((value) => value !== undefined && isConstant(value)) as Value[],
  );
  const initializers = new Message();
  let expanded = 0;
  for (const value of constants) {
    if (value.source.kind === "uniform" && sizeOf(value.shape) > UNIFORM_ELEMENTS) {
      const [number, shape] = [`number_${expanded}`, `shape_${expanded++}`];
      initializers.message(5, tensorMessage(number, { ...value, shape: [1] }));
      const sizes = BigInt64Array.from(value.shape, BigInt);
      const dimensions = [value.shape.length];
      initializers.message(5, tensorOf(shape, { data: sizes, shape: dimensions, type: "int64" }));
      const node = new Message().text(1, number).text(1, shape).text(2, nameOf(value));
      message.message(1, node.text(3, `Expand_${nameOf(value)}`).text(4, "Expand"));
    } else {
      initializers.message(5, tensorMessage(nameOf(value), value));
    }
  }
  const used = new Set<Value | undefined>([
    ...allNodes(nodes).flatMap(({ inputs, body }) => [...inputs, ...body?.outputs ?? []]),
    ...Object.values(graph.outputs),
  ]);
  const naming: Naming = { nameOf, isUsed: (value) => used.has(value) };
  nodes.forEach((node, i) => message.message(1, nodeMessage(node, i, naming)));
  message.text(2, name);
  for (const [output, value] of Object.entries(graph.outputs)) {
    if (output !== nameOf(value)) {
      const identity = new Message().text(1, nameOf(value)).text(2, output);
      message.message(1, identity.text(3, `Identity_${output}`).text(4, "Identity"));
    }
  }
  message.append(initializers);
  for (const [input, value] of Object.entries(graph.inputs)) {
    message.message(11, valueInfo(input, value));
  }
  for (const [output, value] of Object.entries(graph.outputs)) {
    message.message(12, valueInfo(output, value));
  }
  return message;
}

/** Nodes, including those of their bodies. */
function allNodes(nodes: readonly GraphNode[]): GraphNode[] {
  return nodes.flatMap((node) => [node, ...allNodes(node.body?.nodes ?? [])]);
}

/** Names of values: those of inputs and outputs, numbered names for the rest. */
function nameValues(graph: Graph, nodes: readonly GraphNode[]): Map<Value, string> {
  const names = new Map<Value, string>();
  for (const [name, value] of Object.entries(graph.inputs)) names.set(value, name);
  for (const [name, value] of Object.entries(graph.outputs)) {
    // A value that is an input, a constant or a second output needs an Identity.
    if (value.source.kind === "node" && !names.has(value)) names.set(value, name);
  }
  const name = (value: Value | undefined) => {
    if (value !== undefined && !names.has(value)) names.set(value, `%${names.size}`);
  };
  for (const { inputs, outputs, body } of allNodes(nodes)) {
    [...body?.inputs ?? [], ...inputs, ...outputs].forEach(name);
  }
  Object.values(graph.outputs).forEach(name);
  return names;
}

/** Names of values, and their use. */
interface Naming {
  readonly nameOf: (value: Value) => string;
  readonly isUsed: (value: Value) => boolean;
}

/** Replaces onnxruntime's norm, which has a second result, by ONNX's own if that result is unused. */
function standard({ op, outputs, ...rest }: GraphNode, { isUsed }: Naming): GraphNode {
  const [first, second] = outputs;
  return op === "SimplifiedLayerNormalization" && second !== undefined && !isUsed(second)
    ? { ...rest, op: "RMSNormalization", outputs: [first!] }
    : { ...rest, op, outputs };
}

function nodeMessage(node: GraphNode, index: number | string, naming: Naming): Message {
  const { op, domain, inputs, attributes, outputs, body } = standard(node, naming);
  const { nameOf } = naming;
  const message = new Message();
  for (const input of inputs) message.text(1, input === undefined ? "" : nameOf(input));
  for (const output of outputs) message.text(2, nameOf(output));
  message.text(3, `${op}_${index}`).text(4, op);
  for (const attribute of attributeMessages(attributes)) message.message(5, attribute);
  if (body !== undefined) {
    const inner = bodyMessage(body, `${index}.`, naming);
    message.message(5, new Message().text(1, "body").message(6, inner).int(20, 5));
  }
  if (domain !== "") message.text(7, domain);
  return message;
}

function bodyMessage(
  { inputs, outputs, nodes }: Body,
  prefix: string,
  naming: Naming,
): Message {
  const { nameOf } = naming;
  const message = new Message();
  nodes.forEach((node, i) => message.message(1, nodeMessage(node, `${prefix}${i}`, naming)));
  message.text(2, `body_${prefix}`);
  for (const value of inputs) message.message(11, valueInfo(nameOf(value), value));
  for (const value of outputs) message.message(12, valueInfo(nameOf(value), value));
  return message;
}

function attributeMessages(attributes: Attributes): Message[] {
  return Object.entries(attributes).map(([name, value]) =>
    attributeMessage(new Message().text(1, name), value)
  );
}

function attributeMessage(message: Message, value: Attribute): Message {
  if (typeof value === "number") return message.int(3, value).int(20, 2);
  if (typeof value === "string") return message.text(4, value).int(20, 3);
  if ("float" in value) return message.float(2, value.float).int(20, 1);
  for (const item of value) message.int(8, item);
  return message.int(20, 7);
}

function tensorMessage(name: string, { shape, type, source }: Value): Message {
  if (source.kind === "constant") return tensorOf(name, { data: source.data, shape, type });
  const { value } = source as { readonly value: number };
  const data = filled(type, sizeOf(shape), value);
  return tensorOf(name, { data, shape, type });
}

function tensorOf(
  name: string,
  { data, shape, type }: {
    readonly data: ConstantData;
    readonly shape: readonly number[];
    readonly type: ElementType;
  },
): Message {
  const message = new Message();
  for (const size of shape) message.int(1, size);
  message.int(2, TYPES[type]).text(8, name);
  return message.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function valueInfo(name: string, { shape, type }: Value): Message {
  const dimensions = new Message();
  for (const size of shape) dimensions.message(1, new Message().int(1, size));
  const tensor = new Message().int(1, TYPES[type]).message(2, dimensions);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
