/**
 * Tests that run on every engine: one `Deno.test` per engine, each of which counts tensors.
 *
 * WebGPU tests are ignored visibly where there is no hardware adapter, since a software adapter takes
 * minutes for them. With `EMRDM_REQUIRE_WEBGPU=1` they run on any adapter, and fail without one.
 */

import { requestDevice } from "../engine/webgpu/device.ts";
import { type EngineName, readTensor, type Tensor, tf, useEngine } from "../engine/mod.ts";
import { createRng } from "../core/mod.ts";
import { assert, assertEquals } from "./assert.ts";
import { run } from "./run.ts";
import { RUN_SLOW } from "./slow.ts";

/** Every engine there is. */
export const ALL_ENGINES: readonly EngineName[] = ["cpu", "wasm", "native", "webgpu"];

const required = Deno.env.get("EMRDM_REQUIRE_WEBGPU") === "1";

const granted = await requestDevice();
granted?.device.destroy();

/** True where there is a WebGPU adapter, hardware or software. */
export const HAS_ADAPTER: boolean = granted !== undefined;

const usable = granted !== undefined && (!granted.software || required);

/** Largest binding of the WebGPU device in bytes; undefined where WebGPU tests are ignored. */
export const BINDING_LIMIT: number | undefined = usable
  ? granted.device.limits.maxStorageBufferBindingSize
  : undefined;

/** True where tests of an engine are ignored: no hardware adapter, and none is required. */
export function ignores(engine: EngineName): boolean {
  return engine === "webgpu" && !usable && !required;
}

/** Makes an engine current; one WebGPU device serves all tests of a file. */
export async function switchEngine(name: EngineName): Promise<void> {
  if (tf.engine().registry[name] === undefined) {
    await useEngine(name);
    // Otherwise small tensors are computed in JavaScript, and the GPU is not tested.
    if (name === "webgpu") tf.env().set("WEBGPU_CPU_FORWARD", false);
  } else {
    assert(await tf.setBackend(name), `engine ${name} must start`);
  }
}

/** Registers a test of one engine that fails where it leaves tensors behind. */
export function testOn(
  engine: EngineName,
  name: string,
  fn: () => void | Promise<void>,
  { ignore = false }: { readonly ignore?: boolean } = {},
): void {
  Deno.test({
    name: `${name} [${engine}]`,
    ignore: ignore || ignores(engine),
    // A GPUDevice and a worker outlive the test that asked for them.
    sanitizeOps: engine !== "webgpu" && engine !== "native",
    sanitizeResources: engine !== "webgpu" && engine !== "native",
    fn: async () => {
      // Files that share a program choose their engine when they are loaded.
      const others = tf.engine().backendName;
      await switchEngine(engine);
      try {
        const before = tf.memory().numTensors;
        await fn();
        assertEquals(tf.memory().numTensors, before, "tensors must not leak");
      } finally {
        if (others) await tf.setBackend(others);
      }
    },
  });
}

/**
 * Registers a test of whole networks once per engine. On the plain engine, which takes ten times as
 * long as the others, only `deno task test:all` runs it.
 */
export function testNetworksOnEngines(
  name: string,
  fn: (engine: EngineName) => void | Promise<void>,
  engines: readonly EngineName[] = ALL_ENGINES,
): void {
  for (const engine of engines) {
    testOn(engine, name, () => fn(engine), { ignore: engine === "cpu" && !RUN_SLOW });
  }
}

/** Registers the test once per engine. */
export function testOnEngines(
  name: string,
  fn: (engine: EngineName) => void | Promise<void>,
  engines: readonly EngineName[] = ALL_ENGINES,
): void {
  for (const engine of engines) testOn(engine, name, () => fn(engine));
}

/** The values of a tensor that f makes; everything that f makes is disposed. */
export async function valuesOf(f: () => Tensor): Promise<Float32Array> {
  const tensor = await run(f);
  const values = await readTensor(tensor);
  tensor.dispose();
  return values;
}

/** The values of several tensors that f makes. */
export async function allValuesOf(f: () => readonly Tensor[]): Promise<Float32Array[]> {
  const tensors = await run(() => [...f()]);
  const values: Float32Array[] = [];
  for (const tensor of tensors) {
    values.push(await readTensor(tensor));
    tensor.dispose();
  }
  return values;
}

/** Seeded normal numbers. */
export function normals(count: number, purpose: string | number): Float32Array {
  return createRng(11).fork(purpose).normals(count);
}

/** A seeded normal tensor. */
export function normalTensor<T extends Tensor>(
  shape: readonly number[],
  purpose: string | number,
): T {
  return tf.tensor(normals(elements(shape), purpose), shape as number[]) as T;
}

/** Elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Greatest absolute difference; lengths must be equal and every number finite. */
export function maxDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assertEquals(actual.length, expected.length, "lengths must be equal");
  let most = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    assert(Number.isFinite(difference), `number ${i}: got ${actual[i]} for ${expected[i]}`);
    most = Math.max(most, difference);
  }
  return most;
}

/** Asserts that arrays are equal within `tolerance` of the greatest expected magnitude (≥ 1). */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "values",
): void {
  const scale = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  const most = maxDifference(actual, expected);
  assert(most <= tolerance * scale, `${what} differ by ${most}, allowed ${tolerance * scale}`);
}
