/**
 * Pool of GPU buffers, reused by size and usage. TensorFlow.js's own manager never frees memory, so tiles
 * of many shapes would fill a device; this one keeps at most as much free memory as was ever in use.
 *
 * @module
 */

/** Free memory that is always kept. */
const KEPT_BYTES = 64 * 2 ** 20;

/** Replaces the BufferManager of TensorFlow.js. */
export class BufferPool {
  readonly #device: Pick<GPUDevice, "createBuffer">;
  readonly #kept: number;
  readonly #used = new Set<GPUBuffer>();
  /** By size and usage. */
  readonly #free = new Map<string, GPUBuffer[]>();
  /** Free buffers, longest unused first. */
  readonly #idle = new Set<GPUBuffer>();
  #mostUsed = 0;
  /** Bytes of buffers in use. */
  numBytesUsed = 0;
  /** Bytes of all buffers. */
  numBytesAllocated = 0;

  /** @param kept Free bytes that are always kept. Default 64 MiB. */
  constructor(device: Pick<GPUDevice, "createBuffer">, kept = KEPT_BYTES) {
    this.#device = device;
    this.#kept = kept;
  }

  /**
   * Returns a buffer of exactly this size.
   *
   * @param reuse Allow a buffer that was used before.
   */
  acquireBuffer(
    size: number,
    usage: GPUBufferUsageFlags,
    mappedAtCreation = false,
    reuse = true,
  ): GPUBuffer {
    let buffer = reuse ? this.#free.get(keyOf({ size, usage }))?.pop() : undefined;
    if (buffer === undefined) {
      buffer = this.#device.createBuffer({ size, usage, mappedAtCreation });
      this.numBytesAllocated += size;
    } else {
      this.#idle.delete(buffer);
    }
    this.#used.add(buffer);
    this.numBytesUsed += size;
    this.#mostUsed = Math.max(this.#mostUsed, this.numBytesUsed);
    return buffer;
  }

  /**
   * Returns a buffer to the pool; the commands that use it must have been submitted.
   *
   * @param reuse Keep it for reuse; otherwise destroy it.
   * @throws {Error} If it is not in use.
   */
  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    if (!this.#used.delete(buffer)) throw new Error("Cannot release a buffer that is not in use");
    this.numBytesUsed -= buffer.size;
    if (!reuse) {
      this.#destroy(buffer);
      return;
    }
    const key = keyOf(buffer);
    const free = this.#free.get(key);
    if (free === undefined) this.#free.set(key, [buffer]);
    else free.push(buffer);
    this.#idle.add(buffer);
    this.#trim();
  }

  /** Destroys free buffers beyond the most that a loop can use at once. */
  #trim(): void {
    const most = Math.max(this.#kept, this.#mostUsed);
    for (const buffer of this.#idle) {
      if (this.numBytesAllocated - this.numBytesUsed <= most) return;
      const free = this.#free.get(keyOf(buffer))!;
      free.splice(free.indexOf(buffer), 1);
      this.#idle.delete(buffer);
      this.#destroy(buffer);
    }
  }

  #destroy(buffer: GPUBuffer): void {
    this.numBytesAllocated -= buffer.size;
    buffer.destroy();
  }

  /** Number of buffers in use. */
  getNumUsedBuffers(): number {
    return this.#used.size;
  }

  /** Number of free buffers. */
  getNumFreeBuffers(): number {
    return this.#idle.size;
  }

  /** Destroys all buffers. */
  dispose(): void {
    for (const buffer of [...this.#used, ...this.#idle]) buffer.destroy();
    this.#used.clear();
    this.#idle.clear();
    this.#free.clear();
    this.numBytesUsed = 0;
    this.numBytesAllocated = 0;
  }
}

function keyOf({ size, usage }: { readonly size: number; readonly usage: number }): string {
  return `${size} ${usage}`;
}
