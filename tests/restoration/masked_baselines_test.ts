import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import {
  leastCloudy,
  linearInTime,
  maskAwareMean,
  maskAwareMedian,
  smoothFill,
} from "../../restoration/mod.ts";

/** One row of pixels with one band. */
function row(values: readonly number[]): Raster {
  const data = Uint16Array.from(values);
  return { width: values.length, height: 1, bands: ["B02"], dtype: "uint16", data, nodata: 0 };
}

const mask = (...flags: readonly number[]) => Uint8Array.from(flags);
const FRAMES = [row([10, 10, 10, 10]), row([90, 90, 90, 0]), row([40, 40, 40, 0])];
const MASKS = [mask(0, 0, 1, 1), mask(1, 0, 1, 0), mask(0, 1, 1, 0)];

Deno.test("maskAwareMean() leaves out cloud and gaps, and takes the median where all is cloud", () => {
  // Clear dates: 0 and 2; 0 and 1; none, median of three; none with data but the cloudy first.
  assertEquals([...maskAwareMean(FRAMES, { masks: MASKS }).data], [25, 50, 40, 10]);
});

Deno.test("maskAwareMedian() is the median of the clear dates", () => {
  const frames = [row([10, 10, 10]), row([90, 90, 90]), row([40, 40, 40]), row([50, 0, 50])];
  const masks = [mask(0, 0, 1), mask(0, 0, 1), mask(0, 1, 1), mask(1, 0, 1)];
  // Three clear dates; two with data; none: the median of all.
  assertEquals([...maskAwareMedian(frames, { masks }).data], [40, 50, 45]);
});

Deno.test("smoothFill() is linear between clear edges, exact in a flat image, and keeps clear pixels", () => {
  const side = 24;
  const of = (value: (x: number, y: number) => number) => ({
    width: side,
    height: side,
    bands: ["B02"],
    dtype: "float32" as const,
    data: Float32Array.from(
      { length: side * side },
      (_, i) => value(i % side, Math.floor(i / side)),
    ),
  });
  const hidden = Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    return x > 5 && x < 16 && y > 7 && y < 18 ? 1 : 0;
  });
  const under = (clear: ReturnType<typeof of>) => ({
    ...clear,
    data: clear.data.map((value, i) => hidden[i] === 1 ? 9 : value),
  });
  const flat = of(() => 0.25);
  assertEquals(smoothFill(under(flat), hidden).data, flat.data);
  const slope = of((x, y) => 0.1 + 0.01 * x + 0.02 * y);
  const filled = smoothFill(under(slope), hidden).data;
  for (const [i, value] of filled.entries()) {
    if (hidden[i] === 0) assertEquals(value, slope.data[i]);
    // 200 steps over a hole of 10 pixels leave less than a thousandth.
    assert(Math.abs(value - slope.data[i]!) < 1e-3, `${value} for ${slope.data[i]}`);
  }
  assertThrows(() => smoothFill(flat, mask(0)), TypeError, "576 pixels, got 1");
});

Deno.test("linearInTime() weighs clear dates by days, whatever their order", () => {
  const dates = ["2018-03-01", "2018-03-11", "2018-03-31"];
  const options = { masks: MASKS, dates, reference: 1 };
  // 10 days of 30 from 10 to 40; clear itself; median; the cloudy first, which alone has data.
  assertEquals([...linearInTime(FRAMES, options).data], [20, 90, 40, 10]);
  const order = [2, 0, 1];
  const turned = {
    masks: order.map((l) => MASKS[l]!),
    dates: order.map((l) => dates[l]!),
    reference: 2,
  };
  assertEquals(
    linearInTime(order.map((l) => FRAMES[l]!), turned).data,
    linearInTime(FRAMES, options).data,
  );
  // Beyond the last clear date, its number.
  const last = { masks: [mask(0, 0, 0, 0), MASKS[1]!, mask(1, 1, 1, 1)], dates, reference: 2 };
  assertEquals([...linearInTime(FRAMES, last).data], [10, 90, 10, 10]);
  assertThrows(
    () => linearInTime(FRAMES, { ...options, dates: dates.slice(1) }),
    RangeError,
    "for each of 3 dates",
  );
});

Deno.test("leastCloudy() goes by masks where they are given", () => {
  // Without data counts as cloudy: 2, 3 and 3 pixels.
  assertEquals(leastCloudy(FRAMES, { masks: MASKS }), FRAMES[0]);
  const masks = [mask(1, 1, 1, 1), MASKS[1]!, mask(0, 0, 0, 0)];
  assertEquals(leastCloudy(FRAMES, { masks }), FRAMES[2]);
});
