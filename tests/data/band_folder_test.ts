import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { readBandFolder, readPlaces, writeCog } from "../../data/mod.ts";

/** A plane a·x + b·y in metres, sampled at the pixel centres of a grid. */
function planeRaster(size: number, resolution: number) {
  const data = new Float32Array(size * size);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [(i % size + 0.5) * resolution, (Math.floor(i / size) + 0.5) * resolution];
    data[i] = 2 * x + 3 * y;
  }
  return {
    width: size,
    height: size,
    bands: ["1"],
    data,
    dtype: "float32" as const,
    transform: [1000, resolution, 0, 5000, 0, -resolution] as const,
  };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readBandFolder() puts coarse bands on the finest grid without moving them", () =>
  inFolder(async (folder) => {
    await writeCog(`${folder}/T_B01.tif`, planeRaster(4, 60));
    await writeCog(`${folder}/T_B02.tif`, planeRaster(24, 10));
    const raster = await readBandFolder(folder, { bands: ["B2", "B1"] });
    assertEquals([raster.width, raster.bands, raster.transform?.[1]], [24, ["B02", "B01"], 10]);
    // A bilinear resampling is exact on a plane, away from the border.
    for (let y = 3; y < 21; y++) {
      for (let x = 3; x < 21; x++) {
        const at = (y * 24 + x) * 2;
        assertAlmostEquals(raster.data[at + 1]!, raster.data[at]!, 1e-3);
      }
    }
  }));

Deno.test("readBandFolder() says which band is missing or double", () =>
  inFolder(async (folder) => {
    await writeCog(`${folder}/B02.tif`, planeRaster(2, 10));
    await assertRejects(
      () => readBandFolder(folder, { bands: ["B02", "B03"] }),
      TypeError,
      "a file for B03, got B02",
    );
    await writeCog(`${folder}/x_B02.tif`, planeRaster(2, 10));
    await assertRejects(() => readBandFolder(folder, { bands: ["B02"] }), TypeError, "one file");
    await assertRejects(() => readBandFolder(`${folder}/no`), TypeError, "must exist");
  }));

Deno.test("readPlaces() reads the dates of each place and cuts them alike", () =>
  inFolder(async (root) => {
    for (const [date, size] of [["20170102", 6], ["20180102", 5]] as const) {
      await Deno.mkdir(`${root}/rome/${date}`, { recursive: true });
      await writeCog(`${root}/rome/${date}/B02.tif`, planeRaster(size, 10));
    }
    const [rome] = await readPlaces(root, { bands: ["B02"] });
    assertEquals([rome!.name, rome!.dates], ["rome", ["2017-01-02", "2018-01-02"]]);
    assertEquals(rome!.rasters.map(({ width, height }) => [width, height]), [[5, 5], [5, 5]]);
    assertEquals(rome!.rasters[0]!.data, rome!.rasters[1]!.data);
    await assertRejects(() => readPlaces(root, { names: ["oslo"] }), TypeError, "oslo");
  }));
