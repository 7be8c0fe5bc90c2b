/**
 * Prefixes that wrappers of PyTorch put before every tensor name: `_orig_mod.` of torch.compile,
 * `module.` of DataParallel.
 *
 * @module
 */

import type { Network } from "../networks/mod.ts";
import type { StoredTensors } from "./stored_tensor.ts";

/** The longest beginning that all names share, up to and with a dot; "" if there is none. */
export function sharedPrefix(names: readonly string[]): string {
  let shared = names[0] ?? "";
  for (const name of names) {
    let length = 0;
    while (length < shared.length && shared[length] === name[length]) length++;
    shared = shared.slice(0, length);
  }
  return shared.slice(0, shared.lastIndexOf(".") + 1);
}

/** Names without a prefix that all of them have. */
export function withoutBeginning<T>(
  tensors: Readonly<Record<string, T>>,
  prefix: string,
): Readonly<Record<string, T>> {
  if (prefix === "") return tensors;
  const entries = Object.entries(tensors).map(([name, tensor]) =>
    [name.slice(prefix.length), tensor] as const
  );
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

/**
 * Leaves out a prefix that all tensor names of a file have and those of the network lack.
 *
 * @param network The network, whose own names may share a beginning. Default: one whose names do
 *   not, as of the built-in networks.
 *
 * @example
 * ```ts
 * import { withoutPrefix } from "./name_prefix.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const tensor = { dtype: "F32", shape: [1], data: Float32Array.of(1) } as const;
 * const file = { "module.in.weight": tensor, "module.out.weight": tensor };
 * assertEquals(Object.keys(withoutPrefix(file)), ["in.weight", "out.weight"]);
 * ```
 */
export function withoutPrefix(
  tensors: StoredTensors,
  network?: Pick<Network, "tensors">,
): StoredTensors {
  const found = sharedPrefix(Object.keys(tensors));
  const own = sharedPrefix(network?.tensors.map(({ name }) => name) ?? []);
  if (!found.endsWith(own)) return tensors;
  const prefix = found.slice(0, found.length - own.length);
  return prefix === "" || prefix.endsWith(".") ? withoutBeginning(tensors, prefix) : tensors;
}
