/**
 * Plain data that Workers share instead of copying it.
 *
 * @module
 */

type NumberArray = Float32Array | Uint16Array;

/**
 * The same data with its numbers in shared memory. The memory that they were in is freed at once, so
 * that no more than one array is there twice: the data given must not be used any more.
 *
 * @param data Lists, objects, typed arrays and what JSON knows.
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
    throw new TypeError("Cannot share numbers: every array must have memory of its own, got none");
  }
  const Numbers = from.constructor as typeof Uint16Array;
  const to = new Numbers(new SharedArrayBuffer(from.byteLength));
  to.set(from);
  if (from.byteLength === buffer.byteLength) buffer.transfer(0);
  return to;
}
