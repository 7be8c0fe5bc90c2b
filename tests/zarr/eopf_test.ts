/** EOPF products in: bands at their finest resolution, radiometry, classification, over HTTP too. */

import { assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "../../core/mod.ts";
import { openScene, sentinel2Radiometry } from "../../products/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { compositeScene } from "../../restoration/mod.ts";
import { ranged, withServer } from "../files/server.ts";
import { inFolder } from "../restoration/tiny.ts";
import { HAS_ZARR, python } from "./python.ts";

const NAME = "S2A_MSIL2A_20180507T100021_N0500_R122_T33UWP_20230904T162417.zarr";
const SIDE = 48;

async function product(folder: string): Promise<string> {
  await python([new URL("eopf.py", import.meta.url).pathname, `${folder}/${NAME}`]);
  return `${folder}/${NAME}`;
}

Deno.test({
  name: "openScene() reads an EOPF product: finest bands, scale, offset, day and classification",
  ignore: !HAS_ZARR,
  fn: async () => {
    await inFolder(async (folder) => {
      const scene = await openScene(await product(folder));
      try {
        assertEquals([scene.kind, scene.header.bands], [
          "zarr",
          ["B02", "B03", "B04", "B05", "B08", "B8A"],
        ]);
        const { width, height, transform, crs, nodata } = scene.header;
        assertEquals([width, height, crs?.epsg, nodata], [SIDE, SIDE, 32633, 0]);
        assertEquals(transform, [600000, 10, 0, 5300040, 0, -10]);
        assertEquals([scene.product.level, scene.product.baseline], ["L2A", "05.00"]);
        assertEquals(scene.datetime, "2018-05-07T10:00:21.024Z");
        const { scales, offsets } = await sentinel2Radiometry(scene);
        assertAlmostEquals(scales[3]!, 1e-4);
        assertAlmostEquals(offsets[3]!, -0.1);
        // Across chunks of 20 pixels.
        const window = { column: 15, row: 18, width: 7, height: 5 };
        const { data } = await scene.read({ window, bands: ["B03"] });
        assertEquals(
          Array.from(data),
          Array.from({ length: 35 }, (_, i) => 1001 + (18 + Math.floor(i / 7)) * SIDE + 15 + i % 7),
        );
      } finally {
        await scene.close();
      }
    });
  },
});

Deno.test({
  name: "compositeScene() keeps the clear pixels of an EOPF product by its own classification",
  ignore: !HAS_ZARR,
  fn: async () => {
    await inFolder(async (folder) => {
      const path = await product(folder);
      const lines: string[] = [];
      const { images } = await compositeScene({
        inputs: [{ path }],
        mask: { dilate: 0, feather: 0 },
        write: { output: `${folder}/clear.tif` },
        log: (line) => lines.push(line),
      });
      assertStringIncludes(lines.join("\n"), "scl: SCL");
      const image = await readRaster(images[0]!.output);
      const at = image.bands.indexOf("B02");
      assertEquals(image.data[40 * image.bands.length + at], 1040);
      const { data } = await readRaster(images[0]!.provenance!);
      assertEquals([data[5], data[40]], [3, 1]);
    });
  },
});

Deno.test({
  name:
    "openScene() reads an EOPF product by a signed address, and a missing chunk is its fill value",
  ignore: !HAS_ZARR,
  fn: async () => {
    await inFolder(async (folder) => {
      const path = await product(folder);
      await Deno.remove(`${path}/measurements/reflectance/r10m/b03/1.1`);
      let status = 404;
      await withServer(async (request) => {
        const url = new URL(request.url);
        if (url.searchParams.get("sig") !== "SECRET") return new Response("no", { status: 403 });
        const bytes = await Deno.readFile(`${folder}${url.pathname}`).catch(() => undefined);
        return bytes === undefined ? new Response("none", { status }) : ranged(bytes, request);
      }, async (url) => {
        const scene = await openScene(`${url.replace("a.tif", NAME)}?sig=SECRET`);
        const window = { column: 30, row: 30, width: 1, height: 1 };
        assertEquals(scene.header.bands.length, 6);
        assertEquals((await scene.read({ window, bands: ["B03"] })).data[0], 0);
        await scene.close();
        // A refusal is no missing chunk.
        status = 403;
        const again = await openScene(`${url.replace("a.tif", NAME)}?sig=SECRET`);
        const { message } = await assertRejects(
          () => again.read({ window, bands: ["B03"] }),
          InputError,
          "chunk 1.1",
        );
        assertEquals(message.includes("SECRET"), false);
        await again.close();
      });
    });
  },
});

Deno.test("openScene() refuses Zarr stores that are no EOPF product, or packed", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/cube.zarr`;
    await Deno.mkdir(path);
    await assertRejects(() => openScene(path), InputError, "no metadata of a Zarr group");
    await Deno.writeTextFile(`${path}/.zgroup`, '{"zarr_format":2}');
    await assertRejects(() => openScene(path), InputError, "got none of them");
    await assertRejects(() => openScene(`${folder}/a.zarr.zip`), InputError, "must be unpacked");
  });
});
