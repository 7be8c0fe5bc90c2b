/**
 * Plain data in shared memory, which Workers can read without a copy.
 *
 * @module
 */

type NumberArray = Float32Array | Uint16Array;

/**
 * Moves the typed arrays of plain data to shared memory. Each array's own memory is freed after its
 * copy, so that at most one array exists twice; the given data must not be used afterwards.
 *
 * @param data Lists, objects, typed arrays and JSON values.
 */
export function moveToSharedMemory<T>(data: T): T;
export function moveToSharedMemory(data: unknown): unknown {
  if (ArrayBuffer.isView(data)) return moved(data as NumberArray);
  if (Array.isArray(data)) return data.map((item) => moveToSharedMemory(item));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, moveToSharedMemory(value)]),
  );
}

function moved(from: NumberArray): NumberArray {
  const { buffer } = from;
  if (buffer instanceof SharedArrayBuffer) return from;
  if (buffer.detached) {
    throw new TypeError(
      "Cannot share an array: it must have memory of its own, got a detached buffer",
    );
  }
  const Numbers = from.constructor as typeof Uint16Array;
  const to = new Numbers(new SharedArrayBuffer(from.byteLength));
  to.set(from);
  if (from.byteLength === buffer.byteLength) buffer.transfer(0);
  return to;
}
