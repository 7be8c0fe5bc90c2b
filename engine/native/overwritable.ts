/** Inputs of a graph whose memory outputs can take over. @module */

import {
  type Graph,
  type GraphNode,
  needsOf,
  sameShape,
  sortedNodes,
  type Value,
} from "./graph.ts";

/** Removes reshapes at the outputs of a graph, which would copy them. */
export function withoutLastReshapes({ inputs, outputs }: Graph): Graph {
  const given = new Set(Object.values(inputs));
  const bare = (value: Value): Value => {
    const { source } = value;
    if (given.has(value) || source.kind !== "node" || source.node.op !== "Reshape") return value;
    const inner = source.node.inputs[0]!;
    return inner.source.kind === "node" && !given.has(inner) ? bare(inner) : value;
  };
  const entries = Object.entries(outputs).map(([name, value]) => [name, bare(value)] as const);
  return { inputs, outputs: Object.fromEntries(entries) };
}

/** Operators that may write into their input. */
const ELEMENTWISE = new Set(["Add", "Sub", "Mul", "Div", "Scan"]);

/**
 * Inputs that outputs may overwrite, by the names of the outputs. It is safe if every reader of the input
 * runs before the output is written, or is the elementwise operator that writes it.
 */
export function overwritable(
  graph: Graph,
  successorOf: (input: string) => string | undefined,
): Record<string, string> {
  const readers = new Map<Value, GraphNode[]>();
  for (const node of sortedNodes(graph)) {
    for (const value of needsOf(node)) readers.set(value, [...readers.get(value) ?? [], node]);
  }
  const pairs = Object.entries(graph.inputs).flatMap(([input, value]) => {
    const output = successorOf(input);
    const next = output === undefined ? undefined : graph.outputs[output];
    if (next === undefined || !sameShape(next.shape, value.shape)) return [];
    const before = new Set(sortedNodes({ inputs: graph.inputs, outputs: { next } }));
    const { source: writer } = withoutLastReshapes({ inputs: graph.inputs, outputs: { next } })
      .outputs.next!;
    // A reshape is another view of the same memory.
    const readersOf = (shown: Value): GraphNode[] =>
      (readers.get(shown) ?? []).flatMap((node) =>
        node.op === "Reshape" ? [node, ...readersOf(node.outputs[0]!)] : [node]
      );
    const safe = readersOf(value).every((reader) =>
      before.has(reader) &&
      (writer.kind !== "node" || reader !== writer.node || ELEMENTWISE.has(reader.op))
    );
    return safe ? [[output!, input] as const] : [];
  });
  return Object.fromEntries(pairs);
}
