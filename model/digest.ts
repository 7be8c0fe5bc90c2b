/**
 * A fingerprint of a model, for files that say what made them.
 *
 * @module
 */

import { sha256 } from "../core/mod.ts";
import { readTensor, type Weights } from "../engine/mod.ts";
import { stringifyCard } from "./card.ts";
import type { Model } from "./model.ts";

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
 * SHA-256 of the card, and of names, shapes and numbers of the weights: equal for models that
 * restore alike, whatever file they came from. 64 hexadecimal digits.
 */
export async function modelDigest({ card, weights }: Model): Promise<string> {
  let digest = digests.get(weights);
  if (digest === undefined) {
    digest = digestWeights(weights);
    digests.set(weights, digest);
  }
  return await sha256(`${stringifyCard(card)}\n${await digest}`);
}
