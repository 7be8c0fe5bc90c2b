import { assert, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { createRng, type Raster } from "../../core/mod.ts";
import {
  CLOUD_CLASSES,
  detectClouds,
  detectDates,
  detectInTime,
  surveyClouds,
} from "../../clouds/mod.ts";
import { otherDay, syntheticClouds, syntheticScene } from "../../synthetic/mod.ts";

const SIDE = 112;
const { clear, thick, thin, shadow } = CLOUD_CLASSES;

/** Three dates of a painted landscape, the second and third under light and season of their own. */
function places(seed = 3): readonly Raster[] {
  const rng = createRng(seed);
  const first = syntheticScene(rng.fork("scene"), { width: SIDE, height: SIDE });
  const change = { jitter: 0.06, season: 0.2 };
  return [
    first,
    otherDay(first, rng.fork("second"), change),
    otherDay(first, rng.fork("third"), change),
  ];
}

const CLOUDS = { cover: 0.3, scale: 40, density: 0.8, haze: 0.01 } as const;

/** The dates under clouds, with their masks. */
function cloudy(dates: readonly Raster[]): { frames: Raster[]; masks: Uint8Array[] } {
  const drawn = dates.map((date, t) => syntheticClouds(date, createRng(40 + t), CLOUDS));
  return {
    frames: drawn.map(({ cloudy }) => cloudy),
    masks: drawn.map(({ mask }) => mask.data as Uint8Array),
  };
}

function part(raster: Raster, x: number, y: number, width: number, height: number): Raster {
  const depth = raster.bands.length;
  const data = new Uint16Array(width * height * depth);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * raster.width + x) * depth;
    data.set(raster.data.subarray(from, from + width * depth) as Uint16Array, row * width * depth);
  }
  return { ...raster, width, height, data };
}

function pick(raster: Raster, bands: readonly string[]): Raster {
  const depth = raster.bands.length;
  const at = bands.map((band) => raster.bands.indexOf(band));
  const data = Uint16Array.from(
    { length: raster.width * raster.height * at.length },
    (_, i) => raster.data[Math.floor(i / at.length) * depth + at[i % at.length]!]!,
  );
  return { ...raster, bands, data };
}

function fitOf(frames: readonly Raster[]) {
  const [{ width, height, bands }] = frames as [Raster];
  const survey = surveyClouds({ width, height, bands, dates: frames.map(() => ({})) });
  survey.add({ row: 0, column: 0, frames });
  return survey.finish();
}

/** F1 of all classes but clear. */
function score(masks: readonly Uint8Array[], found: readonly Uint8Array[]): number {
  let [both, either] = [0, 0];
  masks.forEach((mask, t) =>
    mask.forEach((truth, i) => {
      const [a, b] = [truth > 0, found[t]![i]! > 0];
      if (a && b) both++;
      either += Number(a) + Number(b);
    })
  );
  return 2 * both / either;
}

const share = (classes: Uint8Array, kinds: readonly number[]) =>
  classes.filter((kind) => kinds.includes(kind)).length / classes.length;

Deno.test("detectInTime() finds drawn clouds on three dates, with 13 bands and with RGB + NIR", () => {
  const { frames, masks } = cloudy(places());
  for (const bands of [frames[0]!.bands, ["B02", "B03", "B04", "B08"]]) {
    const chosen = frames.map((frame) => pick(frame, bands));
    const found = detectInTime(chosen, fitOf(chosen));
    assertGreater(score(masks, found), 0.9, bands.join());
    assertEquals(new Set(found.flatMap((one) => [...new Set(one)])).size, 4);
  }
});

Deno.test("detectInTime() leaves clear dates clear", () => {
  const dates = places();
  for (const classes of detectInTime(dates, fitOf(dates))) {
    assertLess(share(classes, [thick, thin, shadow]), 0.02);
  }
});

Deno.test("detectInTime() does not take a harvested field for cloud or shadow", () => {
  const dates = places();
  const changed = dates[1]!;
  const depth = changed.bands.length;
  const data = changed.data.slice() as Uint16Array;
  // Stubble: red and short-wave infrared rise, the near infrared falls.
  const stubble: Record<string, number> = {
    B02: 1150,
    B03: 1300,
    B04: 1550,
    B05: 1700,
    B06: 2000,
    B07: 2150,
    B08: 2300,
    B8A: 2400,
    B11: 3100,
    B12: 2300,
  };
  for (let y = 40; y < 80; y++) {
    for (let x = 30; x < 75; x++) {
      changed.bands.forEach((band, b) => {
        if (stubble[band] !== undefined) data[(y * SIDE + x) * depth + b] = stubble[band];
      });
    }
  }
  const frames = [dates[0]!, { ...changed, data }, dates[2]!];
  const [, found] = detectInTime(frames, fitOf(frames));
  const field = part({ ...changed, bands: ["class"], data: found! } as Raster, 33, 43, 39, 34);
  assertLess(share(Uint8Array.from(field.data), [thick, thin, shadow]), 0.1);
});

