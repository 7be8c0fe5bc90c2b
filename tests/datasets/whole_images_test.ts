import { assertEquals, assertRejects } from "@std/assert";
import { InputError, type Raster } from "../../core/mod.ts";
import { listFolderDataset, listIndexDataset, wholeImages } from "../../datasets/mod.ts";
import { writeCog } from "../../rasters/mod.ts";

/** Every number tells its place: 1 + row · 100 + column, and the band in the thousands. */
function raster(width: number, height: number, more: number, bands = ["B02", "B03"]): Raster {
  const depth = bands.length;
  const data = Uint16Array.from({ length: width * height * depth }, (_, i) => {
    const pixel = Math.floor(i / depth);
    return more + 1 + Math.floor(pixel / width) * 100 + pixel % width + 1000 * (i % depth);
  });
  return { width, height, bands, dtype: "uint16", data, nodata: 0 };
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const part of ["clear", "cloudy", "mask", "sar"]) await Deno.mkdir(`${folder}/${part}`);
    await writeCog(`${folder}/clear/a.tif`, raster(30, 20, 0));
    for (const l of [0, 1]) {
      await writeCog(`${folder}/cloudy/a_${l}.tif`, raster(30, 20, 10 + l));
      const flags = Uint8Array.from({ length: 600 }, (_, i) => i % 30 < 5 + l ? 4 : 0);
      await writeCog(`${folder}/mask/a_${l}.tif`, {
        ...{ width: 30, height: 20, bands: ["mask"], dtype: "uint8", data: flags },
      });
    }
    await writeCog(`${folder}/sar/a.tif`, raster(30, 20, 50, ["VV"]));
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("wholeImages() gives images as they are, masks and what goes with them", async () => {
  await inFolder(async (root) => {
    const images = wholeImages(await listFolderDataset({ root }));
    assertEquals([images.names, images.bands, images.incomplete], [["a"], ["B02", "B03"], 0]);
    const { target, cloudy, masks, auxiliary, reference, dates } = await images.read(0);
    assertEquals([target.width, target.height, target.nodata], [30, 20, 0]);
    assertEquals(target.data, raster(30, 20, 0).data);
    assertEquals(cloudy.map(({ data }) => data), [10, 11].map((l) => raster(30, 20, l).data));
    assertEquals(masks!.map((mask) => mask.reduce((a, b) => a + b, 0)), [100, 120]);
    // One radar image serves both dates.
    assertEquals([auxiliary!.length, auxiliary![0], auxiliary![600]], [1200, 51, 51]);
    assertEquals([reference, dates], [1, [undefined, undefined]]);
  });
});

Deno.test("wholeImages() cuts a square out of the middle, and takes as many dates as are wanted", async () => {
  await inFolder(async (root) => {
    const listing = await listFolderDataset({ root });
    const images = wholeImages(listing, { size: 12, length: 1 });
    const { target, cloudy, masks, reference } = await images.read(0);
    assertEquals([target.width, target.height, cloudy.length, reference], [12, 12, 1, 0]);
    // From column 9 and row 4 on.
    assertEquals([target.data[0], target.data.at(-1)], [410, 1000 + 1 + 1500 + 20]);
    assertEquals(masks![0]!.length, 144);
    await assertRejects(
      () => wholeImages(listing, { size: 24 }).read(0),
      InputError,
      "it must have at least 24×24 pixels, got 30×20",
    );
  });
});

Deno.test("wholeImages() reads the days of an index, and refuses sizes that differ", async () => {
  await inFolder(async (root) => {
    const file = `${root}/index.csv`;
    await Deno.writeTextFile(
      file,
      "id,cloudy,target,date,reference\n" +
        "x,cloudy/a_0.tif;cloudy/a_1.tif,clear/a.tif,2018-01-02;2018-03-04,0\n",
    );
    const sample = await wholeImages(await listIndexDataset({ file })).read(0);
    assertEquals([sample.dates, sample.reference], [["2018-01-02", "2018-03-04"], 0]);
    await writeCog(`${root}/cloudy/a_1.tif`, raster(20, 30, 0), { overwrite: true });
    await assertRejects(
      async () => await wholeImages(await listIndexDataset({ file })).read(0),
      InputError,
      "cloudy/a_1.tif: it must match its clear image, 30×20 pixels, got 20×30",
    );
  });
});
