/**
 * Program of a pool's Worker: applies a mean to windows.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import type { MeanFit, MeanImage, MeanWindow, Region } from "../../means/mod.ts";
import { compositeMethod, type CompositeMethodName } from "./methods.ts";

/** What all windows of a pool share. */
export interface MeanWork {
  /** Way to make the mean. */
  readonly method: CompositeMethodName;
  /** Pixels around hidden ones that count as hidden. */
  readonly grow: number;
  /** Plans of the images. */
  readonly fits: readonly MeanFit[];
}

/** Window of an image. */
export interface MeanJob {
  /** Index of the image's plan. */
  readonly fit: number;
  /** The window; its arrays have buffers of their own, which are transferred. */
  readonly window: MeanWindow;
  readonly core: Region;
}

/** Answer to a job: the mean, and the memory of the window's values. */
export type MeanAnswer =
  | { readonly image: MeanImage; readonly memory: readonly ArrayBufferLike[] }
  | { readonly error: string };

/** Buffers of arrays, each once. */
export function buffersOf(arrays: readonly (ArrayBufferView | undefined)[]): ArrayBuffer[] {
  return [...new Set(arrays.flatMap((array) => array === undefined ? [] : array.buffer))].filter(
    (buffer) => buffer instanceof ArrayBuffer,
  );
}

parentPort?.once("message", ({ port }: { readonly port: MessagePort }) => {
  let apply: ((job: MeanJob) => MeanImage) | undefined;
  port.onmessage = ({ data }: MessageEvent<MeanWork | MeanJob>) => {
    if ("fits" in data) {
      const { mean } = compositeMethod(data.method, data);
      apply = ({ fit, window, core }) => mean.apply(data.fits[fit]!, window, core);
      return;
    }
    try {
      const image = apply!(data);
      const memory = buffersOf(data.window.frames);
      const answer: MeanAnswer = { image, memory };
      port.postMessage(answer, [...buffersOf(Object.values(image)), ...memory]);
    } catch (error) {
      port.postMessage({ error: String(error) } satisfies MeanAnswer);
    }
  };
});
