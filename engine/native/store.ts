/** What programs need of the backend that keeps their tensors. @module */

import type { Tensor, TensorDataType } from "../tfjs.ts";
import type { NativeHost } from "./host.ts";

/** Tensors here and with the worker. */
export interface TensorStore {
  readonly host: NativeHost;
  readonly threads: number;
  /** Start of the names of profiles; none are written without it. */
  readonly profile: string | undefined;
  /** A tensor whose numbers the worker holds; the caller owns it. */
  resident(handle: number, shape: readonly number[], type: TensorDataType): Tensor;
  /** The handle of a tensor's numbers, if the worker holds them in one block. */
  handleOf(tensor: Tensor): number | undefined;
  /** Moves a matrix to the worker in blocks of columns; a handle for each. */
  hold(tensor: Tensor, sizes: readonly number[]): Promise<readonly number[]>;
  /** The handle of a tensor's numbers for a run that overwrites them. */
  spend(tensor: Tensor): Promise<number>;
}
