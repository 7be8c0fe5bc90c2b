/** STAC items of three archives as scenes: bands, radiometry, days, masks; and what contradicts. */

import { assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "../../../core/mod.ts";
import { openScene, sentinel2Radiometry } from "../../../products/mod.ts";
import { ranged, withServer } from "../../files/server.ts";
import { inFolder } from "../../restoration/tiny.ts";
import {
  type Archive,
  BANDS_10M,
  crsOf,
  dateOf,
  type Json,
  SIDE,
  writeArchive,
  writeDocument,
} from "./archive.ts";

const BANDS = [...BANDS_10M, "B8A", "B11"];

/** Opens the item of an archive after a change to it. */
async function opened(
  folder: string,
  { archive = "earthSearch", change = () => {} }: {
    readonly archive?: Archive;
    readonly change?: (item: Json) => void;
  } = {},
) {
  // CDSE's assets are in a storage; an http alternate needs a server.
  const [item] = await writeArchive(folder, archive) as [Json];
  change(item);
  return await openScene(await writeDocument(`${folder}/item.json`, item));
}

for (const archive of ["earthSearch", "planetaryComputer"] as const) {
  Deno.test(`openScene() reads an item of ${archive}: bands by meaning, offset of the baseline, SCL`, async () => {
    await inFolder(async (folder) => {
      const scene = await opened(folder, { archive });
      try {
        assertEquals([scene.kind, scene.header.bands], ["stac", BANDS]);
        assertEquals([scene.header.width, scene.header.height], [SIDE, SIDE]);
        assertEquals(scene.header.crs?.epsg, 32633);
        assertEquals([scene.product.level, scene.product.baseline], ["L2A", "05.00"]);
        assertEquals(scene.datetime?.slice(0, 10), "2018-05-07");
        assertStringIncludes(scene.classification!, "SCL");
        const { scales, offsets, evidence } = await sentinel2Radiometry(scene);
        assertAlmostEquals(scales[0]!, 1e-4);
        assertAlmostEquals(offsets[0]!, -0.1);
        assertStringIncludes(evidence, "-1000 DN");
        const { data } = await scene.read({ bands: ["B04"] });
        const { image } = dateOf(0);
        const at = image.bands.indexOf("B04");
        assertEquals(data[5], image.data[5 * image.bands.length + at]! + 1000);
      } finally {
        await scene.close();
      }
    });
  });
}

Deno.test("openScene() reads an item of CDSE by the https addresses of its assets, signed ones too", async () => {
  await inFolder(async (folder) => {
    const seen: string[] = [];
    await withServer(async (request) => {
      const url = new URL(request.url);
      seen.push(url.search);
      const bytes = await Deno.readFile(`${folder}${decodeURIComponent(url.pathname)}`)
        .catch(() => undefined);
      return bytes === undefined ? new Response("none", { status: 404 }) : ranged(bytes, request);
    }, async (url) => {
      const base = url.replace("a.tif", "");
      const [item] = await writeArchive(folder, "cdse", { base, query: "?sig=SECRET" }) as [Json];
      await writeDocument(`${folder}/item.json`, item);
      const scene = await openScene(`${base}item.json?token=SECRET`);
      try {
        assertEquals(scene.header.bands, BANDS);
        assertEquals(scene.source, `${base}item.json`);
        assertEquals(scene.product.baseline, "05.00");
        const { offsets } = await sentinel2Radiometry(scene);
        assertAlmostEquals(offsets[0]!, -0.1);
      } finally {
        await scene.close();
      }
      assertEquals(seen.includes("?sig=SECRET"), true);
      // An asset that is refused is named without its signature.
      item.assets.B03_10m.alternate.https.href = `${base}missing.tif?sig=SECRET`;
      await writeDocument(`${folder}/item.json`, item);
      const { message } = await assertRejects(
        () => openScene(`${base}item.json?token=SECRET`),
        InputError,
        "assets.B03_10m",
      );
      assertStringIncludes(message, "item.json");
      assertEquals(message.includes("SECRET"), false);
    });
  });
});

Deno.test("openScene() takes scale and offset from the item where the product says nothing", async () => {
  await inFolder(async (folder) => {
    const scene = await opened(folder, {
      change(item) {
        item.id = "scene";
        for (const name of ["s2:product_uri", "s2:processing_baseline"]) {
          delete item.properties[name];
        }
        for (const asset of Object.values<Json>(item.assets)) {
          if (asset["raster:bands"]) asset["raster:bands"][0] = { scale: 2e-4, offset: -0.05 };
        }
      },
    });
    try {
      const { scales, offsets, evidence, stated } = await sentinel2Radiometry(scene);
      assertAlmostEquals(scales[0]!, 2e-4);
      assertAlmostEquals(offsets[0]!, -0.05);
      assertEquals([evidence, stated], ["scale 0.0002, offset -250 DN in the STAC item", true]);
    } finally {
      await scene.close();
    }
  });
});

/** Changes to an item, and what the error must name. */
const CONTRADICTIONS: Readonly<Record<string, readonly [(item: Json) => void, string]>> = {
  "an offset that is not the baseline's": [
    ({ assets }) => assets.red["raster:bands"][0].offset = 0.02,
    "assets.red.raster:bands[0].offset must be -0.1",
  ],
  "an offset that is already applied": [
    ({ properties }) => properties["earthsearch:boa_offset_applied"] = true,
    "assets.blue.raster:bands[0].offset must be 0",
  ],
};

for (const [name, [change, field]] of Object.entries(CONTRADICTIONS)) {
  Deno.test(`sentinel2Radiometry() refuses ${name}, unless the user decides`, async () => {
    await inFolder(async (folder) => {
      const scene = await opened(folder, { change });
      try {
        const { message } = await assertRejects(
          () => sentinel2Radiometry(scene),
          InputError,
          field,
        );
        assertStringIncludes(message, "item.json");
        assertStringIncludes(message, "--s2-offset");
        const { offsets } = await sentinel2Radiometry(scene, { offset: 0 });
        assertEquals(offsets[0], 0);
      } finally {
        await scene.close();
      }
    });
  });
}

/** Changes that make an item invalid or contradict its files, and the field that the error names. */
const BAD: Readonly<Record<string, readonly [(item: Json) => void, string]>> = {
  "no id": [(item) => delete item.id, "id must be a string, got none"],
  "no assets": [(item) => delete item.assets, "assets must be an object"],
  "no datetime": [(item) => item.properties.datetime = null, "properties.datetime"],
  "a datetime that is none": [(item) => item.properties.datetime = "May", "properties.datetime"],
  "an asset without href": [(item) => delete item.assets.red.href, "assets.red.href"],
  "bands that are no list": [(item) => item.assets.red["eo:bands"] = "red", "assets.red.eo:bands"],
  "a scale that is a text": [
    (item) => item.assets.red["raster:bands"][0].scale = "1e-4",
    "assets.red.raster:bands[0].scale",
  ],
  "a box of three numbers": [(item) => item.bbox = [1, 2, 3], "bbox must be four or six"],
  "no band": [
    (item) => item.assets = { thumbnail: item.assets.thumbnail },
    "assets must hold bands with names",
  ],
  "an asset that is missing": [
    (item) => item.assets.red.href = "./missing.tif",
    "assets.red (",
  ],
  "an asset that is another band": [
    (item) => item.assets.red.href = item.assets.green.href,
    "assets.red must be the band that its file is named for, B03",
  ],
  "another CRS": [
    (item) => item.properties["proj:epsg"] = 32634,
    "properties.proj:epsg must be that of the file of assets.blue, EPSG:32633",
  ],
  "another transform": [
    (item) => item.assets.nir["proj:transform"][2] += 10,
    "assets.nir.proj:transform must be that of the file",
  ],
  "another shape": [(item) => item.assets.nir["proj:shape"] = [1, 1], "assets.nir.proj:shape"],
  "another baseline": [
    (item) => item.properties["s2:processing_baseline"] = "02.14",
    "properties.s2:processing_baseline must be 05.00",
  ],
  "another day": [
    (item) => item.properties.datetime = "2019-05-07T00:00:00Z",
    "properties.datetime must be of 2018-05-07",
  ],
};

Deno.test("openScene() names item and field of an item that is invalid or contradicts its files", async (t) => {
  await inFolder(async (folder) => {
    const [good] = await writeArchive(folder, "earthSearch") as [Json];
    for (const [name, [change, field]] of Object.entries(BAD)) {
      await t.step(name, async () => {
        const item = structuredClone(good);
        change(item);
        const path = await writeDocument(`${folder}/item.json`, item);
        const { message } = await assertRejects(
          async () => await (await openScene(path)).close(),
          InputError,
        );
        assertStringIncludes(message, "item.json");
        assertStringIncludes(message, field);
      });
    }
  });
});

Deno.test("openScene() names the asset of another grid", async () => {
  await inFolder(async (folder) => {
    const other = await Deno.makeTempDir({ dir: folder });
    const [foreign] = await writeArchive(other, "earthSearch", { epsg: 32634 }) as [Json];
    const { message } = await assertRejects(
      () =>
        opened(folder, {
          change({ assets }) {
            assets.nir.href = `${other}/${foreign.assets.nir.href}`;
          },
        }),
      InputError,
      "all files must be in one CRS",
    );
    assertStringIncludes(message, "assets.nir");
    assertStringIncludes(message, "item.json");
    assertEquals(crsOf(32634).epsg, 32634);
  });
});

Deno.test("openScene() names bands of Landsat by its own names", async () => {
  await inFolder(async (folder) => {
    const scene = await opened(folder, {
      change(item) {
        item.id = "LC08_L2SP_190027_20180507_20200901_02_T1";
        item.properties = { datetime: "2018-05-07T09:52:00Z", platform: "landsat-8" };
        const own: Json = { blue: "B2", green: "B3", red: "B4", nir08: "B5", swir16: "B6" };
        item.assets = Object.fromEntries(
          Object.entries<string>(own).map(([common, number]) => [common, {
            ...item.assets[common],
            "eo:bands": [{ name: `OLI_${number}`, common_name: common }],
            "raster:bands": [{ scale: 2.75e-5, offset: -0.2, nodata: 0 }],
          }]),
        );
      },
    });
    try {
      assertEquals(scene.header.bands, ["B02", "B03", "B04", "B8A", "B11"]);
      const { scales, offsets } = await sentinel2Radiometry(scene);
      assertAlmostEquals(scales[0]!, 2.75e-5);
      assertAlmostEquals(offsets[0]!, -0.2);
    } finally {
      await scene.close();
    }
  });
});
