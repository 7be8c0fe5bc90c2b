import { assertEquals, assertThrows } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { leastCloudy, linearInTime, maskAwareMean } from "../../restoration/mod.ts";

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
