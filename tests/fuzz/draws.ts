/** Draws from a seeded stream, one after the other. */

import { createRng } from "../../core/mod.ts";

/** A stream of draws; equal seeds give equal draws. */
export interface Draws {
  /** An integer in [0, bound). */
  below(bound: number): number;
  /** True with a probability. */
  chance(probability: number): boolean;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** Random bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** The stream of one input of one reader. */
export function drawsOf(
  { seed, reader, index }: {
    readonly seed: number;
    readonly reader: string;
    readonly index: number;
  },
): Draws {
  const rng = createRng(seed).fork(reader).fork(index);
  let at = 0;
  const below = (bound: number) => Math.min(bound - 1, Math.floor(rng.uniform(at++) * bound));
  return {
    below,
    chance: (probability) => rng.uniform(at++) < probability,
    pick: (items) => items[below(items.length)]!,
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}
