import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BufferPool } from "../../engine/webgpu/buffer_pool.ts";

/** Counts what is created and destroyed. */
function countingDevice() {
  const alive = new Set<object>();
  return {
    alive,
    createBuffer({ size, usage }: GPUBufferDescriptor): GPUBuffer {
      const buffer = { size, usage, destroy: () => alive.delete(buffer) };
      alive.add(buffer);
      return buffer as unknown as GPUBuffer;
    },
  };
}

const USAGE = 128;

Deno.test("a buffer is used again for the same size and usage alone", () => {
  const device = countingDevice();
  const pool = new BufferPool(device);
  const first = pool.acquireBuffer(64, USAGE);
  pool.releaseBuffer(first);
  assert(pool.acquireBuffer(64, USAGE + 1) !== first);
  assert(pool.acquireBuffer(32, USAGE) !== first);
  assertStrictEquals(pool.acquireBuffer(64, USAGE), first);
  assertEquals([pool.numBytesUsed, pool.numBytesAllocated], [160, 160]);
  assertEquals([pool.getNumUsedBuffers(), pool.getNumFreeBuffers()], [3, 0]);
});

Deno.test("many shapes do not fill the device", () => {
  const device = countingDevice();
  const pool = new BufferPool(device, 1000);
  for (let size = 100; size < 400; size++) {
    const both = [pool.acquireBuffer(size, USAGE), pool.acquireBuffer(2 * size, USAGE)];
    both.forEach((buffer) => pool.releaseBuffer(buffer));
  }
  // At most 3·399 bytes were in use at once.
  assert(pool.numBytesAllocated <= 1197, `${pool.numBytesAllocated} bytes`);
  assertEquals(pool.numBytesUsed, 0);
  assertEquals(device.alive.size, pool.getNumFreeBuffers());
});

Deno.test("a loop of the same shapes creates nothing new", () => {
  const device = countingDevice();
  let created = 0;
  const pool = new BufferPool({
    createBuffer: (descriptor) => {
      created++;
      return device.createBuffer(descriptor);
    },
  }, 0);
  const step = () => {
    const held = [10, 20, 30].map((size) => pool.acquireBuffer(size, USAGE));
    held.forEach((buffer) => pool.releaseBuffer(buffer));
  };
  step();
  const before = created;
  for (let i = 0; i < 10; i++) step();
  assertEquals(created, before);
});

Deno.test("a buffer is released once, and destroyed where it is not to be used again", () => {
  const device = countingDevice();
  const pool = new BufferPool(device);
  const buffer = pool.acquireBuffer(8, USAGE, true, false);
  pool.releaseBuffer(buffer, false);
  assertEquals([device.alive.size, pool.numBytesAllocated], [0, 0]);
  assertThrows(() => pool.releaseBuffer(buffer), Error, "not in use");
  pool.releaseBuffer(pool.acquireBuffer(8, USAGE));
  pool.acquireBuffer(16, USAGE);
  pool.dispose();
  assertEquals(device.alive.size, 0);
});
