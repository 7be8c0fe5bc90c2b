/**
 * Writes Cloud-Optimized GeoTIFFs row by row: tiles, DEFLATE with a predictor, and overviews.
 * Memory does not depend on the height of the image.
 *
 * @module
 */

import { dataTypeOf, type PixelArray, pixelArray } from "../core/mod.ts";
import { checkOverwrite, type Scratch, writeAll, writing } from "../files/mod.ts";
import { checksumOf, type FileChecksum } from "./file_checksum.ts";
import { type CogHeader, encodeCogHead, type WriteCogOptions } from "./cog_head.ts";
import { Level, type LevelSize, levelSizes } from "./cog_levels.ts";
import { Spool } from "./cog_spool.ts";
import type { Resampling } from "./overview.ts";
import { classNamesXml } from "./raster_classes.ts";
import { poolThreads, TilePool } from "./tiff_pool.ts";

/** Options of {@linkcode createCog}. */
export interface CogWriterOptions extends WriteCogOptions {
  /**
   * Resampling of overviews: "mean" of the pixels with data (default), or "nearest" for classes.
   */
  readonly overviews?: Resampling;
}

/** A Cloud-Optimized GeoTIFF that is being written. An error removes its temporary files. */
export interface CogWriter {
  /**
   * Adds whole rows [n, width, bands] below those written. The array may be reused when the promise
   * resolves. Await each call before the next.
   *
   * @throws {OutputError} If the file cannot be written.
   * @throws {TypeError} If the values are not whole rows of the header's pixel type, or too many.
   */
  write(rows: PixelArray): Promise<void>;
  /**
   * Assembles the file in the temporary folder and flushes it to disk.
   *
   * @param options `tags` to add to those of the header.
   * @throws {OutputError} If the file cannot be written.
   * @throws {TypeError} If rows are missing.
   */
  complete(options?: { readonly tags?: Readonly<Record<string, string>> }): Promise<void>;
  /** Size and checksum of the file, between `complete()` and `commit()`. */
  checksum(): Promise<FileChecksum>;
  /**
   * Renames the complete file to its name and removes the temporary folder. Calls `complete()`
   * first if necessary.
   *
   * @throws {OutputError} If the file cannot be written, or if another program has created a file
   *   of that name and `overwrite` is not set.
   */
  commit(): Promise<void>;
  /** Removes the temporary folder. May be called at any time; does nothing after `commit()`. */
  abort(): Promise<void>;
}

/** Images smaller than this compress faster than threads start. */
const FEWEST_BYTES_FOR_THREADS = 2 ** 24;

function sideOf({ width, height }: LevelSize, tileSize: 256 | 512 | undefined): number {
  return tileSize ?? (Math.max(width, height) <= 256 ? 256 : 512);
}

type State = "rows" | "complete" | "done";

/** The implementation of {@linkcode CogWriter}. */
export class StreamingCog implements CogWriter {
  readonly #path: string;
  readonly #header: CogHeader;
  readonly #options: CogWriterOptions;
  readonly #scratch: Scratch;
  readonly #pool: TilePool;
  readonly #side: number;
  readonly #sizes: readonly LevelSize[];
  readonly #spools: Spool[] = [];
  #image!: Level;
  #rows = 0;
  #state: State = "rows";
  /** The call in progress. */
  #step: Promise<void> | undefined;
  #file: Deno.FsFile | undefined;

  constructor(
    path: string,
    { header, options, scratch }: {
      readonly header: CogHeader;
      readonly options: CogWriterOptions;
      readonly scratch: Scratch;
    },
  ) {
    const { width, height, bands: { length: bands }, dtype } = header;
    this.#path = path;
    this.#header = header;
    this.#options = options;
    this.#scratch = scratch;
    this.#side = sideOf(header, options.tileSize);
    this.#sizes = levelSizes(header, this.#side);
    const bytes = width * height * bands * pixelArray(dtype, 1).byteLength;
    const threads = bytes < FEWEST_BYTES_FOR_THREADS ? 0 : poolThreads();
    this.#pool = new TilePool({ side: this.#side, bands, dtype }, { threads });
  }

