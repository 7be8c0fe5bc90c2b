/** Running tensor code as the engine in use runs it: on native as a graph. */

import { execute, type TensorContainer, type TensorTree, tf } from "../engine/mod.ts";

/** A backend that traces. */
interface Tracing {
  runOnce<T extends TensorTree>(f: () => T): Promise<T>;
}

/**
 * As `execute()`; on native the function is traced, with tensors from outside as inputs of the graph,
 * so that a test of an op tests its form in the graph.
 */
export async function run<T extends TensorContainer>(f: () => T): Promise<T> {
  const backend = tf.backend() as Partial<Tracing>;
  if (backend.runOnce === undefined) return await execute(f);
  return await backend.runOnce(f as () => TensorTree) as T;
}
