/**
 * Conversion between the tensors of a file and the weights of a network, with every name and shape
 * checked.
 *
 * @module
 */

import { ownedTensor, type Tensor, type Weights } from "../engine/mod.ts";
import type { Network } from "../networks/mod.ts";
import { CheckpointError, showShape } from "./errors.ts";
import { swapShape, toFile, toMemory } from "./layout.ts";
import { withoutPrefix } from "./name_prefix.ts";
import type { StoredTensor, StoredTensors } from "./stored_tensor.ts";

function fail(what: string): never {
  throw new CheckpointError(`Cannot load the weights: ${what}`);
}

function showNames(names: readonly string[]): string {
  const more = names.length > 3 ? `, … (${names.length} in all)` : "";
  return names.slice(0, 3).join(", ") + more;
}

/** Advice for names of which only some have a prefix; undefined for others. */
function prefixAdvice(strange: readonly string[], known: ReadonlySet<string>): string | undefined {
  for (const name of strange) {
    const dots = [...name.matchAll(/\./g)].map(({ index }) => index + 1);
    const at = dots.find((index) => known.has(name.slice(index)));
    if (at !== undefined) {
      return `a prefix must be on all names or on none; remove ${name.slice(0, at)} from those ` +
        "that have it";
    }
  }
  return undefined;
}

/**
 * Checks that the tensors of a file are exactly those of a network.
 *
 * @param network The network, whose options must be those of the file.
 * @param tensors Tensors by the authors' names, linear weights [out, in].
 * @throws {CheckpointError} Names the tensor, with both shapes where they differ.
 */
export function checkTensors(network: Pick<Network, "tensors">, tensors: StoredTensors): void {
  const known = new Set(network.tensors.map(({ name }) => name));
  const missing = [...known].filter((name) => !Object.hasOwn(tensors, name));
  const strange = Object.keys(tensors).filter((name) => !known.has(name));
  const advice = prefixAdvice(strange, known) ??
    "use the network options that the file was trained with";
  if (missing.length > 0) {
    const instead = strange.length > 0 ? `; it has ${showNames(strange)} instead` : "";
    fail(`the file must have ${showNames(missing)}${instead}: ${advice}`);
  }
  if (strange.length > 0) {
    fail(
      `the file must have only tensors of the network, got also ${showNames(strange)}: ${advice}`,
    );
  }
  for (const { name, shape } of network.tensors) {
    const wanted = swapShape(name, shape);
    const found = tensors[name]!.shape;
    if (showShape(found) !== showShape(wanted)) {
      fail(`${name} must be ${showShape(wanted)}, got ${showShape(found)} in the file: ${advice}`);
    }
  }
}

/**
 * Returns the weights of a network from the tensors of a file.
 *
 * @param network The network, whose options must be those of the file.
 * @param file Tensors by the authors' names, linear weights [out, in]; a prefix of all names, as
 *   of torch.compile, is left out.
 * @returns Weights; the caller owns them.
 * @throws {CheckpointError} If names or shapes are not those of the network, or a value is NaN or
 * infinite.
 */
export function weightsOf(network: Pick<Network, "tensors">, file: StoredTensors): Weights {
  const tensors = withoutPrefix(file, network);
  checkTensors(network, tensors);
  const plain = network.tensors.map(({ name, role }) => {
    const { shape, data } = toMemory(name, tensors[name]!);
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      fail(`${name} must be finite, got ${data[bad]} at element ${bad}: the training diverged`);
    }
    return { name, role, shape, data };
  });
  const make = (wanted: "param" | "buffer") =>
    Object.fromEntries(
      plain.filter(({ role }) => role === wanted)
        .map(({ name, shape, data }) => [name, ownedTensor(data, shape)]),
    );
  return { params: make("param"), buffers: make("buffer") };
}

/** Returns the tensors of a file from weights, which stay the caller's. */
export async function tensorsOf({ params, buffers }: Weights): Promise<StoredTensors> {
  const all: Readonly<Record<string, Tensor>> = { ...params, ...buffers };
  const tensors: Record<string, StoredTensor> = Object.create(null);
  for (const [name, tensor] of Object.entries(all)) {
    const data = await tensor.data<"float32">();
    tensors[name] = toFile(name, { shape: tensor.shape, data: Float32Array.from(data) });
  }
  return tensors;
}
