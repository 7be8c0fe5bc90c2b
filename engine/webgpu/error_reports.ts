/**
 * Errors of a GPU device as exceptions. WebGPU itself answers every error with zeros and reports it to
 * an error scope.
 *
 * @module
 */

import { DeviceLostError, GpuError } from "../errors.ts";

const SCOPES = ["validation", "out-of-memory", "internal"] as const;

/** The error of one op, in debug mode. */
interface OpReport {
  readonly op: string;
  readonly error: Promise<GPUError | null>;
}

/** Collects the errors of a device and throws them. */
export class ErrorReports {
  readonly #device: GPUDevice;
  readonly #ops: OpReport[] = [];
  readonly #uncaptured: string[] = [];
  #lost: GPUDeviceLostInfo | undefined;

  constructor(device: GPUDevice) {
    this.#device = device;
    device.lost.then((lost) => this.#lost = lost);
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#uncaptured.push((event as GPUUncapturedErrorEvent).error.message);
    });
  }

  /** True once the device is lost. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /** @throws {DeviceLostError} If the device is lost. */
  throwIfLost(): void {
    if (this.#lost !== undefined) {
      const { reason, message } = this.#lost;
      throw new DeviceLostError(
        `Cannot compute on the GPU: the device was lost (${reason || "unknown"}): ${message}`,
      );
    }
  }

  /** Opens an error scope of each kind. */
  #open(): void {
    for (const scope of SCOPES) this.#device.pushErrorScope(scope);
  }

  /** Waits until `lost` can settle, which it does a moment after the calls that fail for it. */
  async #settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /**
   * Runs f and throws the first error that the GPU reports.
   *
   * @param f Submits its commands, so that their errors fall into the open scopes.
   * @throws {DeviceLostError} If the device is lost.
   * @throws {GpuError} If a shader, a binding or an allocation failed.
   */
  async guard<T>(f: () => T, { debug }: { readonly debug: boolean }): Promise<T> {
    this.throwIfLost();
    this.#open();
    let result: { value: T } | undefined;
    let thrown: { error: unknown } | undefined;
    try {
      result = { value: f() };
    } catch (error) {
      thrown = { error };
    }
    const first = await this.#first(debug);
    if (first !== undefined || thrown !== undefined) await this.#settle();
    this.throwIfLost();
    if (first !== undefined) throw new GpuError(first);
    if (thrown !== undefined) throw thrown.error;
    return result!.value;
  }

  /** The first error since the scopes were opened. */
  async #first(debug: boolean): Promise<string | undefined> {
    const scopes = await Promise.allSettled(SCOPES.map(() => this.#device.popErrorScope()));
    for (const { op, error } of this.#ops.splice(0)) {
      const reported = await error.catch(() => null);
      if (reported !== null) return `Cannot run ${op} on the GPU: ${reported.message}`;
    }
    const inScope = scopes.flatMap((scope) => scope.status === "fulfilled" ? [scope.value] : [])
      .find((error) => error !== null)?.message;
    const message = inScope ?? this.#uncaptured.splice(0)[0];
    if (message === undefined) return undefined;
    return `Cannot compute on the GPU: ${message}${debug ? "" : " (debug mode names the op)"}`;
  }

  /** Runs one op in error scopes of its own; {@linkcode guard} throws what they report. */
  trace<T>(run: () => T, describe: () => string): T {
    this.#open();
    try {
      return run();
    } finally {
      const errors = SCOPES.map(() => this.#device.popErrorScope());
      this.#ops.push({
        op: describe(),
        error: Promise.all(errors).then((all) => all.find((error) => error !== null) ?? null),
      });
    }
  }

  /**
   * Waits for a read from the GPU.
   *
   * @throws {DeviceLostError} If the device was lost meanwhile.
   * @throws {GpuError} If the read failed.
   */
  async reading<T>(read: Promise<T>): Promise<T> {
    try {
      return await read;
    } catch (error) {
      await this.#settle();
      this.throwIfLost();
      const message = error instanceof Error ? error.message : String(error);
      throw new GpuError(`Cannot read from the GPU: ${message}`, { cause: error });
    }
  }
}
