import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  average,
  clearest,
  geometricMedian,
  linear,
  type Mean,
  meanOfFrames,
  median,
  medoid,
} from "../../means/mod.ts";

/** One pixel of two bands at five dates, of which the reference and the last are hidden. */
function pixel(mean: Mean, reference?: number): number[] {
  const values = [[9, 9], [0.1, 0.4], [0.2, 0.1], [0.6, 0.3], [7, 7]];
  // A second pixel, hidden at date 1, makes date 2 and 3 the clearest.
  const frames = values.map((value) => Float32Array.from([...value, ...value]));
  const masks = [[1, 1], [0, 1], [0, 0], [0, 0], [1, 1]].map((flags) => Uint8Array.from(flags));
  const days = [100, 90, 130, 160, 101];
  const { image } = meanOfFrames(mean, { width: 2, height: 1, frames, masks, days, reference });
  return [...image.subarray(0, 2)];
}

function assertNear(found: readonly number[], wanted: readonly number[]): void {
  assertEquals(found.length, wanted.length);
  found.forEach((value, i) => assertAlmostEquals(value, wanted[i]!, 1e-6));
}

Deno.test("average() and median() take the clear dates band by band", () => {
  assertNear(pixel(average({ grow: 0 }), 0), [0.3, 0.8 / 3]);
  assertNear(pixel(median({ grow: 0 }), 0), [0.2, 0.3]);
});

Deno.test("linear() interpolates between the nearest dates before and after", () => {
  assertNear(pixel(linear({ grow: 0 }), 0), [0.75 * 0.1 + 0.25 * 0.2, 0.75 * 0.4 + 0.25 * 0.1]);
});

Deno.test("clearest() takes the date with the most clear ground, the nearest of equals", () => {
  assertNear(pixel(clearest({ grow: 0 }), 0), [0.2, 0.1]);
});

Deno.test("medoid() of a period takes an observed spectrum", () => {
  // Distances 0.32, 0.51 and 0.45, and date 1 counts half.
  assertNear(pixel(medoid({ grow: 0 })), [0.2, 0.1]);
});

Deno.test("geometricMedian() balances the unit vectors to the dates", () => {
  const [x, y] = pixel(geometricMedian({ grow: 0 })) as [number, number];
  let [sumX, sumY] = [0, 0];
  for (const [u, v] of [[0.1, 0.4], [0.2, 0.1], [0.6, 0.3]] as const) {
    const distance = Math.hypot(u - x, v - y);
    sumX += (u - x) / distance;
    sumY += (v - y) / distance;
  }
  assertAlmostEquals(sumX, 0, 1e-3);
  assertAlmostEquals(sumY, 0, 1e-3);
});
