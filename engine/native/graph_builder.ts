/**
 * Builder of graphs. It shares repeated subexpressions and drops operators without effect.
 *
 * Longer than 250 lines because each method is one operator with its shape rule and its simplification,
 * and they are read against each other.
 *
 * @module
 */

import { copyPermuted, mergeAxes } from "../permute.ts";
import { contentHash, filled, sameData } from "./constants.ts";
import {
  type Attributes,
  broadcastShape,
  type ConstantData,
  type ElementType,
  type GraphNode,
  isConstant,
  needsOf,
  sameShape,
  sizeOf,
  type Source,
  uniformOf,
  type Value,
} from "./graph.ts";

/** One result of an operator. */
interface ResultSpec {
  readonly shape: readonly number[];
  /** Default float32. */
  readonly type?: ElementType;
}

/** An operator to add. */
export interface Operator {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes?: Attributes;
  readonly results: readonly ResultSpec[];
}

/** State that the builders of a graph and of its inner graphs share. */
interface Shared {
  nextId: number;
  readonly constants: Map<string, Value>;
}

/** Collects operators; those with equal attributes and inputs share their results. */
export class GraphBuilder {
  readonly #shared: Shared;
  readonly #nodes = new Map<string, GraphNode>();

  constructor(shared: Shared = { nextId: 0, constants: new Map() }) {
    this.#shared = shared;
  }

  #value(shape: readonly number[], type: ElementType, source: Source): Value {
    return { id: this.#shared.nextId++, shape: [...shape], type, source };
  }

  input(name: string, shape: readonly number[], type: ElementType = "float32"): Value {
    return this.#value(shape, type, { kind: "input", name });
  }

