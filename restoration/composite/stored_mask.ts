/**
 * The mask of a date whose classes a first pass has kept.
 *
 * @module
 */

import type { MaskSource } from "../scene.ts";
import type { Size } from "../rows/tiles.ts";
import type { ClassStore } from "./class_store.ts";
import { MASK_BLOCK } from "./date_rows.ts";

/** Rows of blocks that stay unpacked: windows of one row of blocks follow each other. */
const UNPACKED = 3;

/** Mask of a date from the classes that the first pass kept. */
export function storedMask(
  store: ClassStore,
  { date, scene: { width, height } }: { readonly date: number; readonly scene: Size },
): MaskSource {
  const unpacked = new Map<number, Promise<Uint8Array | undefined>>();
  const rowsAt = (first: number) => {
    const known = unpacked.get(first);
    if (known !== undefined) return known;
    const classes = store.get(date, first);
    unpacked.set(first, classes);
    for (const old of [...unpacked.keys()].slice(0, -UNPACKED)) unpacked.delete(old);
    return classes;
  };
  return {
    async read(window) {
      const out = new Uint8Array(window.width * window.height);
      const end = Math.min(height, window.row + window.height);
      for (let row = window.row; row < end;) {
        const first = Math.floor(row / MASK_BLOCK.rows) * MASK_BLOCK.rows;
        const last = Math.min(end, first + MASK_BLOCK.rows);
        const classes = await rowsAt(first);
        for (; row < last; row++) {
          if (classes === undefined) continue;
          const at = (row - first) * width + window.column;
          out.set(classes.subarray(at, at + window.width), (row - window.row) * window.width);
        }
      }
      return out;
    },
  };
}
