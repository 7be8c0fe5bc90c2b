/**
 * The compressed tiles of one resolution, in a temporary file until the whole is put together.
 *
 * @module
 */

import { writeAll, writing } from "../files/mod.ts";
import type { EncodedTile, TilePool } from "./tiff_pool.ts";

/** Bytes before and after each tile: its size, and its last bytes again (GDAL's COG layout). */
export const LEADER = 4;
export const TRAILER = 4;

const CHUNK = 4 * 2 ** 20;

/** A file to which tiles are appended in order, however long each takes to compress. */
export class Spool {
  /** Compressed bytes of each tile. */
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

  /** @param options `target` is the name that errors give. */
  static async create(
    options: { readonly path: string; readonly pool: TilePool; readonly target: string },
  ): Promise<Spool> {
    const { path, target } = options;
    const file = await writing(target, () => Deno.open(path, { write: true, createNew: true }));
    return new Spool(file, options);
  }

  /** Appends a tile after those before it. @throws What went wrong with an earlier tile. */
  append(encoded: Promise<EncodedTile>): void {
    // It is awaited after those before it, of which one may fail first.
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

  /** Waits until all is written. @throws {OutputError} If something could not be written. */
  async finish(): Promise<void> {
    await this.#tail;
    this.#file[Symbol.dispose]();
  }

  /** Copies everything to the end of a file and removes the spool. */
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

  /** Closes the file after what is under way; nothing more is written. */
  async close(): Promise<void> {
    await this.finish().catch(() => this.#file[Symbol.dispose]());
  }
}
