/** Messages between the main thread and the native worker. @module */

import type { ElementType } from "./graph.ts";

/** Values of a tensor. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** An input of a run: values in the message, or a handle of values that the worker holds. */
export type Feed =
  | { readonly data: TensorData; readonly shape: readonly number[]; readonly type: ElementType }
  | { readonly handle: number; readonly shape: readonly number[]; readonly type: ElementType };

/** An output of a run: sent back, or kept under a handle. */
export interface Fetch {
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly keep?: number;
  /** Handle of an input whose buffer the output overwrites; it becomes invalid. */
  readonly over?: number;
}

/** Options of a session. */
export interface SessionOptions {
  readonly threads: number;
  /** True if threads spin while they wait for the next operator. */
  readonly spin: boolean;
  /** File name prefix of the profile. Default: none is written. */
  readonly profile?: string;
}

/** Request to the worker. */
export type Request =
  | { readonly type: "start" }
  | {
    readonly type: "create";
    readonly session: number;
    readonly model: Uint8Array;
    readonly options: SessionOptions;
  }
  | {
    readonly type: "run";
    readonly session: number;
    readonly feeds: Readonly<Record<string, Feed>>;
    readonly fetches: Readonly<Record<string, Fetch>>;
  }
  | { readonly type: "put"; readonly handle: number; readonly data: TensorData }
  | { readonly type: "get"; readonly handle: number }
  | { readonly type: "copy"; readonly from: number; readonly to: number }
  | { readonly type: "release"; readonly session: number }
  | { readonly type: "free"; readonly handles: readonly number[] };

/** Answer of the worker. */
export type Answer =
  | { readonly id: number; readonly outputs: Readonly<Record<string, TensorData>> }
  | { readonly id: number; readonly data: TensorData }
  | { readonly id: number; readonly done: true }
  | { readonly id: number; readonly error: string; readonly name: string };
