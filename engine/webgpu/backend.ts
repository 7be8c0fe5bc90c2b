/**
 * The one door to tfjs-backend-webgpu: a backend on our own GPUDevice whose errors are thrown.
 *
 * tfjs alone asks for fewer limits than the adapter has and answers every WebGPU error with zeros.
 *
 * @module
 */

import { WebGPUBackend } from "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
import { DeviceLostError, GpuError } from "../errors.ts";

const SCOPES = ["validation", "out-of-memory", "internal"] as const;

/** What one traced program reported. */
interface OpReport {
  readonly op: string;
  readonly error: Promise<GPUError | null>;
}

/** tfjs on a GPUDevice of ours. */
export class GuardedWebGPUBackend extends WebGPUBackend {
  readonly #debug: boolean;
  readonly #reports: OpReport[] = [];
  readonly #uncaptured: string[] = [];
  #lost: GPUDeviceLostInfo | undefined;

  /**
   * @param device Made by {@linkcode requestDevice}.
   * @param debug Find the op behind an error: one error scope and one submission per op, slow.
   */
  constructor(
    device: GPUDevice,
    { info, debug }: { readonly info: GPUAdapterInfo; readonly debug: boolean },
  ) {
    super(device, info);
    this.#debug = debug;
    device.lost.then((lost) => this.#lost = lost);
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#uncaptured.push((event as GPUUncapturedErrorEvent).error.message);
    });
  }

  /** Whether errors name the op. */
  get debug(): boolean {
    return this.#debug;
  }

  /** Whether the device is gone. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Runs f and throws what the GPU has to say about it.
   *
   * @throws {DeviceLostError} If the device is gone.
   * @throws {GpuError} If a shader, a binding or an allocation failed; names the op when debugging.
   */
  async guard<T>(f: () => T): Promise<T> {
    this.#throwIfLost();
    for (const scope of SCOPES) this.device.pushErrorScope(scope);
    let result: { value: T } | undefined;
    let thrown: { error: unknown } | undefined;
    try {
      result = { value: f() };
      this.#flush();
    } catch (error) {
      thrown = { error };
    }
    const first = await this.#reported();
    if (first !== undefined || thrown !== undefined) {
      // A lost device fails the calls first and settles `lost` a moment later.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    this.#throwIfLost();
    if (first !== undefined) throw new GpuError(first);
    if (thrown !== undefined) throw thrown.error;
    return result!.value;
  }

  /** The first error since the scopes were pushed. */
  async #reported(): Promise<string | undefined> {
    const scopes = await Promise.allSettled(SCOPES.map(() => this.device.popErrorScope()));
    for (const { op, error } of this.#reports.splice(0)) {
      const reported = await error.catch(() => null);
      if (reported !== null) return `Cannot run ${op} on the GPU: ${reported.message}`;
    }
    const inScope = scopes.flatMap((scope) => scope.status === "fulfilled" ? [scope.value] : [])
      .find((error) => error !== null)?.message;
    const message = inScope ?? this.#uncaptured.splice(0)[0];
    if (message === undefined) return undefined;
    return `Cannot compute on the GPU: ${message}${
      this.#debug ? "" : " (debug mode names the op)"
    }`;
  }

  /** Submits what is recorded, so that its errors fall into the open scopes. */
  #flush(): void {
    this.ensureCommandEncoderReady();
    this.endComputePassEncoder();
    this.submitQueue();
  }

  #throwIfLost(): void {
    if (this.#lost !== undefined) {
      const { reason, message } = this.#lost;
      throw new DeviceLostError(
        `Cannot compute on the GPU: the device was lost (${reason || "unknown"}): ${message}`,
      );
    }
  }

  override runWebGPUProgram(
    ...args: Parameters<WebGPUBackend["runWebGPUProgram"]>
  ): ReturnType<WebGPUBackend["runWebGPUProgram"]> {
    if (!this.#debug) return super.runWebGPUProgram(...args);
    for (const scope of SCOPES) this.device.pushErrorScope(scope);
    try {
      const output = super.runWebGPUProgram(...args);
      this.#flush();
      return output;
    } finally {
      const [program, inputs] = args;
      const shapes = inputs.map(({ shape }) => `[${shape}]`).join(", ");
      const op = `${program.constructor.name} (${program.shaderKey.split("_")[0]}) of ${shapes}`;
      const errors = SCOPES.map(() => this.device.popErrorScope());
      this.#reports.push({
        op,
        error: Promise.all(errors).then((all) => all.find((error) => error !== null) ?? null),
      });
    }
  }
}

/** A device with all that the adapter can do. */
export interface GrantedDevice {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  /** Whether the adapter computes on the CPU (llvmpipe, SwiftShader, WARP). */
  readonly software: boolean;
  /** Name for people. */
  readonly description: string;
}

const FEATURES: readonly GPUFeatureName[] = ["shader-f16", "timestamp-query"];

/** The adapter's device with its own limits, or undefined where there is no adapter. */
export async function requestDevice(): Promise<GrantedDevice | undefined> {
  const gpu = (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu;
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === undefined || adapter === null) return undefined;
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: grantedLimits(adapter.limits),
  });
  const { info } = adapter;
  const description = info.description || info.device || info.vendor || "unnamed adapter";
  const software = info.isFallbackAdapter ||
    /llvmpipe|lavapipe|swiftshader|basic render|warp/i.test(description);
  return { device, info, software, description };
}

/** Every limit of the adapter as a plain object. */
function grantedLimits(limits: GPUSupportedLimits): Record<string, number> {
  const names = Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(limits)));
  return Object.fromEntries(
    names.map((name) => [name, (limits as unknown as Record<string, unknown>)[name]] as const)
      .filter((entry): entry is readonly [string, number] =>
        entry[0].startsWith("max") && typeof entry[1] === "number"
      ),
  );
}
