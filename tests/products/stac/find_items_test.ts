/** Items of search results, collections, catalogs and APIs; chosen by time and box. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "../../../core/mod.ts";
import { findItems, openScene } from "../../../products/mod.ts";
import { withServer } from "../../files/server.ts";
import { inFolder } from "../../restoration/tiny.ts";
import { DAYS, type Json, searchResult, writeArchive, writeDocument } from "./archive.ts";

/** An item of a day at a place, without readable assets. */
function itemOf(day: string, changes: Json = {}): Json {
  return {
    type: "Feature",
    stac_version: "1.0.0",
    id: `item-${day}`,
    geometry: null,
    bbox: [16, 47, 17, 48],
    properties: { datetime: `${day}T10:00:00Z`, "proj:code": "EPSG:32633" },
    links: [],
    assets: {},
    ...changes,
  };
}

const dates = (items: readonly { readonly date: string }[]) => items.map(({ date }) => date);

Deno.test("findItems() lists a search result by rising time, and openScene() opens its items", async () => {
  await inFolder(async (folder) => {
    const items = await writeArchive(folder, "earthSearch", { dates: 2 });
    const path = await writeDocument(`${folder}/search.json`, searchResult(items.toReversed()));
    const found = await findItems(path);
    assertEquals(dates(found), DAYS.slice(0, 2));
    const scene = await openScene(found[1]!.path);
    await scene.close();
    assertEquals(scene.datetime?.slice(0, 10), DAYS[1]);
    await assertRejects(() => openScene(`${path}#none`), InputError, "it must hold the item none");
  });
});

Deno.test("findItems() walks catalogs and collections by relative links, and each document once", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/2018`);
    for (const day of DAYS) await writeDocument(`${folder}/2018/${day}.json`, itemOf(day));
    await writeDocument(`${folder}/2018/collection.json`, {
      type: "Collection",
      stac_version: "1.1.0",
      links: [
        { rel: "root", href: "../catalog.json" },
        { rel: "child", href: "../catalog.json" },
        ...DAYS.map((day) => ({ rel: "item", href: `./${day}.json` })),
      ],
    });
    const path = await writeDocument(`${folder}/catalog.json`, {
      type: "Catalog",
      stac_version: "1.1.0",
      links: [{ rel: "child", href: "2018/collection.json" }],
    });
    assertEquals(dates(await findItems(path)), [...DAYS]);
    const some = await findItems(path, { datetime: "2018-05-10/2018-05-17" });
    assertEquals(dates(some), DAYS.slice(1, 3));
    const { message } = await assertRejects(
      () => findItems(path, { datetime: "2020-01-01/.." }),
      InputError,
    );
    assertStringIncludes(message, "it must hold an item of 2020-01-01/.., got none");
  });
});

Deno.test("findItems() pages through the items of an API, and keeps its query string to itself", async () => {
  await withServer((request) => {
    const url = new URL(request.url);
    const at = (path: string) => `${url.origin}${path}`;
    if (url.pathname === "/collections/s2") {
      return Response.json({
        type: "Collection",
        stac_version: "1.0.0",
        links: [{ rel: "items", href: at("/collections/s2/items?token=SECRET") }],
      });
    }
    const page = Number(url.searchParams.get("page") ?? 0);
    const next = { rel: "next", href: at(`/collections/s2/items?page=${page + 1}&token=SECRET`) };
    return Response.json(searchResult([itemOf(DAYS[page]!)], page < 3 ? [next] : []));
  }, async (url) => {
    const api = url.replace("a.tif", "collections/s2");
    assertEquals(dates(await findItems(api)), [...DAYS]);
    const { message } = await assertRejects(
      () => findItems(`${api}/items?token=SECRET`, { datetime: "2020-01-01" }),
      InputError,
    );
    assertEquals(message.includes("SECRET"), false);
  });
});

Deno.test("findItems() chooses by a box in any CRS, also across the antimeridian", async () => {
  await inFolder(async (folder) => {
    const path = await writeDocument(
      `${folder}/search.json`,
      searchResult([
        itemOf(DAYS[0]),
        itemOf(DAYS[1], { bbox: [178, -20, -178, -18] }),
        itemOf(DAYS[2], { bbox: [16, 47, 0, 17, 48, 100] }),
      ]),
    );
    const inside = async (bbox: readonly [number, number, number, number], bboxCrs?: string) =>
      dates(await findItems(path, { bbox, ...(bboxCrs && { bboxCrs }) }));
    assertEquals(await inside([16.5, 47.5, 16.6, 47.6], "EPSG:4326"), [DAYS[0], DAYS[2]]);
    assertEquals(await inside([179.5, -19, 179.6, -18.9], "EPSG:4326"), [DAYS[1]]);
    assertEquals(await inside([179.5, -19, -179.5, -18.9], "EPSG:4326"), [DAYS[1]]);
    assertEquals(await inside([600000, 5290000, 601000, 5291000], "EPSG:32633"), [
      DAYS[0],
      DAYS[2],
    ]);
    // Without a CRS, that of the items.
    const own = await writeDocument(`${folder}/own.json`, itemOf(DAYS[0]));
    assertEquals((await findItems(own, { bbox: [600000, 5290000, 601000, 5291000] })).length, 1);
    await assertRejects(() => findItems(own, { bbox: [0, 0, 1, 1] }), InputError, "got none");
  });
});

Deno.test("findItems() names the document and the field of what is invalid", async () => {
  await inFolder(async (folder) => {
    const cases: readonly (readonly [unknown, string])[] = [
      [searchResult([{ ...itemOf(DAYS[0]), id: 7 }]), "features[0].id must be a string, got 7"],
      [searchResult([itemOf(DAYS[0], { properties: null })]), "properties must be an object"],
      [searchResult([itemOf(DAYS[0])], [{ rel: "next", href: "x", method: "POST" }]), "POST"],
      [{ type: "Catalog", stac_version: "1.0.0", links: [{ rel: "item" }] }, "links[0]"],
      [{ type: "Catalog", stac_version: "1.0.0", links: {} }, "links must be a list"],
      [{ type: "Map", stac_version: "1.0.0" }, "type must be Feature, FeatureCollection"],
      [{ type: "Feature" }, "stac_version must be a string, got none"],
      ["[]", "it must be an object"],
    ];
    for (const [value, says] of cases) {
      const path = `${folder}/doc.json`;
      await Deno.writeTextFile(path, typeof value === "string" ? value : JSON.stringify(value));
      const { message } = await assertRejects(() => findItems(path), InputError);
      assertStringIncludes(message, "doc.json");
      assertStringIncludes(message, says);
    }
    await assertRejects(() => findItems(`${folder}/none.json`), InputError, "the file must exist");
    await Deno.writeTextFile(`${folder}/doc.json`, "{");
    await assertRejects(() => findItems(`${folder}/doc.json`), InputError, "it must be JSON");
    for (const datetime of ["May", "2018-13-01", "a/b/c", "../..", "2018-05-02/2018-05-01", ""]) {
      await assertRejects(
        () => findItems(`${folder}/doc.json`, { datetime }),
        RangeError,
        "Cannot",
      );
    }
  });
});
