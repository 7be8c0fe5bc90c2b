/**
 * The worker that compresses tiles: zlib keeps its thread busy, also where it is called with a
 * callback.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import type { PixelArray } from "../core/mod.ts";
import { encodeTile, type TileShape } from "./tiff_tile.ts";

/** What the program sends: a tile that it gives away. */
export interface TileRequest {
  readonly tile: PixelArray;
  readonly shape: TileShape;
}

/** What it gets: the bytes, and the tile to use again; or why there are none. */
export type TileAnswer =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly tile: PixelArray }
  | { readonly error: string };

function answer({ tile, shape }: TileRequest): TileAnswer {
  try {
    return { bytes: encodeTile(tile, shape), tile };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.once("message", ({ port }: { readonly port: MessagePort }) => {
  port.onmessage = ({ data }: MessageEvent<TileRequest>) => {
    const reply = answer(data);
    const buffers = "error" in reply ? [] : [reply.bytes.buffer, reply.tile.buffer];
    port.postMessage(reply, buffers as ArrayBuffer[]);
  };
});
