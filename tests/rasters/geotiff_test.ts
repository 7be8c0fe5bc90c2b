import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { type Raster, SENTINEL2_NAMES } from "../../core/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";

const REAL = new URL(
  "../../../shared/data/sen12mscr_ts/s2_ROIs2017_146_ImgNo_5_2018-03-07_patch_0.tif",
  import.meta.url,
);

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch {
    return false;
  }
}

function counting(width: number, height: number, bands: readonly string[]): Raster {
  const data = Uint16Array.from({ length: width * height * bands.length }, (_, i) => i + 1);
  return { width, height, bands, data, dtype: "uint16", transform: [100, 10, 0, 900, 0, -20] };
}

async function withFile(raster: Raster, work: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".tif" });
  try {
    await writeCog(path, raster, { overwrite: true });
    await work(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("readRaster() reads a window of named bands, with the window's transform", () =>
  withFile(counting(6, 5, ["B02", "B03", "B04"]), async (path) => {
    const window = { column: 2, row: 3, width: 3, height: 2 };
    const found = await readRaster(path, { window, bands: ["red", "B2"] });
    assertEquals(found.bands, ["B04", "B02"]);
    assertEquals(found.transform, [120, 10, 0, 840, 0, -20]);
    const at = (row: number, column: number, band: number) => (row * 6 + column) * 3 + band + 1;
    assertEquals(
      Array.from(found.data),
      [3, 4].flatMap((row) =>
        [2, 3, 4].flatMap((column) => [at(row, column, 2), at(row, column, 0)])
      ),
    );
  }));

Deno.test("readRaster() reads bands by index where names repeat", () =>
  withFile(counting(2, 1, ["grey", "grey"]), async (path) => {
    assertEquals(Array.from((await readRaster(path)).data), [1, 2, 3, 4]);
    assertEquals(Array.from((await readRaster(path, { bands: [1] })).data), [2, 4]);
    await assertRejects(() => readRaster(path, { bands: [2] }), RangeError, "band 2");
  }));

Deno.test("readRaster() gives the nodata of float32 pixels as the pixels have it", async () => {
  for (const [nodata, pixel] of [[-9999.9, Math.fround(-9999.9)], [NaN, NaN]] as const) {
    const data = new Float32Array([nodata, 0.5, 0.25, 1]);
    const raster = { width: 2, height: 2, bands: ["B02"], data, dtype: "float32" as const, nodata };
    await withFile(raster, async (path) => {
      const found = await readRaster(path);
      assertEquals([found.nodata, found.data[0]], [pixel, pixel]);
      assertEquals(found.data, data);
    });
  }
});

Deno.test("readRaster() reads a file URL", () =>
  withFile(counting(2, 2, ["B02"]), async (path) => {
    assertEquals((await readRaster(new URL(`file://${path}`))).width, 2);
  }));

Deno.test("readRaster() names the file and what must hold", () =>
  withFile(counting(4, 4, ["B02"]), async (path) => {
    const window = { column: 2, row: 0, width: 3, height: 1 };
    await assertRejects(() => readRaster(path, { window }), RangeError, `${path}: the window`);
    await assertRejects(
      () => readRaster(path, { bands: ["B8A"] }),
      RangeError,
      "band B8A, got B02",
    );
    await assertRejects(
      () => readRaster(`${path}.no`),
      TypeError,
      `${path}.no: the file must exist`,
    );
    await assertRejects(() => readRaster(path.replace(/\/[^/]*$/, "")), TypeError, "a folder");
  }));

Deno.test("readRaster() refuses a truncated file and a file that is no TIFF", async () => {
  const noise = Uint16Array.from({ length: 64 * 64 }, (_, i) => Math.imul(i, 2654435761) >>> 16);
  await withFile({ ...counting(64, 64, ["B02"]), data: noise }, async (path) => {
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.subarray(0, bytes.length - 2000));
    await assertRejects(() => readRaster(path), TypeError, path);
    await Deno.writeTextFile(path, "no picture");
    await assertRejects(() => readRaster(path), TypeError, path);
  });
});

Deno.test({
  name: "readRaster() takes 13 nameless bands as Sentinel-2 and keeps the CRS keys",
  ignore: !exists(REAL),
  async fn() {
    const raster = await readRaster(REAL);
    assertEquals([raster.height, raster.width, raster.dtype], [256, 256, "uint16"]);
    assertEquals(raster.bands, SENTINEL2_NAMES);
    assertEquals(raster.crs?.epsg, 4326);
    assertEquals(raster.crs?.geoKeys.ascii, "WGS 84|");
    assertEquals(raster.transform?.slice(0, 2), [12.712508743217409, 0.00008983152841195215]);
  },
});

Deno.test("readRaster() reads a window over http without fetching the whole file", async () => {
  const noise = Uint16Array.from(
    { length: 1100 * 1024 },
    (_, i) => Math.imul(i, 2654435761) >>> 16,
  );
  const raster = { ...counting(1024, 1100, ["B02"]), data: noise };
  await withFile(raster, async (path) => {
    const bytes = await Deno.readFile(path);
    let sent = 0;
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      if (!request.url.endsWith("/a.tif")) return new Response("none", { status: 404 });
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.get("range") ?? "") ?? [];
      if (from === undefined) return new Response("no range", { status: 400 });
      const part = bytes.slice(Number(from), Number(to) + 1);
      sent += part.length;
      const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
      return new Response(part, { status: 206, headers: { "content-range": range } });
    });
    try {
      const window = { column: 600, row: 40, width: 2, height: 1 };
      const found = await readRaster(`http://127.0.0.1:${server.addr.port}/a.tif`, { window });
      assertEquals(found.data, noise.slice(40 * 1024 + 600, 40 * 1024 + 602));
      assertLess(sent, bytes.length / 2);
    } finally {
      await server.shutdown();
    }
  });
});
