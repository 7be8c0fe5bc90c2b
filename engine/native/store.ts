/** Interface between programs and the backend that stores their tensors. @module */

import type { Tensor, TensorDataType } from "../tfjs.ts";
import type { NativeHost } from "./host.ts";

/** Store of tensors in this thread and in the worker. */
export interface TensorStore {
  readonly host: NativeHost;
  readonly threads: number;
  /** File name prefix of profiles; undefined writes none. */
  readonly profile: string | undefined;
  /** Makes a tensor whose values the worker holds; the caller owns it. */
  resident(handle: number, shape: readonly number[], type: TensorDataType): Tensor;
  /** The handle of a tensor's values, if the worker holds them in one block. */
  handleOf(tensor: Tensor): number | undefined;
  /** Moves a matrix to the worker in blocks of columns. @returns A handle per block. */
  hold(tensor: Tensor, sizes: readonly number[]): Promise<readonly number[]>;
  /** Gives a tensor's values to a run that overwrites them. @returns Their handle. */
  spend(tensor: Tensor): Promise<number>;
}
