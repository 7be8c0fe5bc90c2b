/**
 * Samples made in the main thread.
 *
 * @module
 */

import type { Made, SampleSource } from "./sample_maker.ts";

/** Makes samples one at a time and yields to the thread's other work between them. */
export class MainThread implements SampleSource {
  readonly ahead = 1;
  readonly #maker: (n: number) => Promise<Made>;
  readonly #running = new Set<Promise<Made>>();
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(maker: (n: number) => Promise<Made>) {
    this.#maker = maker;
  }

  async make(n: number): Promise<Made> {
    const running = this.#inTurn(n);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
  }

  async #inTurn(n: number): Promise<Made> {
    this.#turn = this.#turn.then(() => new Promise((resolve) => setTimeout(resolve, 0)));
    await this.#turn;
    if (this.#closed) throw new Error("Cannot load a sample: the loader must be open");
    return await this.#maker(n);
  }
}
