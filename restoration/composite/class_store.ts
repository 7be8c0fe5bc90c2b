/**
 * Mask classes of a scene that were computed once, compressed in memory. Clouds are compact, so a mask
 * takes about a hundredth of a byte per pixel.
 *
 * @module
 */

/** Passes bytes through a stream. */
async function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const source = new Blob([Uint8Array.from(bytes)]).stream();
  return new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer());
}

/** Compressed classes of the dates by rows of blocks. */
export class ClassStore {
  readonly #chunks = new Map<string, Uint8Array | undefined>();

  /** Keeps the classes [rows, columns of the scene] of a date from row `first` on. */
  async put(date: number, first: number, classes: Uint8Array): Promise<void> {
    // Clear rows are frequent and need no bytes.
    const packed = classes.some((found) => found !== 0)
      ? await through(classes, new CompressionStream("deflate-raw"))
      : undefined;
    this.#chunks.set(`${date}:${first}`, packed);
  }

  /** Returns true if the classes of a date from row `first` on are kept. */
  has(date: number, first: number): boolean {
    return this.#chunks.has(`${date}:${first}`);
  }

  /** Classes of a date from row `first` on; undefined if all are clear. */
  async get(date: number, first: number): Promise<Uint8Array | undefined> {
    const packed = this.#chunks.get(`${date}:${first}`);
    return packed && await through(packed, new DecompressionStream("deflate-raw"));
  }
}
