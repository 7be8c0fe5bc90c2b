import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { execute, readTensor, tf, useEngine } from "../../engine/mod.ts";
import { DeviceLostError, GpuError } from "../../engine/errors.ts";
import type { GuardedWebGPUBackend } from "../../engine/webgpu/backend.ts";
import { requestDevice } from "../../engine/webgpu/device.ts";
import { BINDING_LIMIT, ignores } from "../engines.ts";

/** A test on a device of its own, which errors cannot spoil for other tests. */
function testOnGpu(
  name: string,
  debug: boolean,
  fn: () => Promise<void>,
  ignore = ignores("webgpu"),
): void {
  Deno.test({
    name: `${name} [webgpu]`,
    ignore,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      await useEngine("webgpu", { debug });
      tf.env().set("WEBGPU_CPU_FORWARD", false);
      await fn();
    },
  });
}

const backend = () => tf.backend() as GuardedWebGPUBackend;

/** The shader of a pad of rank 5 does not compile. */
const badPad = () => execute(() => tf.pad(tf.ones([2, 2, 2, 2, 2]), Array(5).fill([1, 1])));

async function stillWorks(): Promise<void> {
  const product = await execute(() => tf.matMul(tf.fill([2, 3], 2), tf.ones([3, 2])));
  assertEquals([...await readTensor(product)], [6, 6, 6, 6]);
  product.dispose();
}

testOnGpu(
  "a shader that does not compile is a GpuError, and the device lives on",
  false,
  async () => {
    const error = await assertRejects(badPad, GpuError);
    assert(!(error instanceof DeviceLostError));
    assert(error.message.includes("debug mode names the op"), error.message);
    await stillWorks();
  },
);

testOnGpu("in debug mode a GpuError names the op and its shapes", true, async () => {
  assert(backend().debug);
  await stillWorks();
  const error = await assertRejects(badPad, GpuError);
  assert(
    /Cannot run \w*Pad\w* \(.*\) of \[2,2,2,2,2\] on the GPU/i.test(error.message),
    error.message,
  );
  await stillWorks();
});

testOnGpu("a binding beyond the device's limit is a GpuError", false, async () => {
  const elements = backend().device.limits.maxStorageBufferBindingSize / 4 + 1024;
  await assertRejects(() => execute(() => tf.square(tf.fill([elements], 2))), GpuError);
  await stillWorks();
  // A real GPU may bind more than this machine could fill.
}, ignores("webgpu") || (BINDING_LIMIT ?? 0) > 2 ** 28);

testOnGpu("errors of the program pass through the guard", false, async () => {
  const caught = await assertRejects(() =>
    execute(() => {
      throw new TypeError("of the program");
    }), TypeError);
  assertEquals(caught.message, "of the program");
  await stillWorks();
});

testOnGpu(
  "a destroyed device is a DeviceLostError, and a new engine works again",
  false,
  async () => {
    await stillWorks();
    assert(!backend().lost);
    backend().device.destroy();
    const error = await assertRejects(stillWorks, DeviceLostError, "the device was lost");
    assertInstanceOf(error, GpuError);
    assert(backend().lost);
    await assertRejects(stillWorks, DeviceLostError);
    await useEngine("webgpu");
    await stillWorks();
  },
);

Deno.test({
  name: "requestDevice() grants every limit of the adapter [webgpu]",
  ignore: ignores("webgpu"),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
    const granted = await requestDevice();
    assert(adapter !== null && granted !== undefined);
    const names = [
      "maxStorageBufferBindingSize",
      "maxBufferSize",
      "maxStorageBuffersPerShaderStage",
      "maxComputeWorkgroupStorageSize",
      "maxComputeInvocationsPerWorkgroup",
    ] as const;
    for (const name of names) assertEquals(granted.device.limits[name], adapter.limits[name], name);
    assert(granted.description.length > 0);
    granted.device.destroy();
  },
});
