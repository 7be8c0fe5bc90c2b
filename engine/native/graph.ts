/**
 * A graph of ONNX operators with static shapes: what tracing records and what is written to a file.
 *
 * @module
 */

/** Element types of a graph. */
export type ElementType = "float32" | "int32" | "int64" | "bool";

/** Numbers of a constant. */
export type ConstantData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** Attributes of a node: integers unless they are wrapped in {@linkcode float}. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** Attributes by their ONNX names. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** A float attribute. */
export function float(value: number): Attribute {
  return { float: value };
}

/** Where a value comes from. */
export type Source =
  | { readonly kind: "input"; readonly name: string }
  /** One number everywhere. */
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
  /** Undefined stands for an optional input that is left out. */
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  /** The graph that the operator runs for every slice of its inputs (Scan). */
  readonly body?: Body;
}

/** A graph inside of an operator; it may use values from outside. */
export interface Body {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** In the order in which they run. */
  readonly nodes: readonly GraphNode[];
  /** Values from outside that its nodes use. */
  readonly captured: readonly Value[];
}

/** What a node needs before it can run. */
export function needsOf({ inputs, body }: GraphNode): readonly Value[] {
  return [...inputs.filter((input) => input !== undefined) as Value[], ...body?.captured ?? []];
}

/** A traced function. */
export interface Graph {
  /** By name. A value of a node may be an input, too: then nothing behind it is computed. */
  readonly inputs: Readonly<Record<string, Value>>;
  /** By name. */
  readonly outputs: Readonly<Record<string, Value>>;
}

/** Elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Whether two shapes are the same. */
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

/** Whether a value is known before anything runs. */
export function isConstant({ source }: Value): boolean {
  return source.kind === "uniform" || source.kind === "constant";
}

/** The one number of a uniform constant. */
export function uniformOf({ source }: Value): number | undefined {
  return source.kind === "uniform" ? source.value : undefined;
}

/** The nodes that the outputs need, each after those that it needs; inputs are not looked behind. */
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

/** The graph without the inputs that nothing needs. */
export function withoutUnused({ inputs, outputs }: Graph): Graph {
  const used = new Set<Value | undefined>(Object.values(outputs));
  for (const node of sortedNodes({ inputs, outputs })) needsOf(node).forEach((x) => used.add(x));
  const kept = Object.entries(inputs).filter(([, value]) => used.has(value));
  return { inputs: Object.fromEntries(kept), outputs };
}
