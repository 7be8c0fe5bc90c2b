/**
 * Pixel storage of a report: one byte per value, differences along rows, deflate, base64.
 *
 * Reflectances are coded by their square root, so that the step size grows with the noise of bright
 * pixels: for values up to 1.2 it is 0.0026 at 0.1. Code 0 is no data.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import type { ReportImage } from "./report_data.ts";

/** Values of the codes 1 … 255: low + (high − low)·((code − 1)/254)^power. */
export interface Coding {
  readonly low: number;
  readonly high: number;
  readonly power: 1 | 2;
}

/** A coding that spans the finite values of images. */
export function codingOf(images: readonly ReportImage[], power: 1 | 2): Coding {
  let [low, high] = [Infinity, -Infinity];
  for (const { data } of images) {
    for (const value of data) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low < high
    ? { low, high, power }
    : { low: Number.isFinite(low) ? low : 0, high: (Number.isFinite(low) ? low : 0) + 1, power };
}

/** The code of a value; 0 for NaN. */
export function encode(value: number, { low, high, power }: Coding): number {
  if (Number.isNaN(value)) return 0;
  const share = Math.min(Math.max((value - low) / (high - low), 0), 1);
  return 1 + Math.round(254 * share ** (1 / power));
}

/** Planes of codes, concatenated. */
export class Payload {
  readonly #planes: Uint8Array[] = [];
  #length = 0;

  /** Adds a plane [height, width] of codes and returns its offset. */
  add(codes: Uint8Array, width: number): number {
    const at = this.#length;
    // Backwards, so that each difference is taken to an unchanged code.
    const plane = codes.slice();
    for (let i = plane.length - 1; i > 0; i--) {
      if (i % width !== 0) plane[i]! -= plane[i - 1]!;
    }
    this.#planes.push(plane);
    this.#length += plane.length;
    return at;
  }

  /** Adds values as a plane and returns its offset. */
  addValues(values: Float32Array, width: number, coding: Coding): number {
    return this.add(Uint8Array.from(values, (value) => encode(value, coding)), width);
  }

  /** Adds each band of an image [height, width, depth] as a plane; returns the first offset. */
  addImage(data: Float32Array, { width, depth }: { width: number; depth: number }, coding: Coding) {
    const at = this.#length;
    const plane = new Uint8Array(data.length / depth);
    for (let band = 0; band < depth; band++) {
      for (let i = 0; i < plane.length; i++) plane[i] = encode(data[i * depth + band]!, coding);
      this.add(plane, width);
    }
    return at;
  }

  /** The planes as zlib data in base64. */
  text(): string {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const plane of this.#planes) {
      bytes.set(plane, at);
      at += plane.length;
    }
    return Buffer.from(deflateSync(bytes, { level: 9 })).toString("base64");
  }
}
