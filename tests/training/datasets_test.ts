import { assertEquals, assertRejects } from "@std/assert";
import { createRng, type Raster } from "../../core/mod.ts";
import { writeCog } from "../../data/mod.ts";
import { openDataset } from "../../training/mod.ts";

const SIZE = 16;
const MODEL = { tileSize: 8, length: 2, bands: ["B04", "B08"] } as const;

function raster(value: number, bands: readonly string[] = MODEL.bands): Raster {
  const data = new Uint16Array(SIZE * SIZE * bands.length).map((_, i) => value + i % 7);
  return { width: SIZE, height: SIZE, bands, data, dtype: "uint16" };
}

async function inFolder(f: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openDataset() opens a folder with the model's tile size and frames", async () => {
  await inFolder(async (root) => {
    await Deno.mkdir(`${root}/clear`);
    await Deno.mkdir(`${root}/cloudy`);
    await writeCog(`${root}/clear/a.tif`, raster(1000));
    for (const l of [0, 1, 2]) await writeCog(`${root}/cloudy/a_${l}.tif`, raster(2000 + 1000 * l));
    const dataset = await openDataset({ type: "folder", root, augment: false }, MODEL);
    assertEquals([dataset.size, [...dataset.bands]], [1, ["B04", "B08"]]);
    const { length, height, cloudy, reference } = await dataset.sample(0, createRng(1));
    assertEquals([length, height, cloudy.length, reference], [2, 8, 2 * 8 * 8 * 2, 1]);
  });
});

Deno.test("openDataset() clouds the places of a folder", async () => {
  await inFolder(async (root) => {
    for (const place of ["here", "there"]) {
      for (const date of ["2018-03-07", "2018-07-05"]) {
        await Deno.mkdir(`${root}/${place}/${date}`, { recursive: true });
        for (const band of MODEL.bands) {
          await writeCog(`${root}/${place}/${date}/${band}.tif`, raster(1000, [band]));
        }
      }
    }
    const config = { type: "synthetic", root, places: ["here"], size: 7, overcast: 1 } as const;
    const dataset = await openDataset(config, MODEL);
    assertEquals([dataset.size, [...dataset.bands]], [7, ["B04", "B08"]]);
    const { length, cloudy, target } = await dataset.sample(3, createRng(1));
    assertEquals([length, cloudy.length, target.length], [2, 2 * 8 * 8 * 2, 8 * 8 * 2]);
    assertEquals(target.every((value) => value >= 1000 && value < 1007), true);
  });
});

Deno.test("openDataset() says which folder is missing", async () => {
  await inFolder(async (root) => {
    await assertRejects(
      () => openDataset({ type: "folder", root: `${root}/none` }, MODEL),
      TypeError,
      "none",
    );
  });
});
