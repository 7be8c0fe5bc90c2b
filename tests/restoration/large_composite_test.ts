/** Composites of large scenes, which are surveyed in part. */

import { assert, assertEquals } from "@std/assert";
import { openRaster, type RasterWindow, writeCog } from "../../rasters/mod.ts";
import { compositeScene, type CompositeSceneOptions, joinShards } from "../../restoration/mod.ts";
import { isLarge, surveyPlaces } from "../../restoration/composite/survey_places.ts";
import { slowTest } from "../slow.ts";
import { inFolder } from "./tiny.ts";

const SIZES = [[10980, 10980], [4097, 4096], [30000, 1100], [700, 40000], [5000, 4100]] as const;

Deno.test("surveyPlaces() spreads 16 Mpx over a large scene, with the context that each needs", () => {
  assert(!isLarge({ width: 4096, height: 4096 }));
  const margin = 74;
  for (const [width, height] of SIZES) {
    const scene = { width, height };
    assert(isLarge(scene));
    const places = surveyPlaces(scene, margin);
    assert(places.length > 0 && places.length <= 16);
    const origins = places.map(({ read }) => `${read.column},${read.row}`);
    assertEquals(new Set(origins).size, places.length);
    for (const { read, inside, cores } of places) {
      assert(read.column >= 0 && read.column + read.width <= width);
      assert(read.row >= 0 && read.row + read.height <= height);
      const pixels = cores.reduce((sum, core) => sum + core.width * core.height, 0);
      assertEquals(pixels, inside.width * inside.height);
      for (const core of cores) {
        // What lies beyond the scene is no context.
        const near = {
          left: core.column === 0 || core.column - margin >= read.column,
          right: core.column + core.width === width ||
            core.column + core.width + margin <= read.column + read.width,
          top: core.row === 0 || core.row - margin >= read.row,
          bottom: core.row + core.height === height ||
            core.row + core.height + margin <= read.row + read.height,
        };
        assertEquals(near, { left: true, right: true, top: true, bottom: true });
      }
    }
  }
});

Deno.test("surveyPlaces() reaches every quarter of a product", () => {
  const places = surveyPlaces({ width: 10980, height: 10980 }, 74);
  assertEquals(places.length, 16);
  for (const [right, bottom] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
    const found = places.filter(({ read }) =>
      Number(read.column >= 5490) === right && Number(read.row >= 5490) === bottom
    );
    assert(found.length >= 2, `a quarter must have two places, got ${found.length}`);
  }
});

const DAYS = ["2018-03-07", "2018-05-06", "2018-07-05"];

/** Period of the ground in rows: short, so that large files are packed fast. */
const PERIOD = 8;
/** A large scene that is as low as its context allows: few pixels of its blocks are surveyed. */
const LOW = { width: 66_000, height: 256 };

/** Writes a date and its mask, of few clouds in all blocks. */
async function writeDate(path: string, { day, l }: { readonly day: string; readonly l: number }) {
  const { width, height } = LOW;
  const grid = { ...LOW, transform: [500000, 10, 0, 5200000, 0, -10] } as const;
  const rows = new Uint16Array(2 * width * PERIOD);
  for (let i = 0; i < rows.length; i++) {
    const [x, y, b] = [Math.floor(i / 2) % width, Math.floor(i / 2 / width), i % 2];
    rows[i] = 600 + 40 * l + 100 * b + (x * 7 + y * 13 + (x * y) % 31) % 200 +
      (x * (5 + 3 * l) + y * (3 + l)) % 61;
  }
  const data = new Uint16Array(2 * width * height);
  for (let y = 0; y < height; y += PERIOD) data.set(rows, 2 * y * width);
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    if ((y + 40 * l) % 130 >= 60) continue;
    for (let x = -50 * l; x < width; x += 150) {
      const [first, last] = [Math.max(0, x), Math.max(0, Math.min(width, x + 60))];
      mask.fill(1, y * width + first, y * width + last);
      data.fill(6000, 2 * (y * width + first), 2 * (y * width + last));
    }
  }
  await writeCog(path, { ...grid, bands: ["B02", "B03"], dtype: "uint16", data, nodata: 0 });
  const classes = { ...grid, bands: ["1"], dtype: "uint8", data: mask } as const;
  await writeCog(`${path.replace(/scene_[^/]*$/, "")}${day}.mask.tif`, classes);
}

slowTest(
  "compositeScene() of a large scene: windows and joined shards have the whole's pixels",
  async () => {
    assert(isLarge(LOW));
    await inFolder(async (folder) => {
      const inputs = DAYS.map((day) => ({ path: `${folder}/scene_${day}.tif` }));
      for (const [l, { path }] of inputs.entries()) await writeDate(path, { day: DAYS[l]!, l });
      const area = { column: 30_100, row: 20, width: 1300, height: 220 };
      const inner = { column: 30_600, row: 90, width: 500, height: 110 };
      const make = (name: string, part: Pick<CompositeSceneOptions, "window" | "shard">) =>
        compositeScene({
          inputs,
          reference: DAYS[1]!,
          mask: { source: `${folder}/{date}.mask.tif` },
          ...part,
          write: { output: `${folder}/${name}.tif` },
        });
      await make("area", { window: area });
      await make("inner", { window: inner });
      const shards = [1, 2].map((index) => `shard_${index}`);
      for (const [i, name] of shards.entries()) {
        await make(name, { window: area, shard: { index: i + 1, count: 2 } });
      }
      await joinShards(shards.map((name) => `${folder}/${name}.tif`), `${folder}/joined.tif`);
      for (const kind of ["", ".provenance", ".support", ".days", ".uncertainty"]) {
        const read = async (name: string, window?: RasterWindow) => {
          const file = await openRaster(`${folder}/${name}${kind}.tif`);
          const { data } = await file.read(window && { window });
          await file.close();
          return data;
        };
        const all = await read("area");
        assert(all.some((value) => value !== all[0]), `${kind} must vary, got ${all[0]}`);
        assertEquals(await read("joined"), all, kind);
        const [column, row] = [inner.column - area.column, inner.row - area.row];
        assertEquals(await read("inner"), await read("area", { ...inner, column, row }), kind);
      }
    });
  },
);
