import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { createRng, OptionsError, type Raster } from "../../core/mod.ts";
import { folderDataset, syntheticDataset } from "../../datasets/mod.ts";
import { syntheticScene } from "../../synthetic/mod.ts";
import { writeCog } from "../../rasters/mod.ts";

const places = [1, 2].map((seed) =>
  [100, 200].map((day) => syntheticScene(createRng(seed), { width: 48, height: 40, day }))
);

Deno.test("syntheticDataset() gives sequences with the clear image of the reference", async () => {
  const dataset = syntheticDataset({ places, tileSize: 32, length: 3, size: 20 });
  assertEquals([dataset.size, dataset.bands.length], [20, 13]);
  const references = new Set<number>();
  for (let i = 0; i < dataset.size; i++) {
    const sample = await dataset.sample(i, createRng(9));
    assertEquals([sample.length, sample.height, sample.width], [3, 32, 32]);
    assertEquals([sample.cloudy.length, sample.target.length], [3 * 32 * 32 * 13, 32 * 32 * 13]);
    assert(sample.cloudy.every((value) => value >= 1 && value <= 65535));
    references.add(sample.reference);
  }
  assertEquals(references.size, 3);
});

Deno.test("syntheticDataset() is decided by the stream and the index", async () => {
  const dataset = syntheticDataset({ places, tileSize: 32 });
  const [a, b] = [await dataset.sample(4, createRng(1)), await dataset.sample(4, createRng(1))];
  assertEquals(a, b);
  assertNotEquals(a.cloudy, (await dataset.sample(5, createRng(1))).cloudy);
  assertNotEquals(a.cloudy, (await dataset.sample(4, createRng(2))).cloudy);
});

Deno.test("without clouds the reference frame of a synthetic sample is its target", async () => {
  const dataset = syntheticDataset({
    places: [[places[0]![0]!]],
    tileSize: 16,
    cover: [0, 0],
    overcast: 0,
    jitter: 0.2,
  });
  const { cloudy, target, reference } = await dataset.sample(0, createRng(3));
  const frame = cloudy.slice(reference * target.length, (reference + 1) * target.length);
  // Only the least haze is left: 2 % to 32 % of optical depth changes B12 by less than 8 %.
  for (let i = 12; i < frame.length; i += 13) {
    assert(Math.abs(frame[i]! - target[i]!) < 0.08 * target[i]! + 60);
  }
});

Deno.test("syntheticDataset() of reflectances is that of DN, scaled by reflectanceScale", async () => {
  const reflectances = places.map((dates) =>
    dates.map((raster): Raster => ({
      ...raster,
      data: Float32Array.from(raster.data, (dn) => dn / 10000),
      dtype: "float32",
      reflectanceScale: 1,
    }))
  );
  const options = { tileSize: 16, jitter: 0.1 };
  const dn = await syntheticDataset({ ...options, places }).sample(2, createRng(4));
  const reflectance = await syntheticDataset({ ...options, places: reflectances })
    .sample(2, createRng(4));
  // Both DN steps, jitter and clouds, round to whole numbers.
  for (const [i, value] of reflectance.cloudy.entries()) {
    assert(Math.abs(value - dn.cloudy[i]! / 10000) < 3e-4, `${value} at ${i}: ${dn.cloudy[i]}`);
  }
});

Deno.test("syntheticDataset() avoids crops without data and says so when it cannot", async () => {
  const empty: Raster = { ...places[0]![0]!, data: new Uint16Array(48 * 40 * 13) };
  const dataset = syntheticDataset({ places: [[empty]], tileSize: 16 });
  await assertRejects(
    async () => await dataset.sample(0, createRng(1)),
    RangeError,
    "without data",
  );
});

Deno.test("syntheticDataset() refuses places that do not fit", () => {
  assertThrows(() => syntheticDataset({ places: [], tileSize: 16 }), RangeError, "got none");
  assertThrows(() => syntheticDataset({ places, tileSize: 64 }), RangeError, "64×64");
  const other = { ...places[0]![0]!, bands: places[0]![0]!.bands.map((band) => `${band}x`) };
  assertThrows(() => syntheticDataset({ places: [[other], ...places], tileSize: 16 }), TypeError);
  assertThrows(
    () => syntheticDataset({ places, tileSize: 16, cover: [0, 2] }),
    OptionsError,
    "$.data.cover[1]",
  );
});

/** A folder dataset of 12×10 pixel images; the value of a pixel tells file, place and band. */
async function inDataset(work: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  const image = (base: number): Raster => ({
    width: 12,
    height: 10,
    bands: ["B02", "B03"],
    dtype: "uint16",
    data: Uint16Array.from({ length: 240 }, (_, i) => base + i),
  });
  try {
    await Deno.mkdir(`${root}/cloudy`);
    await Deno.mkdir(`${root}/clear`);
    await writeCog(`${root}/clear/a.tif`, image(1000));
    for (const l of [0, 1, 10]) await writeCog(`${root}/cloudy/a_${l}.tif`, image(2000 + 1000 * l));
    await work(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("folderDataset() crops all frames and the target alike, in numeric order", () =>
  inDataset(async (root) => {
    const dataset = await folderDataset({ root, tileSize: 8 });
    assertEquals([dataset.size, dataset.bands], [1, ["B02", "B03"]]);
    for (let seed = 0; seed < 12; seed++) {
      const { cloudy, target, reference, length, name } = await dataset.sample(0, createRng(seed));
      assertEquals([reference, length, name], [2, 3, "a"]);
      for (const [l, base] of [2000, 3000, 12000].entries()) {
        const frame = cloudy.slice(l * target.length, (l + 1) * target.length);
        assertEquals(frame, target.map((value) => value - 1000 + base));
      }
      // A pixel's bands stay together, whatever the symmetry.
      for (let i = 0; i < target.length; i += 2) assertEquals(target[i + 1]! - target[i]!, 1);
    }
  }));

Deno.test("folderDataset() without augmentation takes the middle as it is", () =>
  inDataset(async (root) => {
    const options = { root, tileSize: 8, augment: false, length: 1, reference: 0 };
    const { target, cloudy } = await (await folderDataset(options)).sample(0, createRng(1));
    assertEquals([target[0], cloudy.length], [1000 + (1 * 12 + 2) * 2, target.length]);
  }));

Deno.test("folderDataset() says what is missing or does not match", () =>
  inDataset(async (root) => {
    await assertRejects(
      () => folderDataset({ root, tileSize: 8, length: 4 }),
      TypeError,
      "4 files",
    );
    await assertRejects(
      () => folderDataset({ root: `${root}/x`, tileSize: 8 }),
      TypeError,
      "exist",
    );
    const large = await folderDataset({ root, tileSize: 11 });
    await assertRejects(() => large.sample(0, createRng(1)), TypeError, "11×11");
    const small: Raster = {
      width: 9,
      height: 10,
      bands: ["B02", "B03"],
      dtype: "uint16",
      data: new Uint16Array(180),
    };
    await writeCog(`${root}/cloudy/a_0.tif`, small, { overwrite: true });
    const dataset = await folderDataset({ root, tileSize: 8 });
    await assertRejects(() => dataset.sample(0, createRng(1)), TypeError, "a_0.tif");
  }));
