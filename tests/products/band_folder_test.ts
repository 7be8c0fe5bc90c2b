import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Crs,
  InputError,
  type Raster,
  SENTINEL2_NAMES,
  sentinel2Band,
} from "../../core/mod.ts";
import { openBandFolder, readBandFolder } from "../../products/mod.ts";
import { readPlaces } from "../../datasets/mod.ts";
import { writeCog } from "../../rasters/mod.ts";

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

/** Whole numbers of one band; `value` by column and row. */
function wholeRaster(
  size: number,
  { resolution, value, crs, nodata }: {
    readonly resolution: number;
    readonly value: (x: number, y: number) => number;
    readonly crs?: Crs;
    readonly nodata?: number;
  },
): Raster {
  const data = Uint16Array.from(
    { length: size * size },
    (_, i) => value(i % size, Math.floor(i / size)),
  );
  return {
    width: size,
    height: size,
    bands: ["1"],
    data,
    dtype: "uint16",
    transform: [1000, resolution, 0, 5000, 0, -resolution],
    ...(crs && { crs }),
    ...(nodata === undefined ? {} : { nodata }),
  };
}

function utm(zone: number): Crs {
  const directory = [1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32600 + zone];
  return { epsg: 32600 + zone, geoKeys: { directory } };
}

const wave = (x: number, y: number) => 1000 + Math.round(500 * Math.sin(x * 1.3 + y * 0.7));

Deno.test("openBandFolder() reads windows that equal parts of the whole", () =>
  inFolder(async (folder) => {
    await writeCog(`${folder}/B02.tif`, wholeRaster(120, { resolution: 10, value: wave }));
    await writeCog(`${folder}/B05.tif`, wholeRaster(60, { resolution: 20, value: wave }));
    await writeCog(`${folder}/B09.tif`, wholeRaster(20, { resolution: 60, value: wave }));
    const whole = await readBandFolder(folder, { bands: ["B02", "B05", "B09"] });
    const file = await openBandFolder(folder);
    assertEquals(file.header.bands, ["B02", "B05", "B09"]);
    for (
      const [column, row, width, height] of [[0, 0, 1, 1], [37, 53, 41, 30], [119, 100, 1, 20]]
    ) {
      const window = { column: column!, row: row!, width: width!, height: height! };
      const part = await file.read({ window, bands: ["B09", "B02", "B05"] });
      assertEquals(part.transform, [1000 + 10 * column!, 10, 0, 5000 - 10 * row!, 0, -10]);
      for (let y = 0; y < height!; y++) {
        for (let x = 0; x < width!; x++) {
          const [to, from] = [(y * width! + x) * 3, ((y + row!) * 120 + x + column!) * 3];
          assertEquals(
            Array.from(part.data.subarray(to, to + 3)),
            [2, 0, 1].map((band) => whole.data[from + band]),
          );
        }
      }
    }
    await assertRejects(() => file.read({ bands: ["B10"] }), RangeError, `${folder}: it must have`);
    await file.close();
  }));

Deno.test("openBandFolder() does not mix nodata into its neighbours", () =>
  inFolder(async (folder) => {
    const hole = (x: number, y: number) => x === 2 && y === 2 ? 0 : 3000;
    const declared = (x: number, y: number) => x === 2 && y === 2 ? 65535 : 3000;
    await writeCog(`${folder}/B02.tif`, wholeRaster(24, { resolution: 10, value: () => 1500 }));
    await writeCog(`${folder}/B01.tif`, wholeRaster(4, { resolution: 60, value: hole }));
    await writeCog(
      `${folder}/B09.tif`,
      wholeRaster(4, { resolution: 60, value: declared, nodata: 65535 }),
    );
    const { data, nodata } = await readBandFolder(folder, { bands: ["B02", "B01", "B09"] });
    assertEquals(nodata, 0);
    for (let y = 0; y < 24; y++) {
      for (let x = 0; x < 24; x++) {
        const inHole = x >= 12 && x < 18 && y >= 12 && y < 18;
        const expected = inHole ? [1500, 0, 0] : [1500, 3000, 3000];
        const at = (y * 24 + x) * 3;
        assertEquals(Array.from(data.subarray(at, at + 3)), expected, `${x}, ${y}`);
      }
    }
  }));

Deno.test("openBandFolder() takes the finest of a band's files, and 12 bands of L2A as they are", () =>
  inFolder(async (folder) => {
    const names = SENTINEL2_NAMES.filter((name) => name !== "B10");
    for (const metres of [10, 20, 60]) {
      await Deno.mkdir(`${folder}/R${metres}m`);
      for (const name of names) {
        if (sentinel2Band(name).resolution > metres) continue;
        await writeCog(
          `${folder}/R${metres}m/T33UUP_20220404T101559_${name}_${metres}m.tif`,
          wholeRaster(120 / metres, { resolution: metres, value: () => metres }),
        );
      }
    }
    const file = await openBandFolder(folder);
    assertEquals(file.header.bands, names);
    const { data } = await file.read({ window: { column: 3, row: 3, width: 1, height: 1 } });
    await file.close();
    assertEquals(Array.from(data), names.map((name) => sentinel2Band(name).resolution));
    await assertRejects(
      () => openBandFolder(folder, { bands: ["B10"] }),
      InputError,
      "a file for B10, got B01, B02",
    );
  }));

Deno.test("openBandFolder() refuses files that are not of one scene", () =>
  inFolder(async (folder) => {
    const at = (size: number, crs: Crs) => wholeRaster(size, { resolution: 10, value: wave, crs });
    await assertRejects(
      () => openBandFolder(folder),
      InputError,
      "named like B02.tif, got nothing",
    );
    await writeCog(`${folder}/B02.tif`, at(20, utm(33)));
    await writeCog(`${folder}/B03.tif`, at(20, utm(34)));
    await assertRejects(
      () => openBandFolder(folder),
      InputError,
      "EPSG:32633, got EPSG:32634 in B03",
    );
    await writeCog(`${folder}/B03.tif`, at(10, utm(33)), { overwrite: true });
    await assertRejects(() => openBandFolder(folder), InputError, "a part of it in B03.tif");
    await Deno.writeTextFile(`${folder}/B03.tif`, "no picture");
    await assertRejects(() => openBandFolder(folder), InputError, `${folder}/B03.tif: it must be`);
  }));

const CITIES = new URL("../../../shared/data/oscd/", import.meta.url).pathname;

/** A city's folders by date; none where the data is absent. */
function dates(city: string): readonly string[] {
  try {
    return [...Deno.readDirSync(`${CITIES}${city}`)].map(({ name }) => `${CITIES}${city}/${name}`);
  } catch {
    return [];
  }
}

for (const city of ["bercy", "milano", "rennes"]) {
  Deno.test({
    name: `openBandFolder() reads windows of a real city, ${city}, as parts of the whole`,
    ignore: dates(city).length === 0,
    async fn() {
      for (const folder of dates(city)) {
        const whole = await readBandFolder(folder);
        const file = await openBandFolder(folder);
        assertEquals(file.header.bands, SENTINEL2_NAMES);
        const window = { column: 61, row: 83, width: 150, height: 97 };
        const { data } = await file.read({ window });
        await file.close();
        const row = window.width * 13;
        for (let y = 0; y < window.height; y++) {
          const from = ((y + window.row) * whole.width + window.column) * 13;
          assertEquals(data.slice(y * row, (y + 1) * row), whole.data.slice(from, from + row));
        }
      }
    },
  });
}