  /** Creates the spools and the levels, the smallest first. */
  async open(): Promise<void> {
    const { dtype, bands, nodata } = this.#header;
    for (const i of this.#sizes.keys()) {
      const path = this.#scratch.path(`level-${i}`);
      this.#spools.push(await Spool.create({ path, pool: this.#pool, target: this.#path }));
    }
    let next: Level | undefined;
    for (const [i, size] of [...this.#sizes.entries()].reverse()) {
      next = new Level({
        size,
        tile: { side: this.#side, bands: bands.length, dtype },
        nodata,
        resampling: this.#options.overviews ?? "mean",
        pool: this.#pool,
        spool: this.#spools[i]!,
        next,
        strips: i === 0 ? 2 : 1,
      });
    }
    this.#image = next!;
  }

  async write(rows: PixelArray): Promise<void> {
    await this.#run("rows", async () => {
      const { width, height, bands, dtype } = this.#header;
      const row = width * bands.length;
      if (dataTypeOf(rows) !== dtype) {
        throw this.#error(`pixels must be ${dtype} as in the header, got ${dataTypeOf(rows)}`);
      }
      const count = rows.length / row;
      if (!Number.isInteger(count) || this.#rows + count > height) {
        throw this.#error(
          `there must be whole rows of ${row} values, at most ${height - this.#rows} of them, ` +
            `got ${rows.length} values`,
        );
      }
      this.#rows += count;
      for (let at = 0; at < rows.length;) {
        const space = this.#image.space();
        const part = rows.subarray(at, at + space.length);
        space.set(part);
        at += part.length;
        await this.#image.advance(part.length / row);
      }
    });
  }

  async complete({ tags = {} }: { readonly tags?: Readonly<Record<string, string>> } = {}) {
    await this.#run("rows", async () => {
      const { height } = this.#header;
      if (this.#rows < height) {
        throw this.#error(
          `all ${height} rows must be written before complete(), got ${this.#rows}`,
        );
      }
      await this.#image.finish();
      await this.#pool.close();
      const levels = this.#spools.map(({ counts }, i) => ({ size: this.#sizes[i]!, counts }));
      const head = encodeCogHead(this.#header, levels, {
        side: this.#side,
        options: { ...this.#options, tags: { ...this.#options.tags, ...tags } },
      });
      await writing(this.#path, async () => {
        const name = this.#scratch.path("file");
        using file = await Deno.open(name, { write: true, createNew: true });
        this.#file = file;
        await writeAll(file, head);
        for (const spool of this.#spools.toReversed()) await spool.moveTo(file);
        await file.sync();
      });
      this.#state = "complete";
    });
  }

  async checksum(): Promise<FileChecksum> {
    let found: FileChecksum | undefined;
    await this.#run("complete", async () => {
      found = await checksumOf(this.#scratch.path("file"));
    });
    return found!;
  }

  async commit(): Promise<void> {
    if (this.#state === "rows") await this.complete();
    await this.#run("complete", async () => {
      await checkOverwrite(this.#path, this.#options);
      await writing(this.#path, async () => {
        await this.#writeSidecar();
        await Deno.rename(this.#scratch.path("file"), this.#path);
      });
    });
    await this.#clean();
  }

  /**
   * Writes the names of the classes next to the file. A sidecar of an earlier file is replaced or removed:
   * GDAL would take its statistics, nodata and transform for those of this one.
   */
  async #writeSidecar(): Promise<void> {
    const sidecar = `${this.#path}.aux.xml`;
    const { classes } = this.#options;
    if (classes === undefined) {
      await Deno.remove(sidecar).catch((error: unknown) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
      return;
    }
    const name = this.#scratch.path("sidecar");
    await Deno.writeTextFile(name, classNamesXml(classes));
    await Deno.rename(name, sidecar);
  }

  async abort(): Promise<void> {
    this.#state = "done";
    // A call in progress fails at its next tile or its next write.
    await this.#pool.close();
    this.#file?.[Symbol.dispose]();
    await this.#step?.catch(() => {});
    await this.#clean();
  }

  async #clean(): Promise<void> {
    this.#state = "done";
    await this.#pool.close();
    for (const spool of this.#spools) await spool.close();
    await this.#scratch.remove();
  }

  #error(reason: string): TypeError {
    return new TypeError(`Cannot write ${this.#path}: ${reason}`);
  }

  /** Runs one call in the state that it needs; removes the temporary folder after an error. */
  async #run(state: State, step: () => Promise<void>): Promise<void> {
    if (this.#step !== undefined) {
      throw this.#error("calls must not overlap; await each before the next");
    }
    if (this.#state !== state) {
      throw this.#error(`its state must be "${state}", got "${this.#state}"`);
    }
    this.#step = step();
    try {
      await this.#step;
    } catch (error) {
      const aborted = this.#state === "done";
      await this.#clean();
      throw aborted ? this.#error("it must not be aborted meanwhile") : error;
    } finally {
      this.#step = undefined;
    }
  }
}
