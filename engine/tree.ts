/** Nested records and lists of tensors, flattened and rebuilt. @module */

import { type Tensor, tf } from "./tfjs.ts";

/** Tensors in nested records and lists; undefined stays as it is. */
export type TensorTree =
  | Tensor
  | undefined
  | readonly TensorTree[]
  | { readonly [key: string]: TensorTree };

/** The tensors of a tree by path, such as "weights.params.out_norm.scale". */
export function flatten(tree: unknown, path = ""): Record<string, Tensor> {
  if (tree instanceof tf.Tensor) return { [path]: tree };
  if (typeof tree !== "object" || tree === null) return {};
  const join = (key: string) => path === "" ? key : `${path}.${key}`;
  return Object.assign(
    {},
    ...Object.entries(tree).map(([key, value]) => flatten(value, join(key))),
  );
}

/** The tree with its tensors replaced, by path. */
export function rebuild<T>(tree: T, leaves: Readonly<Record<string, Tensor>>, path = ""): T {
  if (tree instanceof tf.Tensor) return leaves[path] as T;
  if (typeof tree !== "object" || tree === null) return tree;
  const join = (key: string) => path === "" ? key : `${path}.${key}`;
  const entries = Object.entries(tree).map(([key, value]) =>
    [key, rebuild(value, leaves, join(key))] as const
  );
  return (Array.isArray(tree)
    ? entries.map(([, value]) => value)
    : Object.fromEntries(entries)) as T;
}
