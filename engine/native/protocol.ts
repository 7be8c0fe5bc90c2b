/** What the program and its worker tell each other. @module */

import type { ElementType } from "./graph.ts";

/** Numbers of a tensor. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** An input of a run: numbers that come along, or numbers that the worker holds. */
export type Feed =
  | { readonly data: TensorData; readonly shape: readonly number[]; readonly type: ElementType }
  | { readonly handle: number; readonly shape: readonly number[]; readonly type: ElementType };

/** An output of a run: sent back, or kept under a handle. */
export interface Fetch {
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly keep?: number;
  /** The handle of an input whose buffer the output overwrites; it is given up. */
  readonly over?: number;
}

/** How sessions run. */
export interface SessionOptions {
  readonly threads: number;
  /** Whether threads wait for the next operator by spinning. */
  readonly spin: boolean;
  /** File that a profile is written to; none by default. */
  readonly profile?: string;
}

/** What the program asks for. */
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

/** What is sent back. */
export type Answer =
  | { readonly id: number; readonly outputs: Readonly<Record<string, TensorData>> }
  | { readonly id: number; readonly data: TensorData }
  | { readonly id: number; readonly done: true }
  | { readonly id: number; readonly error: string; readonly name: string };
