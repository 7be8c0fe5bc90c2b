/** Composites of large scenes, which are surveyed in part. */

import { assert, assertEquals } from "@std/assert";
import { openRaster, writeCog } from "../../rasters/mod.ts";
import { compositeScene } from "../../restoration/mod.ts";
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

slowTest("compositeScene() of a large scene: parts agree where they overlap", async () => {
  await inFolder(async (folder) => {
    const [width, height] = [4224, 4000];
    const grid = { width, height, transform: [500000, 10, 0, 5200000, 0, -10] } as const;
    const inputs: { path: string }[] = [];
    for (const [l, day] of DAYS.entries()) {
      const data = new Uint16Array(2 * width * height);
      const mask = new Uint8Array(width * height);
      for (let y = 0, i = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          mask[i] = (x + 50 * l) % 150 < 60 && (y + 40 * l) % 130 < 60 ? 1 : 0;
          for (let b = 0; b < 2; b++) {
            data[2 * i + b] = mask[i] === 1
              ? 6000
              : 600 + 40 * l + 100 * b + (x * 7 + y * 13 + (x * y) % 31) % 200 +
                (x * (5 + 3 * l) + y * (3 + l)) % 61;
          }
        }
      }
      const path = `${folder}/scene_${day}.tif`;
      await writeCog(path, { ...grid, bands: ["B02", "B03"], dtype: "uint16", data, nodata: 0 });
      await writeCog(`${folder}/${day}.mask.tif`, {
        ...grid,
        bands: ["1"],
        dtype: "uint8",
        data: mask,
      });
      inputs.push({ path });
    }
    const parts = [
      { column: 1900, row: 1000, width: 400, height: 300 },
      { column: 2100, row: 1130, width: 700, height: 400 },
    ];
    for (const [i, window] of parts.entries()) {
      await compositeScene({
        inputs,
        reference: DAYS[1]!,
        mask: { source: `${folder}/{date}.mask.tif` },
        window,
        write: { output: `${folder}/part_${i}.tif` },
      });
    }
    for (const kind of ["", ".provenance", ".support", ".days", ".uncertainty"]) {
      const [first, second] = await Promise.all(parts.map(async (part, i) => {
        const file = await openRaster(`${folder}/part_${i}.tif`.replace(/\.tif$/, `${kind}.tif`));
        const { data } = await file.read({
          window: { column: 2100 - part.column, row: 1130 - part.row, width: 200, height: 170 },
        });
        await file.close();
        return data;
      }));
      assert(first!.some((value) => value !== first![0]), `${kind} must vary, got ${first![0]}`);
      assertEquals(first, second, kind);
    }
  });
});
