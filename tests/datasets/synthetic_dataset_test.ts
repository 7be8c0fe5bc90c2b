/** What the frames of a synthetic sample differ in: dates, season, cirrus; and its masks. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { createRng, type Raster } from "../../core/mod.ts";
import { syntheticDataset } from "../../datasets/mod.ts";
import { otherDay } from "../../synthetic/other_day.ts";

/** A flat raster: every band of every pixel holds one number. */
function flat(value: number, bands: readonly string[], size = 32): Raster {
  const data = new Uint16Array(size * size * bands.length).fill(value);
  return { width: size, height: size, bands, dtype: "uint16", data };
}

const RGBN = ["B04", "B03", "B02", "B08"];
const QUIET = { cover: [0, 0], overcast: 0, cirrus: 0, jitter: 0, season: 0 } as const;

/** Which of two dates each frame of many samples shows. */
async function datesShown(mix: number): Promise<readonly (readonly number[])[]> {
  const places = [[flat(1000, RGBN), flat(6000, RGBN)]];
  const dataset = syntheticDataset({ places, tileSize: 32, length: 3, mix, ...QUIET });
  const samples = Array.from({ length: 200 }, (_, i) => dataset.sample(i, createRng(1)));
  return (await Promise.all(samples)).map(({ cloudy }) =>
    [0, 1, 2].map((l) => cloudy[l * 32 * 32 * 4]! > 3500 ? 1 : 0)
  );
}

Deno.test("a share `mix` of the samples shows both dates, the others one", async () => {
  for (const mix of [0, 0.5, 1]) {
    const mixed = (await datesShown(mix)).filter((dates) => new Set(dates).size > 1).length / 200;
    // Five standard deviations of 200 draws.
    assert(Math.abs(mixed - mix) <= 5 * Math.sqrt(mix * (1 - mix) / 200), `${mixed} of ${mix}`);
  }
  const ones = (await datesShown(1)).flat().filter((date) => date === 1).length / 600;
  assert(Math.abs(ones - 0.5) < 0.1, "both dates are shown about as often");
});

Deno.test("with otherDates, no other frame shows the reference's date, and days come along", async () => {
  const days = [["2018-03-07", "2018-07-05"]];
  const places = [[flat(1000, RGBN), flat(6000, RGBN)]];
  const dataset = syntheticDataset({
    places,
    days,
    tileSize: 32,
    length: 3,
    otherDates: true,
    ...QUIET,
  });
  const seen = new Set<number>();
  for (let i = 0; i < 20; i++) {
    const { cloudy, reference, target, dates } = await dataset.sample(i, createRng(1));
    const shown = [0, 1, 2].map((l) => cloudy[l * 32 * 32 * 4]! > 3500 ? 1 : 0);
    const own = target[0] === 1000 ? 0 : 1;
    const dateOf = (l: number) => l === reference ? own : 1 - own;
    assertEquals(shown, [0, 1, 2].map(dateOf));
    assertEquals(dates, [0, 1, 2].map((l) => days[0]![dateOf(l)]!));
    seen.add(own);
  }
  assertEquals(seen.size, 2);
  assertThrows(
    () => syntheticDataset({ places: [[flat(1, RGBN)]], tileSize: 32, otherDates: true }),
    RangeError,
    "each place must have two dates",
  );
});

Deno.test("the target is the clear image of the reference, whatever the others show", async () => {
  const places = [[flat(1000, RGBN), flat(3000, RGBN)]];
  const dataset = syntheticDataset({ places, tileSize: 32, length: 3, mix: 1 });
  for (let i = 0; i < 20; i++) {
    const { cloudy, target, reference, mask } = await dataset.sample(i, createRng(2));
    const [first] = target;
    assert(target.every((value) => value === first));
    const pixels = 32 * 32;
    assertEquals(mask!.length, 3 * pixels);
    const own = mask!.subarray(reference * pixels, (reference + 1) * pixels);
    for (let pixel = 0; pixel < pixels; pixel++) {
      // Haze below the mask's threshold still shows: under 10 % of the way to its brightness.
      const value = cloudy[(reference * pixels + pixel) * 4]!;
      if (own[pixel] === 0) assert(Math.abs(value - first!) < 0.35 * first! + 500);
    }
  }
});

