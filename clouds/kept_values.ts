/**
 * Values of a mask that were read once, compressed in memory. Clouds are compact, so the values of most
 * masks take about a hundredth of their size; what does not fit is read from the file again.
 *
 * @module
 */

import type { PixelArray } from "../core/mod.ts";
import type { RasterWindow } from "../rasters/mod.ts";

/** Values of a window with the pixels that the file marks as missing. */
export interface MaskValues {
  readonly values: MaskArray;
  /** 0 for pixels that the file marks as missing. */
  readonly valid?: Uint8Array | undefined;
}

/** Arrays that values are stored in. */
export type MaskArray = PixelArray | Uint32Array;

/** Rows that are compressed together. */
export const KEPT_ROWS = 256;
/** Compressed bytes beyond which no more rows are kept. */
const MOST_BYTES = 2 ** 26;
/** Rows of chunks that are kept decompressed: windows of a scene come row by row. */
const OPEN = 2;

/** Compressed rows. */
interface Chunk {
  readonly rows: number;
  readonly bytes: Uint8Array;
  readonly isMarked: boolean;
  readonly make: (bytes: ArrayBuffer) => MaskArray;
}

async function through(
  parts: readonly Uint8Array[],
  stream: CompressionStream | DecompressionStream,
): Promise<ArrayBuffer> {
  const source = new Blob(parts.map((part) => part as Uint8Array<ArrayBuffer>)).stream();
  return await new Response(source.pipeThrough(stream)).arrayBuffer();
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Compressed values of a window of a mask. */
export class KeptValues {
  readonly #window: RasterWindow;
  readonly #chunks = new Map<number, Chunk>();
  readonly #open = new Map<number, Promise<MaskValues>>();
  #bytes = 0;

  /** @param window Window of the mask whose rows are put. */
  constructor(window: RasterWindow) {
    this.#window = window;
  }

  /** Keeps rows of the window, from row `row` of the mask on; all but the last have whole chunks. */
  async put(row: number, { values, valid }: MaskValues): Promise<void> {
    const { width } = this.#window;
    for (let at = 0; at < values.length && this.#bytes < MOST_BYTES; at += KEPT_ROWS * width) {
      const end = Math.min(values.length, at + KEPT_ROWS * width);
      const part = values.subarray(at, end);
      const marked = valid?.subarray(at, end);
      const packed = new Uint8Array(
        await through(
          marked === undefined ? [bytesOf(part)] : [bytesOf(part), marked],
          new CompressionStream("deflate-raw"),
        ),
      );
      this.#bytes += packed.length;
      const { constructor } = part as { constructor: unknown };
      this.#chunks.set(row + at / width, {
        rows: part.length / width,
        bytes: packed,
        isMarked: marked !== undefined,
        make: (bytes) => new (constructor as new (buffer: ArrayBuffer) => MaskArray)(bytes),
      });
    }
  }

  /** Values of a window; undefined if not all of it is kept. */
  async read({ column, row, width, height }: RasterWindow): Promise<MaskValues | undefined> {
    const from = column - this.#window.column;
    if (from < 0 || from + width > this.#window.width) return undefined;
    const starts: number[] = [];
    for (let next = row; next < row + height;) {
      const start = this.#window.row +
        Math.floor((next - this.#window.row) / KEPT_ROWS) * KEPT_ROWS;
      const chunk = this.#chunks.get(start);
      if (chunk === undefined || next >= start + chunk.rows) return undefined;
      starts.push(start);
      next = start + chunk.rows;
    }
    let out: MaskArray | undefined;
    let valid: Uint8Array | undefined;
    for (const start of starts) {
      const { rows } = this.#chunks.get(start)!;
      const chunk = await this.#unpacked(start);
      out ??= new (chunk.values.constructor as Uint8ArrayConstructor)(width * height);
      if (chunk.valid !== undefined) valid ??= new Uint8Array(width * height).fill(1);
      for (let y = Math.max(row, start); y < Math.min(row + height, start + rows); y++) {
        const at = (y - start) * this.#window.width + from;
        const to = (y - row) * width;
        out.set(chunk.values.subarray(at, at + width), to);
        if (chunk.valid !== undefined) valid!.set(chunk.valid.subarray(at, at + width), to);
      }
    }
    return out && { values: out, valid };
  }

  /** Rows of a chunk, which are decompressed once while windows move along them. */
  async #unpacked(start: number): Promise<MaskValues> {
    const known = this.#open.get(start);
    if (known !== undefined) return await known;
    const { rows, bytes, isMarked, make } = this.#chunks.get(start)!;
    const pixels = rows * this.#window.width;
    const unpacked = through([bytes], new DecompressionStream("deflate-raw")).then((all) => {
      const length = isMarked ? all.byteLength - pixels : all.byteLength;
      return {
        values: make(all.slice(0, length)),
        valid: isMarked ? new Uint8Array(all, length) : undefined,
      };
    });
    this.#open.set(start, unpacked);
    for (const old of [...this.#open.keys()].slice(0, -OPEN)) this.#open.delete(old);
    return await unpacked;
  }
}
