/** Block sizes of the attention shaders, and the shared memory that they take. @module */

import type { Capabilities } from "../../shader.ts";

/** Threads along the columns of a block; each has 4 columns. */
export const ACROSS = 8;
/** Columns of a block. */
export const COLUMNS = 4 * ACROSS;
/** Rows of a thread. */
export const ROWS_EACH = 4;

/** Vectors of a row of a tile: one more than needed, so that rows start in different banks. */
export const strideOf = (size: number) => size / 4 + 1;

/** Bytes of shared memory of the forward pass. */
export function forwardBytes(rows: number, size: number, float16 = false): number {
  const stride = strideOf(size);
  const product = Math.max(COLUMNS * stride, rows * (ACROSS + 1));
  const vectors = rows * stride + product + COLUMNS * stride;
  return (float16 ? 8 : 16) * vectors + 4 * rows * ACROSS;
}

export function backwardBytes(rows: number, size: number): number {
  return 16 * ((2 * rows + COLUMNS) * strideOf(size) + rows * (ACROSS + 1)) + 8 * COLUMNS;
}

/** Rows of a block; undefined if none fits the device. */
function rowsThatFit(
  bytes: (rows: number, size: number) => number,
  size: number,
  { sharedBytes, invocations }: Capabilities,
): number | undefined {
  return [64, 32].find((rows) =>
    bytes(rows, size) <= sharedBytes && rows / ROWS_EACH * ACROSS <= invocations
  );
}

/** True if the device can run both passes for heads of `size` channels. */
export function attentionFits(size: number, capabilities: Capabilities): boolean {
  return size % 4 === 0 && rowsThatFit(forwardBytes, size, capabilities) !== undefined &&
    rowsThatFit(backwardBytes, size, capabilities) !== undefined;
}

export function rowsOrThrow(
  bytes: (rows: number, size: number) => number,
  size: number,
  capabilities: Capabilities,
): number {
  const rows = rowsThatFit(bytes, size, capabilities);
  if (rows === undefined) {
    throw new RangeError(
      `Cannot attend with heads of ${size} channels: a block of 32 rows must fit shared memory, ` +
        `got ${capabilities.sharedBytes} bytes on this device`,
    );
  }
  return rows;
}
