/**
 * A mutex: one task at a time, in the order of the requests.
 *
 * @module
 */

/** Serializes asynchronous work. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Waits for the mutex; call the result to release it. */
  async acquire(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = before.then(() => promise);
    await before;
    return resolve;
  }
}
