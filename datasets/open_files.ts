/**
 * Open files of one sample.
 *
 * @module
 */

import { InputError, type Raster } from "../core/mod.ts";
import { headerProblems } from "./file_form.ts";
import { type RasterFile, rasterInMemory } from "../rasters/mod.ts";
import type { Layer, Listing } from "./sample_files.ts";

/** Opens the files of one sample, each once, and closes them together. */
export class OpenFiles {
  readonly #listing: Listing;
  readonly #files = new Map<string, Promise<RasterFile>>();

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  async open(layer: Layer): Promise<RasterFile> {
    const known = this.#files.get(layer.path);
    if (known !== undefined) return await known;
    const opening = this.#open(layer);
    this.#files.set(layer.path, opening);
    return await opening;
  }

  async close(): Promise<void> {
    for (const file of await Promise.allSettled(this.#files.values())) {
      if (file.status === "fulfilled") await file.value.close();
    }
  }

  async #open({ path, form }: Layer): Promise<RasterFile> {
    const file = await this.#listing.open(path);
    const [problem] = headerProblems(file.header, form);
    if (problem !== undefined) {
      await file.close();
      throw new InputError(`Cannot use ${path}: ${problem.message}`);
    }
    return await this.#listing.prepare?.(file, path) ?? file;
  }
}

/** Returns the file's raster in memory after a change. */
export async function changed(
  file: RasterFile,
  change: (raster: Raster) => Raster,
): Promise<RasterFile> {
  try {
    return rasterInMemory(change(await file.read()));
  } finally {
    await file.close();
  }
}
