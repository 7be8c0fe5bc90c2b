/** Inputs that are not images get an error that names the right input; hidden files are not bands. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "../../core/mod.ts";
import { openScene } from "../../products/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { withServer } from "../files/server.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ITEM = {
  type: "Feature",
  "stac_version": "1.0.0",
  id: "S2A_T33TUG_20180507",
  assets: {
    B02: { href: "https://h/B02.tif?sig=SECRET", type: "image/tiff; application=geotiff" },
    B03: { href: "s3://bucket/B03.jp2", roles: ["data"] },
    thumbnail: { href: "https://h/t.jpg", type: "image/jpeg" },
  },
};

Deno.test("openScene() says how to name a STAC document that has the name of another file", async () => {
  await inFolder(async (folder) => {
    for (const name of ["item", "S2A.txt"]) {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, `\n ${JSON.stringify(ITEM)}`);
      const { message } = await assertRejects(() => openScene(path), InputError, "a STAC item");
      assertStringIncludes(message, "must end in .json");
      assertEquals(message.includes("SECRET"), false);
    }
    const documents = [
      { ...ITEM, type: "Collection" },
      { type: "FeatureCollection", features: [ITEM] },
    ];
    for (const value of documents) {
      await Deno.writeTextFile(`${folder}/items`, JSON.stringify(value));
      await assertRejects(() => openScene(`${folder}/items`), InputError, "catalog or collection");
    }
    // Other JSON keeps the error of the raster reader.
    for (const text of ['{"type":"Feature"}', "{", "[]", '{"stac_version":1}']) {
      await Deno.writeTextFile(`${folder}/other`, text);
      await assertRejects(() => openScene(`${folder}/other`), InputError, "a GeoTIFF");
    }
  });
  const answer = () =>
    new Response(JSON.stringify(ITEM), {
      headers: { "content-length": `${JSON.stringify(ITEM).length}` },
    });
  await withServer(answer, async (url) => {
    await assertRejects(() => openScene(`${url}?sig=1`), InputError, "a STAC item");
  });
});

Deno.test("openScene() names an item and its asset that cannot be read", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/item.json`;
    await Deno.writeTextFile(path, JSON.stringify(ITEM));
    const { message } = await assertRejects(() => openScene(path), InputError);
    assertStringIncludes(message, path);
    assertEquals(message.includes("SECRET"), false);
    await Deno.writeTextFile(path, JSON.stringify({ type: "FeatureCollection", features: [ITEM] }));
    await assertRejects(() => openScene(path), InputError, "choose an item");
  });
});

Deno.test("openScene() leaves hidden files out of band folders", async () => {
  await inFolder(async (folder) => {
    const pixels = { width: 2, height: 2, bands: ["1"], dtype: "uint16" } as const;
    for (const band of ["B02", "B03"]) {
      await writeCog(`${folder}/${band}.tif`, { ...pixels, data: new Uint16Array(4) });
      await Deno.writeFile(`${folder}/._${band}.tif`, new Uint8Array(4096));
      await Deno.writeTextFile(`${folder}/${band}.tif.aux.xml`, "<PAMDataset/>");
    }
    await Deno.mkdir(`${folder}/.R10m`);
    await Deno.writeFile(`${folder}/.DS_Store`, new Uint8Array(6148));
    await Deno.writeFile(`${folder}/Thumbs.db`, new Uint8Array(10));
    const scene = await openScene(folder);
    await scene.close();
    assertEquals(scene.header.bands, ["B02", "B03"]);
  });
});
