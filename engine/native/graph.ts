/**
 * Graphs of ONNX operators with static shapes, recorded by tracing and written to ONNX files.
 *
 * @module
 */

import { product } from "../../core/mod.ts";

/** Element types of a graph. */
export type ElementType = "float32" | "int32" | "int64" | "bool";

/** Values of a constant. */
export type ConstantData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** An attribute of a node; numbers are integers unless wrapped in {@linkcode float}. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** Attributes by their ONNX names. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** A float attribute. */
export function float(value: number): Attribute {
  return { float: value };
}

/** Origin of a value. */
export type Source =
  | { readonly kind: "input"; readonly name: string }
  /** A single repeated value. */
  | { readonly kind: "uniform"; readonly value: number }
  | { readonly kind: "constant"; readonly data: ConstantData }
  | { readonly kind: "node"; readonly node: GraphNode };

/** One tensor of a graph. */
export interface Value {
  readonly id: number;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly source: Source;
}

/** One operator. */
export interface GraphNode {
  readonly op: string;
  /** Empty for the operators of ONNX itself, else "com.microsoft". */
  readonly domain: string;
  /** Undefined stands for an omitted optional input. */
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  /** The graph that the operator runs for every slice of its inputs (Scan). */
  readonly body?: Body;
}

/** A graph inside an operator; it may use values from outside. */
export interface Body {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** In execution order. */
  readonly nodes: readonly GraphNode[];
  /** Values from outside that its nodes use. */
  readonly captured: readonly Value[];
}

/** Values that a node needs before it can run. */
export function needsOf({ inputs, body }: GraphNode): readonly Value[] {
  return [...inputs.filter((input) => input !== undefined) as Value[], ...body?.captured ?? []];
}

/** A traced function. */
export interface Graph {
  /** By name. An input may be a node's output, whose node is then not computed. */
  readonly inputs: Readonly<Record<string, Value>>;
  /** By name. */
  readonly outputs: Readonly<Record<string, Value>>;
}

/** Elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return product(shape);
}

/** True if two shapes are equal. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** The shape of an elementwise operator's result. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    return m === 1 ? n : m;
  });
}

/** True if a value is known before the graph runs. */
export function isConstant({ source }: Value): boolean {
  return source.kind === "uniform" || source.kind === "constant";
}

/** The repeated value of a uniform constant; undefined for other values. */
export function uniformOf({ source }: Value): number | undefined {
  return source.kind === "uniform" ? source.value : undefined;
}

/** The nodes that the outputs need, in execution order; nodes behind inputs are left out. */
export function sortedNodes({ inputs, outputs }: Graph): GraphNode[] {
  const given = new Set(Object.values(inputs));
  const done = new Set<GraphNode>();
  const order: GraphNode[] = [];
  const stack: { node: GraphNode; needs: readonly Value[]; next: number }[] = [];
  const enter = (value: Value) => {
    if (given.has(value) || value.source.kind !== "node") return;
    const { node } = value.source;
    if (done.has(node)) return;
    done.add(node);
    stack.push({ node, needs: needsOf(node), next: 0 });
  };
  for (const output of Object.values(outputs)) {
    enter(output);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      if (top.next < top.needs.length) enter(top.needs[top.next++]!);
      else order.push(stack.pop()!.node);
    }
  }
  return order;
}

/** Removes the inputs of a graph that no node needs. */
export function withoutUnused({ inputs, outputs }: Graph): Graph {
  const used = new Set<Value | undefined>(Object.values(outputs));
  for (const node of sortedNodes({ inputs, outputs })) needsOf(node).forEach((x) => used.add(x));
  const kept = Object.entries(inputs).filter(([, value]) => used.has(value));
  return { inputs: Object.fromEntries(kept), outputs };
}
