/** Inputs that every block of a layer has besides its tokens. @module */

import type { Tensor } from "../../engine/mod.ts";
import { dropout } from "./dropout.ts";
import type { NetworkInput } from "../network.ts";
import type { Scope } from "./specs.ts";

/** Conditioning, weights and dropout of a block. */
export interface BlockContext {
  /** Noise conditioning [B, width], one row per sample. */
  readonly cond: Tensor;
  /** Weights of the block. */
  readonly at: Scope;
  /** Dotted name of the block, which keys its dropout. */
  readonly name: string;
  readonly dropoutRate: number;
  readonly random: NetworkInput["random"];
}

/** The dropout of a block, under its name and a suffix. */
export function dropIn(
  { name, dropoutRate: rate, random }: BlockContext,
  suffix = "",
): (x: Tensor) => Tensor {
  return (x) => dropout(x, { name: `${name}${suffix}`, rate, random });
}