  uniform(value: number, shape: readonly number[] = [], type: ElementType = "float32"): Value {
    return this.#once(
      `u ${type} [${shape}] ${Object.is(value, -0) ? "-0" : value}`,
      () => this.#value(shape, type, { kind: "uniform", value }),
    );
  }

  /** A constant. A single repeated value becomes a uniform; equal constants are shared. */
  constant(data: ConstantData, shape: readonly number[], type: ElementType): Value {
    const first = data[0];
    if (first !== undefined && data.every((x) => Object.is(x, first))) {
      return this.uniform(Number(first), shape, type);
    }
    const make = () => this.#value(shape, type, { kind: "constant", data });
    const value = this.#once(`c ${type} [${shape}] ${contentHash(data)}`, make);
    return sameData(value, data) ? value : make();
  }

  /** An int64 vector, for shapes, axes and pads. */
  integers(values: readonly number[]): Value {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], "int64");
  }

  #once(key: string, make: () => Value): Value {
    const { constants } = this.#shared;
    let value = constants.get(key);
    if (value === undefined) constants.set(key, value = make());
    return value;
  }

  /** Adds an operator, or returns the results of an equal one. */
  add({ op, domain = "", inputs, attributes = {}, results }: Operator): readonly Value[] {
    const ids = inputs.map((input) => input?.id ?? "");
    const shapes = results.map(({ shape }) => shape.join());
    const key = `${domain}.${op} ${JSON.stringify(attributes)} ${ids} ${shapes.join(";")}`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known.outputs;
    const outputs: Value[] = [];
    const node: GraphNode = { op, domain, inputs, attributes, outputs };
    for (const { shape, type = "float32" } of results) {
      outputs.push(this.#value(shape, type, { kind: "node", node }));
    }
    this.#nodes.set(key, node);
    return outputs;
  }

  /**
   * Runs a graph for every slice along the first axis and stacks the results. Intermediates are as small
   * as a slice and stay in the cache.
   *
   * @param inputs [n, ...] each.
   * @param body Returns results for slices [...]; it may use values from outside.
   */
  scan(
    inputs: readonly Value[],
    body: (inner: GraphBuilder, slices: readonly Value[]) => readonly Value[],
  ): readonly Value[] {
    const inner = new GraphBuilder(this.#shared);
    const slices = inputs.map(({ shape, type }, i) =>
      inner.input(`slice.${i}`, shape.slice(1), type)
    );
    const outputs = body(inner, slices);
    const nodes = [...inner.#nodes.values()];
    const own = new Set<Value>([...slices, ...nodes.flatMap((node) => node.outputs)]);
    const captured = new Set(
      nodes.flatMap(needsOf).filter((value) => !own.has(value) && !isConstant(value)),
    );
    const results: Value[] = [];
    const node: GraphNode = {
      op: "Scan",
      domain: "",
      inputs,
      attributes: { ["num_scan_inputs"]: inputs.length },
      outputs: results,
      body: { inputs: slices, outputs, nodes, captured: [...captured] },
    };
    const count = inputs[0]!.shape[0]!;
    for (const { shape, type } of outputs) {
      results.push(this.#value([count, ...shape], type, { kind: "node", node }));
    }
    return results;
  }

  /** An operator with one result. */
  one(
    op: string,
    inputs: readonly (Value | undefined)[],
    shape: readonly number[],
    { attributes = {}, domain = "", type = "float32" }: {
      readonly attributes?: Attributes;
      readonly domain?: string;
      readonly type?: ElementType;
    } = {},
  ): Value {
    return this.add({ op, domain, inputs, attributes, results: [{ shape, type }] })[0]!;
  }

  /** Reshapes a value; no operator if the shape is the same. */
  reshape(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    const { source, type } = x;
    if (source.kind === "uniform") return this.uniform(source.value, shape, type);
    if (source.kind === "constant") {
      const make = () => this.#value(shape, type, { kind: "constant", data: source.data });
      return this.#once(`r ${x.id} [${shape}]`, make);
    }
    if (source.kind === "node" && source.node.op === "Reshape") {
      return this.reshape(source.node.inputs[0]!, shape);
    }
    return this.one("Reshape", [x, this.integers(shape)], shape, { type });
  }

  /** Permutes axes; a reshape if only axes of size 1 move. */
  transpose(x: Value, perm: readonly number[]): Value {
    const shape = perm.map((axis) => x.shape[axis]!);
    const moving = perm.filter((axis) => x.shape[axis] !== 1);
    if (moving.every((axis, i) => i === 0 || moving[i - 1]! < axis)) return this.reshape(x, shape);
    const { source, type } = x;
    if (source.kind === "uniform") return this.uniform(source.value, shape, type);
    if (source.kind === "constant" && source.data instanceof Float32Array) {
      return this.#once(`t ${x.id} ${perm}`, () => {
        const data = new Float32Array(source.data.length);
        const axes = mergeAxes(x.shape, perm);
        copyPermuted(data, { source: source.data as Float32Array, ...axes });
        return this.#value(shape, type, { kind: "constant", data });
      });
    }
    if (source.kind === "node" && source.node.op === "Transpose") {
      const inner = source.node.attributes.perm as readonly number[];
      return this.transpose(source.node.inputs[0]!, perm.map((axis) => inner[axis]!));
    }
    return this.one("Transpose", [x], shape, { attributes: { perm }, type });
  }

  /** Repeats a value along axes of size 1. */
  expand(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    const uniform = uniformOf(x);
    if (uniform !== undefined) return this.uniform(uniform, shape, x.type);
    return this.one("Expand", [x, this.integers(shape)], shape, { type: x.type });
  }

  cast(x: Value, type: ElementType): Value {
    if (x.type === type) return x;
    const uniform = uniformOf(x);
    if (uniform !== undefined) {
      const value = type === "bool" ? Number(uniform !== 0) : Math.trunc(uniform);
      return this.uniform(type === "float32" ? uniform : value, x.shape, type);
    }
    const to = { float32: 1, int32: 6, int64: 7, bool: 9 }[type];
    return this.one("Cast", [x], x.shape, { attributes: { to }, type });
  }

  concat(parts: readonly Value[], axis: number): Value {
    const filled = parts.filter(({ shape }) => sizeOf(shape) > 0);
    if (filled.length === 1) return filled[0]!;
    const size = filled.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    const shape = filled[0]!.shape.map((n, i) => i === axis ? size : n);
    return this.one("Concat", filled, shape, { attributes: { axis }, type: filled[0]!.type });
  }

  split(x: Value, sizes: readonly number[], axis: number): readonly Value[] {
    if (sizes.length === 1) return [x];
    return this.add({
      op: "Split",
      inputs: [x, this.integers(sizes)],
      attributes: { axis },
      results: sizes.map((size) => ({
        shape: x.shape.map((n, i) => i === axis ? size : n),
        type: x.type,
      })),
    });
  }

  slice(x: Value, begin: readonly number[], size: readonly number[]): Value {
    const axes = [...x.shape.keys()].filter((i) => begin[i] !== 0 || size[i] !== x.shape[i]);
    if (axes.length === 0) return x;
    const bounds = [begin, begin.map((first, i) => first + size[i]!)]
      .map((edge) => this.integers(axes.map((axis) => edge[axis]!)));
    return this.one("Slice", [x, ...bounds, this.integers(axes)], size, { type: x.type });
  }

  /** Sum, mean, maximum, minimum or product over axes. */
  reduce(op: string, x: Value, axes: readonly number[], keep: boolean): Value {
    const kept = x.shape.map((n, i) => axes.includes(i) ? 1 : n);
    const shape = keep ? kept : x.shape.filter((_, i) => !axes.includes(i));
    const exact = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"].includes(op);
    if (exact && axes.every((axis) => x.shape[axis] === 1)) return this.reshape(x, shape);
    const { type } = x;
    const inputs = [x, this.integers(axes)];
    return this.one(op, inputs, shape, { attributes: { keepdims: Number(keep) }, type });
  }

  /** An elementwise operator of one operand. */
  unary(op: string, x: Value): Value {
    return this.one(op, [x], x.shape, { type: x.type });
  }

  /** An elementwise operator of two operands that broadcast. */
  binary(op: string, a: Value, b: Value): Value {
    const shape = broadcastShape(a.shape, b.shape);
    const [p, q] = [uniformOf(a), uniformOf(b)];
    if ((op === "Add" || op === "Sub") && q === 0) return this.expand(a, shape);
    if (op === "Add" && p === 0) return this.expand(b, shape);
    if ((op === "Mul" || op === "Div") && q === 1) return this.expand(a, shape);
    if (op === "Mul" && p === 1) return this.expand(b, shape);
    // A uniform operand becomes a scalar if the other operand already has the result's shape.
    const slim = (x: Value, number: number | undefined, other: Value) =>
      number !== undefined && sameShape(other.shape, shape) ? this.uniform(number, [], x.type) : x;
    const inputs = [slim(a, p, b), slim(b, q, a)];
    const comparison = /^(Equal|Greater|Less|And|Or|Xor)/.test(op);
    return this.one(op, inputs, shape, { type: comparison ? "bool" : a.type });
  }

  /** a·b over the last two axes; batch axes are the same or absent in b. */
  matMul(a: Value, b: Value): Value {
    const shape = [...a.shape.slice(0, -1), b.shape.at(-1)!];
    return this.one("MatMul", [a, b], shape);
  }

  /** x with its last two axes swapped. */
  swapLast(x: Value): Value {
    const rank = x.shape.length;
    return this.transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
  }

  /** Gathers constant positions along an axis. */
  gather(x: Value, positions: Value, axis: number): Value {
    const shape = [...x.shape.slice(0, axis), ...positions.shape, ...x.shape.slice(axis + 1)];
    return this.one("Gather", [x, positions], shape, { attributes: { axis }, type: x.type });
  }

  /** Values of a constant; undefined for other values. */
  dataOf(value: Value): ConstantData | undefined {
    if (!isConstant(value)) return undefined;
    const { source, shape, type } = value;
    if (source.kind === "constant") return source.data;
    const { value: number } = source as { readonly value: number };
    return filled(type, sizeOf(shape), number);
  }
}
