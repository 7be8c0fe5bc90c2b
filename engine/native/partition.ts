/**
 * Partition of a graph by how often its inputs change: the conditioning of a network is computed once per
 * noise level, not once per tile.
 *
 * @module
 */

import {
  type Graph,
  type GraphNode,
  isConstant,
  needsOf,
  sortedNodes,
  type Value,
} from "./graph.ts";

/** A graph in two parts; the outputs of the first are inputs of the second. */
interface Partition {
  /** The part that depends on slow inputs only; undefined if empty. */
  readonly early: Graph | undefined;
  readonly late: Graph;
}

/** Rate of change of a value: constant, with slow inputs only, or with any input. */
type Pace = "constant" | "early" | "late";

/**
 * Partitions a graph.
 *
 * @param paceOf Rate of change of an input, by name.
 */
export function partition(graph: Graph, paceOf: (input: string) => Pace): Partition {
  const nameOf = new Map(Object.entries(graph.inputs).map(([name, value]) => [value, name]));
  const classes = new Map<GraphNode, Pace>();
  const classOf = (value: Value): Pace => {
    if (isConstant(value)) return "constant";
    const name = nameOf.get(value);
    if (name !== undefined) return paceOf(name);
    return value.source.kind === "node" ? classes.get(value.source.node)! : "late";
  };
  const nodes = sortedNodes(graph);
  const frontier = new Set<Value>();
  for (const node of nodes) {
    const inputs = needsOf(node);
    const kinds = inputs.map(classOf);
    const kind = kinds.includes("late") ? "late" : kinds.includes("early") ? "early" : "constant";
    classes.set(node, kind);
    if (kind !== "late") continue;
    inputs.forEach((input, i) => {
      if (kinds[i] === "early" && !nameOf.has(input)) frontier.add(input);
    });
  }
  if (frontier.size === 0) return { early: undefined, late: graph };
  const crossing = Object.fromEntries([...frontier].map((value, i) => [`early.${i}`, value]));
  const slow = Object.entries(graph.inputs).filter(([name]) => paceOf(name) !== "late");
  return {
    early: { inputs: Object.fromEntries(slow), outputs: crossing },
    late: { inputs: { ...graph.inputs, ...crossing }, outputs: graph.outputs },
  };
}
