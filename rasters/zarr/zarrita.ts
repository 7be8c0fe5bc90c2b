/** Zarr arrays by zarrita, of versions 2 and 3; loaded with the first store. */

import type { AsyncReadable } from "npm:zarrita@0.7.5";

/** Keys of a store; undefined for a key that it does not hold. */
export interface ZarrStore {
  /** Reads the value of a key such as "/r10m/b02/.zarray". */
  get(key: string): Promise<Uint8Array | undefined>;
}

/** One decoded chunk. */
export interface ZarrChunk {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** An open array. */
export interface ZarrArray {
  readonly shape: readonly number[];
  /** Lengths of a chunk. */
  readonly chunks: readonly number[];
  /** Type of the values, such as "uint16". */
  readonly dtype: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Value of what was never written. */
  readonly fillValue: unknown;
  /** Decodes a chunk by its position. */
  getChunk(position: number[]): Promise<ZarrChunk>;
}

/** Opens an array of a store. @throws If there is none. */
export async function openArray(store: ZarrStore, path: string): Promise<ZarrArray> {
  const { open, root } = await import("npm:zarrita@0.7.5");
  const location = root(store as AsyncReadable).resolve(path);
  return await open(location, { kind: "array" }) as unknown as ZarrArray;
}
