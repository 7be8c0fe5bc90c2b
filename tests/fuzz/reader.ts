/** A reader under test. */

import type { Raster } from "../../core/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import type { Draws } from "./draws.ts";
import type { Json } from "./mutate_json.ts";

/** A sound file that inputs are made from. */
export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An input: files by name, and how they are read. */
export interface FuzzInput {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Anything else that the reader needs, as JSON. */
  readonly call: { readonly [key: string]: Json };
}

/** Pixels to compare with GDAL's. */
export interface ReadPixels {
  readonly path: string;
  readonly raster: Raster;
  readonly window: RasterWindow;
}

export interface FuzzReader {
  readonly name: string;
  /** Share of all inputs. */
  readonly share: number;
  /** Sound files, made in a folder once. Default none. */
  seeds?(folder: string): Promise<readonly Seed[]>;
  /** Makes an input. */
  mutate(draws: Draws, seeds: readonly Seed[]): FuzzInput;
  /**
   * Reads an input.
   *
   * @returns Pixels, if GDAL can read the same; or a text about a wrong result.
   */
  read(folder: string, call: FuzzInput["call"]): Promise<ReadPixels | string | void>;
}
