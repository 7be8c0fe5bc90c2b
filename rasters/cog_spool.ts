/**
 * Temporary file with the compressed tiles of one resolution, until the output is assembled.
 *
 * @module
 */

import { writeAll, writing } from "../files/mod.ts";
import type { EncodedTile, TilePool } from "./tiff_pool.ts";

/** Bytes before and after each tile: its size, and a copy of its last bytes (GDAL's COG layout). */
export const LEADER = 4;
export const TRAILER = 4;

const CHUNK = 4 * 2 ** 20;

/** File to which tiles are appended in order, whatever order their compression ends in. */
export class Spool {
  /** Size in bytes of each compressed tile. */
  readonly counts: number[] = [];
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #pool: TilePool;
  readonly #target: string;
  #tail: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  private constructor(
    file: Deno.FsFile,
    { path, pool, target }: { path: string; pool: TilePool; target: string },
  ) {
    this.#file = file;
    this.#path = path;
    this.#pool = pool;
    this.#target = target;
  }

  /**
   * Creates the temporary file.
   *
   * @param options `target` is the name of the output in error messages.
   */
  static async create(
    options: { readonly path: string; readonly pool: TilePool; readonly target: string },
  ): Promise<Spool> {
    const { path, target } = options;
    const file = await writing(target, () => Deno.open(path, { write: true, createNew: true }));
    return new Spool(file, options);
  }

  /** Appends a tile after the earlier ones. @throws The error of an earlier tile. */
  append(encoded: Promise<EncodedTile>): void {
    // It is awaited only after the earlier tiles, one of which may fail first.
    encoded.catch(() => {});
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#tail = this.#write(this.#tail, encoded);
    this.#tail.catch((error: unknown) => this.#failure ??= { error });
  }

  async #write(before: Promise<void>, encoded: Promise<EncodedTile>): Promise<void> {
    try {
      await before;
      const { bytes } = await encoded;
      const size = new Uint8Array(LEADER);
      new DataView(size.buffer).setUint32(0, bytes.length, true);
      await writing(this.#target, async () => {
        for (const part of [size, bytes, bytes.subarray(-TRAILER)]) {
          await writeAll(this.#file, part);
        }
      });
      this.counts.push(bytes.length);
    } finally {
      await encoded.then((tile) => this.#pool.give(tile), () => {});
    }
  }

  /** Waits until every tile is written. @throws {OutputError} If a tile could not be written. */
  async finish(): Promise<void> {
    await this.#tail;
    this.#file[Symbol.dispose]();
  }

  /** Appends the tiles to a file and removes the spool. */
  async moveTo(out: Deno.FsFile): Promise<void> {
    {
      using file = await Deno.open(this.#path);
      const chunk = new Uint8Array(CHUNK);
      for (let count; (count = await file.read(chunk)) !== null;) {
        await writeAll(out, chunk.subarray(0, count));
      }
    }
    await Deno.remove(this.#path);
  }

  /** Closes the file after the pending writes. */
  async close(): Promise<void> {
    await this.finish().catch(() => this.#file[Symbol.dispose]());
  }
}
