/** Weights that the worker holds in blocks of columns. @module */

import { type Graph, type GraphNode, sortedNodes, type Value } from "./graph.ts";

/** A block of columns of a held tensor. */
export interface HeldColumns {
  /** Name of the input. */
  readonly input: string;
  readonly sizes: readonly number[];
  readonly index: number;
  readonly value: Value;
}

/**
 * Makes the parts of a held matrix inputs of the graph, if the graph only splits it along its columns.
 * The matrix is then divided once, when it moves to the worker.
 */
export function cutHeld(
  graph: Graph,
  isHeld: (input: string) => boolean,
): { graph: Graph; columns: Record<string, HeldColumns> } {
  const users = new Map<Value, GraphNode[]>();
  const visit = (nodes: readonly GraphNode[]) => {
    for (const node of nodes) {
      for (const value of node.inputs) {
        if (value !== undefined) users.set(value, [...users.get(value) ?? [], node]);
      }
      if (node.body !== undefined) visit(node.body.nodes);
    }
  };
  visit(sortedNodes(graph));
  const inputs: Record<string, Value> = {};
  const columns: Record<string, HeldColumns> = {};
  for (const [name, value] of Object.entries(graph.inputs)) {
    const [only, ...others] = users.get(value) ?? [];
    const split = only?.op === "Split" && others.length === 0 &&
      only.attributes.axis === value.shape.length - 1;
    if (!isHeld(name)) {
      inputs[name] = value;
    } else if (split) {
      const sizes = only.outputs.map(({ shape }) => shape.at(-1)!);
      only.outputs.forEach((part, index) => {
        inputs[`${name}.${index}`] = part;
        columns[`${name}.${index}`] = { input: name, sizes, index, value: part };
      });
    } else {
      inputs[name] = value;
      columns[name] = { input: name, sizes: [value.shape.at(-1) ?? 1], index: 0, value };
    }
  }
  return { graph: { inputs, outputs: graph.outputs }, columns };
}
