/**
 * Compresses tiles on several threads, with a bounded number of tiles in memory.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import { type PixelArray, pixelArray } from "../core/mod.ts";
import { deflateOptions, encodeTile, predictTile, type TileShape } from "./tiff_tile.ts";

/** A compressed tile, and the memory of its pixels, which goes back to the pool. */
export interface EncodedTile {
  readonly bytes: Uint8Array;
  readonly tile: PixelArray;
}

/** With more threads, compression is faster than disks. */
const MOST_THREADS = 8;
/** Tiles that are filled or written while all threads are busy. */
const SPARE_TILES = 2;

/** Number of threads that compress. */
export function poolThreads(): number {
  return Math.min(MOST_THREADS, globalThis.navigator?.hardwareConcurrency ?? 1);
}

/** Largest number of tiles in a pool. */
export function poolTiles(): number {
  return poolThreads() + SPARE_TILES;
}

/**
 * Program of a thread, which calls zlib synchronously. It is a string because a thread that runs a
 * file needs the permission to read it, or to import it by URL.
 */
const PROGRAM = `
import { parentPort } from "node:worker_threads";
import { deflateSync } from "node:zlib";

parentPort.once("message", ({ port, options }) => {
  port.onmessage = ({ data: tile }) => {
    try {
      const { buffer, byteOffset, byteLength } = tile;
      const deflated = deflateSync(new Uint8Array(buffer, byteOffset, byteLength), options);
      // Only an array with a buffer of its own can be transferred.
      const own = deflated.buffer.byteLength >= options.chunkSize;
      const bytes = own ? deflated : new Uint8Array(deflated);
      port.postMessage({ bytes, tile }, [bytes.buffer, buffer]);
    } catch (error) {
      port.postMessage({ error: String(error) });
    }
  };
});
`;

type TileAnswer = EncodedTile | { readonly error: string };

/** A port that can be kept from keeping the program alive. */
type NodePort = MessagePort & { ref(): void; unref(): void };

interface Thread {
  readonly worker: Worker;
  readonly port: NodePort;
  /** The tile that the thread compresses. */
  job: Job | undefined;
}

interface Job {
  readonly tile: PixelArray;
  readonly resolve: (encoded: EncodedTile) => void;
  readonly reject: (error: Error) => void;
}

/** Threads and the memory of their tiles. They keep the program alive only while they compress. */
export class TilePool {
  readonly #shape: TileShape;
  readonly #threads: Thread[] = [];
  readonly #most: number;
  readonly #queue: Job[] = [];
  readonly #free: PixelArray[] = [];
  readonly #takers: { resolve(tile: PixelArray): void; reject(error: Error): void }[] = [];
  #made = 0;
  #dead: Error | undefined;

  /** @param threads Number of workers, started on demand; 0 compresses on the calling thread. */
  constructor(shape: TileShape, { threads }: { readonly threads: number }) {
    this.#shape = shape;
    this.#most = threads;
  }

  /** Takes memory for the pixels of a tile, and waits until there is some. */
  async take(): Promise<PixelArray> {
    if (this.#dead !== undefined) throw this.#dead;
    const tile = this.#free.pop();
    if (tile !== undefined) return tile;
    if (this.#made < this.#most + SPARE_TILES) {
      this.#made++;
      const { side, bands, dtype } = this.#shape;
      return pixelArray(dtype, side * side * bands);
    }
    return await new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  /** Returns the memory of a tile, and frees the compressed bytes without garbage collection. */
  give({ bytes, tile }: EncodedTile): void {
    if (this.#most > 0) (bytes.buffer as ArrayBuffer).transfer(0);
    const taker = this.#takers.shift();
    if (taker === undefined) this.#free.push(tile);
    else taker.resolve(tile);
  }

  /** Compresses a tile from {@linkcode take}; its memory comes back with the bytes. */
  async encode(tile: PixelArray): Promise<EncodedTile> {
    if (this.#dead !== undefined) throw this.#dead;
    if (this.#most === 0) return { bytes: encodeTile(tile, this.#shape), tile };
    predictTile(tile, this.#shape);
    return await new Promise((resolve, reject) => {
      this.#queue.push({ tile, resolve, reject });
      this.#next();
    });
  }

  /** Stops the threads and rejects pending calls. */
  async close(): Promise<void> {
    await this.#fail(new Error("the tile pool was closed"));
  }

  #next(): void {
    if (this.#queue.length === 0) return;
    const idle = this.#threads.find(({ job }) => job === undefined) ??
      (this.#threads.length < this.#most ? this.#start() : undefined);
    if (idle === undefined) return;
    const job = this.#queue.shift()!;
    idle.job = job;
    idle.port.ref();
    idle.port.postMessage(job.tile, [job.tile.buffer as ArrayBuffer]);
  }

  #start(): Thread {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`));
    // A separate port: Deno scans messages sent to the worker itself value by value.
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ port: port2, options: deflateOptions(this.#shape) }, [port2 as never]);
    const thread: Thread = { worker, port: port1 as NodePort, job: undefined };
    worker.on("error", (error: Error) => void this.#fail(error));
    port1.onmessage = ({ data }: MessageEvent<TileAnswer>) => this.#receive(thread, data);
    thread.port.unref();
    worker.unref();
    this.#threads.push(thread);
    return thread;
  }

  #receive(thread: Thread, answer: TileAnswer): void {
    const { job } = thread;
    thread.job = undefined;
    thread.port.unref();
    if ("error" in answer) job?.reject(new Error(answer.error));
    else job?.resolve(answer);
    this.#next();
  }

  async #fail(error: Error): Promise<void> {
    this.#dead ??= error;
    const jobs = [...this.#queue, ...this.#threads.flatMap(({ job }) => job ?? [])];
    for (const { reject } of [...jobs, ...this.#takers]) reject(this.#dead);
    this.#queue.length = this.#takers.length = 0;
    const threads = this.#threads.splice(0);
    for (const { port } of threads) port.close();
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
}
