/**
 * Digest of a model, recorded in the files that the model produces.
 *
 * @module
 */

import { sha256 } from "../core/mod.ts";
import { readTensor, type Weights } from "../engine/mod.ts";
import { stringifyCard } from "./card.ts";
import type { Model } from "./model.ts";

/** Digests of weights in memory; hashing reads every tensor back. */
const digests = new WeakMap<Weights, Promise<string>>();

async function digestWeights({ params, buffers }: Weights): Promise<string> {
  const tensors = { ...params, ...buffers };
  const parts: string[] = [];
  for (const name of Object.keys(tensors).sort()) {
    const tensor = tensors[name]!;
    parts.push(`${name}:${tensor.shape.join("x")}:${await sha256(await readTensor(tensor))}`);
  }
  return await sha256(parts.join("\n"));
}

/**
 * Returns the SHA-256 of the card and of the weights' names, shapes and values, as 64 hexadecimal
 * digits. Copies of one model have the same digest, whatever file they were loaded from.
 */
export async function modelDigest({ card, weights }: Model): Promise<string> {
  let digest = digests.get(weights);
  if (digest === undefined) {
    digest = digestWeights(weights);
    digests.set(weights, digest);
  }
  return await sha256(`${stringifyCard(card)}\n${await digest}`);
}
