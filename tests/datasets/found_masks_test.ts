import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { createRng, type Raster } from "../../core/mod.ts";
import { detectClouds, detectDates } from "../../clouds/mod.ts";
import { syntheticDataset } from "../../datasets/mod.ts";
import { foundMasksOf } from "../../datasets/found_masks.ts";
import { otherDay, realCloud, syntheticClouds, syntheticScene } from "../../synthetic/mod.ts";

const SIDE = 80;
const first = syntheticScene(createRng(3), { width: SIDE, height: SIDE });
const second = otherDay(first, createRng(4), { jitter: 0.05, season: 0.1 });
const PLACE = [first, second];
const cloudy = (raster: Raster, seed: number) =>
  syntheticClouds(raster, createRng(seed), { cover: 0.4, scale: 30, haze: 0.01 }).cloudy;
const OPTIONS = {
  places: [PLACE],
  tileSize: 64,
  length: 2,
  otherDates: true,
  cover: [0.2, 0.6],
} as const;

const flagged = (classes: Uint8Array) => classes.map((kind) => kind === 0 ? 0 : 1);

Deno.test("foundMasksOf() compares all frames or finds clouds on each alone", () => {
  const frames = [cloudy(first, 1), cloudy(second, 2)];
  const together = detectDates(frames).map(flagged);
  const alone = frames.map((frame) => flagged(detectClouds(frame)));
  assertNotEquals(together, alone);
  const found = Array.from(
    { length: 6 },
    (_, seed) => foundMasksOf(frames, { reference: 1, rng: createRng(seed) }),
  );
  const swapped = detectDates([...frames].reverse()).map(flagged).reverse();
  for (const masks of found) {
    const isAlone = String(masks) === String(alone);
    assert(isAlone || String(masks) === String(swapped));
  }
  assert(new Set(found.map(String)).size === 2);
});

Deno.test("foundMasks of synthetic samples change masks and nothing else", async () => {
  const [exact, found] = [0, 1].map((foundMasks) => syntheticDataset({ ...OPTIONS, foundMasks }));
  for (let i = 0; i < 3; i++) {
    const { mask, ...rest } = await exact!.sample(i, createRng(1));
    const { mask: other, ...same } = await found!.sample(i, createRng(1));
    assertEquals(same, rest);
    assertNotEquals(other, mask);
    assert(other!.every((value) => value <= 1));
  }
});

Deno.test("syntheticDataset() pastes real clouds, and its digest knows them", async () => {
  const clouds = [realCloud(cloudy(second, 7))!];
  const options = { ...OPTIONS, clouds };
  const [none, real] = [0, 1].map((realCloudsShare) =>
    syntheticDataset({ ...options, realCloudsShare })
  );
  const drawn = syntheticDataset(OPTIONS);
  const [a, b, c] = await Promise.all(
    [none!, real!, drawn].map((dataset) => dataset.sample(0, createRng(2))),
  );
  assertEquals(a!.cloudy, c!.cloudy);
  assertNotEquals(b!.cloudy, c!.cloudy);
  assertEquals(b!.target, c!.target);
  assertNotEquals(real!.digest, drawn.digest);
  // Outside the mask, the reference differs from its clear image by faint haze and shade at most.
  const { cloudy: values, target, mask, reference } = b!;
  const depth = first.bands.length;
  for (let i = 0; i < 64 * 64; i++) {
    if (mask![reference * 64 * 64 + i] !== 0) continue;
    let [difference, ground] = [0, 0];
    for (let k = i * depth; k < (i + 1) * depth; k++) {
      difference += Math.abs(values[reference * target.length + k]! - target[k]!);
      ground += target[k]!;
    }
    // A fifth of the light in shadow, a tenth under haze.
    assert(difference < 0.2 * ground + 0.1 * 7000 * depth, `${difference} of ${ground}`);
  }
});

Deno.test("syntheticDataset() needs bands for found masks and equal bands of real clouds", () => {
  const rgb = {
    ...OPTIONS,
    places: [PLACE.map((raster) => ({
      ...raster,
      bands: raster.bands.map((name) => name === "B03" ? "x" : name),
    }))],
  };
  assertThrows(
    () => syntheticDataset({ ...rgb, foundMasks: 0.5 }),
    RangeError,
    "for foundMasks it must have B02, B03 and B04",
  );
  const clouds = [realCloud(cloudy(second, 7), ["B02", "B04"])!];
  assertThrows(() => syntheticDataset({ ...OPTIONS, clouds }), TypeError, "real clouds must have");
});