Deno.test("detectInTime() over windows equals the whole, whatever the survey's blocks", () => {
  const { frames } = cloudy(places());
  const [{ width, height, bands }] = frames as [Raster];
  const whole = fitOf(frames);
  const survey = surveyClouds({ width, height, bands, dates: frames.map(() => ({})) });
  for (const [x, y, w, h] of [[59, 0, 53, 51], [0, 0, 61, 51], [0, 51, 112, 61]] as const) {
    survey.add({ column: x, row: y, frames: frames.map((frame) => part(frame, x, y, w, h)) });
  }
  const fit = survey.finish();
  assertEquals(fit, whole);
  const expected = detectInTime(frames, whole);
  const { margin } = fit;
  const [left, top, right, bottom] = [40, 41, 71, 66];
  const [x0, y0] = [left - margin, top - margin];
  const [w, h] = [right - left + 2 * margin, bottom - top + 2 * margin];
  const found = detectInTime(frames.map((frame) => part(frame, x0, y0, w, h)), fit, {
    column: x0,
    row: y0,
  });
  for (const [t, classes] of found.entries()) {
    for (let y = top; y < bottom; y++) {
      const row = classes.subarray((y - y0) * w + margin, (y - y0) * w + w - margin);
      assertEquals(row, expected[t]!.subarray(y * SIDE + left, y * SIDE + right));
    }
  }
});

Deno.test("detectInTime() finds drawn clouds on two dates, with 13 bands and with RGB + NIR", () => {
  const { frames, masks } = cloudy(places());
  for (const bands of [frames[0]!.bands, ["B02", "B03", "B04", "B08"]]) {
    const two = frames.slice(0, 2).map((frame) => pick(frame, bands));
    const fit = fitOf(two);
    assertEquals(fit.notes, []);
    assertGreater(score(masks.slice(0, 2), detectInTime(two, fit)), 0.88, bands.join());
  }
});

Deno.test("detectInTime() over a window of two dates equals the whole, with an odd origin too", () => {
  const size = { width: 200, height: 64 };
  const first = syntheticScene(createRng(8), size);
  const second = otherDay(first, createRng(9), { jitter: 0.06, season: 0.2 });
  const { frames } = cloudy([first, second]);
  const fit = fitOf(frames);
  const expected = detectInTime(frames, fit);
  const [left, right] = [89, 110];
  const x0 = left - fit.margin;
  const w = right - left + 2 * fit.margin;
  assert(x0 > 0 && x0 + w < size.width);
  const found = detectInTime(frames.map((frame) => part(frame, x0, 0, w, size.height)), fit, {
    column: x0,
  });
  for (const [t, classes] of found.entries()) {
    assert(new Set(expected[t]).size > 2);
    for (let y = 0; y < size.height; y++) {
      const row = classes.subarray(y * w + fit.margin, (y + 1) * w - fit.margin);
      const at = y * size.width;
      assertEquals(row, expected[t]!.subarray(at + left, at + right));
    }
  }
});

Deno.test("detectInTime() classifies a single date on its own, and the fit says so", () => {
  const { frames: [frame] } = cloudy(places());
  const fit = fitOf([frame!]);
  assertEquals(fit.notes.length, 1);
  assert(fit.notes[0]!.includes("2 dates, got 1"));
  assertEquals(detectInTime([frame!], fit), [detectClouds(frame!)]);
});

Deno.test("detectDates() compares dates in memory, and takes each alone without near infrared", () => {
  const { frames } = cloudy(places());
  const days = [10, 20, 45];
  const { width, height, bands } = frames[0]!;
  const survey = surveyClouds({ width, height, bands, dates: days.map((day) => ({ day })) });
  survey.add({ row: 0, column: 0, frames });
  assertEquals(detectDates(frames, { days }), detectInTime(frames, survey.finish()));
  const visible = frames.map((frame) => pick(frame, ["B02", "B03", "B04"]));
  assertEquals(detectDates(visible), visible.map((frame) => detectClouds(frame)));
  assertEquals(detectDates(frames.slice(0, 1)), [detectClouds(frames[0]!)]);
  assertEquals(detectDates([]), []);
});

Deno.test("detectInTime() leaves pixels without data unknown and the others as they are", () => {
  const { frames } = cloudy(places());
  const data = frames[0]!.data.slice() as Uint16Array;
  data.fill(0, 0, 20 * SIDE * frames[0]!.bands.length);
  const holed = [{ ...frames[0]!, data }, frames[1]!, frames[2]!];
  const found = detectInTime(holed, fitOf(holed));
  assertEquals(share(found[0]!.subarray(0, 20 * SIDE), [255]), 1);
  assertEquals(share(found[0]!.subarray(20 * SIDE), [255]), 0);
  assertEquals(share(found[1]!, [255]), 0);
});

Deno.test("detectClouds() finds the clouds of surface reflectance with level L2A", () => {
  const { frames, masks } = cloudy(places());
  // Surface reflectance of a standard atmosphere, in the bands that show haze.
  const lines: Record<string, readonly [number, number]> = {
    B02: [920, 0.63],
    B03: [565, 0.67],
    B04: [335, 0.78],
    B08: [235, 0.82],
    B11: [67.5, 0.9],
  };
  const bands = Object.keys(lines);
  const surface = frames.map((frame) => {
    const one = pick(frame, bands);
    const data = Uint16Array.from(one.data, (value, i) => {
      const [a, b] = lines[bands[i % bands.length]!]!;
      return Math.max(1, Math.round((value - a) / b));
    });
    return { ...one, data };
  });
  const as = (level: "L1C" | "L2A") =>
    score(masks, surface.map((frame) => detectClouds(frame, { level })));
  assertGreater(as("L2A"), as("L1C") + 0.02);
});

Deno.test("surveyClouds() says which band it lacks", () => {
  const options = { width: 9, height: 9, dates: [{}, {}, {}] };
  assertThrows(
    () => surveyClouds({ ...options, bands: ["B02", "B03", "B04"] }),
    RangeError,
    "without B08 or B8A",
  );
  assertThrows(
    () => surveyClouds({ ...options, bands: ["B02"], dates: [{ scales: [1, 2] }] }),
    RangeError,
    "scales must have one finite value for each of 1 bands",
  );
  assertEquals(clear, 0);
});
