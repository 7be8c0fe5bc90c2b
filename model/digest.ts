/**
 * A fingerprint of a model, for files that say what made them.
 *
 * @module
 */

import { readTensor, type Weights } from "../engine/mod.ts";
import { stringifyCard } from "./card.ts";
import type { Model } from "./model.ts";

const digests = new WeakMap<Weights, Promise<string>>();

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function sha256(data: string | Float32Array): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : Uint8Array.from(
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

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