Deno.test("auxiliary bands are the frame's own, under the same clouds, and no part of the image", async () => {
  const scene = [flat(1000, RGBN), flat(1200, RGBN)];
  const whole = syntheticDataset({ places: [scene], tileSize: 32 });
  const divided = syntheticDataset({ places: [scene], tileSize: 32, auxiliaryBands: ["B08"] });
  assertEquals(divided.bands, ["B04", "B03", "B02"]);
  const [all, parts] = [
    await whole.sample(3, createRng(5)),
    await divided.sample(3, createRng(5)),
  ];
  const band = (data: Float32Array, b: number) => data.filter((_, i) => i % 4 === b);
  assertEquals(parts.auxiliary, band(all.cloudy, 3));
  assertEquals(parts.cloudy, all.cloudy.filter((_, i) => i % 4 !== 3));
  assertEquals(parts.target, all.target.filter((_, i) => i % 4 !== 3));
  assertThrows(
    () => syntheticDataset({ places: [scene], tileSize: 32, auxiliaryBands: ["B11"] }),
    RangeError,
    "B11",
  );
});

Deno.test("cirrus brightens B10 and hides the ground a little", async () => {
  const places = [[flat(1500, ["B04", "B10"])]];
  const options = { places, tileSize: 32, length: 1, cover: [0, 0], overcast: 0 } as const;
  const mean = (data: Float32Array, b: number) =>
    data.filter((_, i) => i % 2 === b).reduce((sum, value) => sum + value, 0) / (32 * 32);
  let brighter = 0;
  for (let i = 0; i < 20; i++) {
    const none = await syntheticDataset({ ...options, cirrus: 0 }).sample(i, createRng(1));
    const some = await syntheticDataset({ ...options, cirrus: 1 }).sample(i, createRng(1));
    assert(some.mask!.reduce((a, b) => a + b, 0) >= none.mask!.reduce((a, b) => a + b, 0));
    if (mean(some.cloudy, 1) !== mean(none.cloudy, 1)) brighter++;
  }
  assert(brighter >= 19, `${brighter} of 20`);
});

Deno.test("another season moves vegetation and leaves bare ground", () => {
  const bands = ["B04", "B08", "B11"];
  const pixels = (values: readonly number[]): Raster => ({
    ...flat(0, bands, 1),
    data: Uint16Array.from(values),
  });
  const day = { jitter: 0, season: 0.3 };
  const bare = otherDay(pixels([2000, 2200, 3000]), createRng(1), day);
  assertEquals([...bare.data], [2000, 2200, 3000]);
  let [least, most] = [Infinity, -Infinity];
  for (let seed = 0; seed < 50; seed++) {
    const { data: [red, near, short] } = otherDay(
      pixels([500, 4000, 2000]),
      createRng(seed),
      day,
    );
    assert(Math.sign(near! - 4000) !== Math.sign(red! - 500) || near === 4000);
    assert(Math.sign(near! - 4000) !== Math.sign(short! - 2000) || near === 4000);
    [least, most] = [Math.min(least, near!), Math.max(most, near!)];
  }
  assert(least > 2790 && least < 3200 && most > 4800 && most < 5210, `${least} … ${most}`);
});

Deno.test("hidden clouds are opaque cloud, and the same samples else", async () => {
  const places = [[flat(1000, RGBN), flat(3000, RGBN)]];
  const opaqueCloud = [7001, 7002, 7003, 7004];
  const options = { places, tileSize: 32, length: 3, cover: [0.4, 0.6] } as const;
  const shown = syntheticDataset(options);
  const half = syntheticDataset({ ...options, hidden: 0.5, opaqueCloud });
  let [hidden, thin] = [0, 0];
  for (let i = 0; i < 60; i++) {
    const [a, b] = [await shown.sample(i, createRng(4)), await half.sample(i, createRng(4))];
    assertEquals([b.mask, b.target, b.reference], [a.mask, a.target, a.reference]);
    let painted = 0;
    for (let pixel = 0; pixel < a.mask!.length; pixel++) {
      const at = pixel * 4;
      const [before, after] = [a, b].map(({ cloudy }) => cloudy.subarray(at, at + 4)) as [
        Float32Array,
        Float32Array,
      ];
      if (after.every((value, band) => value === opaqueCloud[band])) {
        painted++;
        assertEquals(a.mask![pixel], 1, "clear ground is not hidden");
      } else {
        assertEquals(after, before);
        if (a.mask![pixel] === 1) thin++;
      }
    }
    if (painted > 0) hidden++;
  }
  // Five standard deviations of 60 draws.
  assert(Math.abs(hidden / 60 - 0.5) < 5 * Math.sqrt(0.25 / 60), `${hidden} of 60`);
  assert(thin > 0, "shadows, samples that are not hidden and thin clouds of some frames stay");
  assertThrows(
    () => syntheticDataset({ ...options, hidden: 0.5, opaqueCloud: [1] }),
    RangeError,
    "opaqueCloud must have a number for each of 4 bands, got 1",
  );
});
