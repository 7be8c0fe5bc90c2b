/** Estimates of a restoration: tiles from a sample of the scene, times as a range. */

import { assert, assertEquals } from "@std/assert";
import { rasterInMemory, writeCog } from "../../rasters/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { planTiles } from "../../restoration/rows/plan.ts";
import { estimateManifest, estimateScene } from "../../restoration/mod.ts";
import { sampleTiles } from "../../restoration/rows/sample_tiles.ts";
import type { Scene } from "../../restoration/scene.ts";
import { timeTiles } from "../../restoration/time_tiles.ts";
import { cloudyDates, inFolder, tinyModel } from "./tiny.ts";

await useEngine("cpu");

const SIZE = { width: 1700, height: 1100 };

/** A scene with data in some of its pixels. */
function sceneWith(hasData: (x: number, y: number) => boolean): Scene {
  const data = Uint16Array.from(
    { length: SIZE.width * SIZE.height },
    (_, i) => hasData(i % SIZE.width, Math.floor(i / SIZE.width)) ? 500 : 0,
  );
  const file = rasterInMemory({ ...SIZE, bands: ["B02"], dtype: "uint16", data, nodata: 0 });
  const one = { gains: [1], biases: [0], fill: [0], bands: [0], missing: [0] };
  return {
    grid: file.header,
    frames: [{ file, place: { column: 0, row: 0 }, ...one }],
    reference: 0,
    bands: ["B02"],
    output: [0],
  };
}

const PLAN = planTiles(SIZE, {
  area: { column: 0, row: 0, ...SIZE },
  overlap: 0.25,
  tileSize: 64,
  shared: 0,
});

/** Tiles with data, counted from the definition. */
function tilesWith(hasData: (x: number, y: number) => boolean): number {
  const some = (column: number, row: number) => {
    for (let y = row; y < Math.min(row + 64, SIZE.height); y++) {
      for (let x = column; x < Math.min(column + 64, SIZE.width); x++) {
        if (hasData(x, y)) return true;
      }
    }
    return false;
  };
  return PLAN.rows.flatMap((row) => PLAN.columns.filter((column) => some(column, row))).length;
}

Deno.test("sampleTiles() counts all tiles if it has the time", async () => {
  const disk = (x: number, y: number) => (x - 900) ** 2 + (y - 500) ** 2 < 400 ** 2;
  const found = await sampleTiles(PLAN, sceneWith(disk), {});
  const count = tilesWith(disk);
  assertEquals([found.restored, found.seen, found.range], [count, found.total, [count, count]]);
});

Deno.test("sampleTiles() gives a range that holds the number of tiles if it has no time", async () => {
  const rest = { none: () => false, all: () => true, stripes: (x: number) => x % 500 < 90 };
  for (const hasData of Object.values(rest)) {
    const { restored, range: [low, high], seen, total } = await sampleTiles(
      PLAN,
      sceneWith(hasData),
      { until: 0 },
    );
    assert(seen < total / 2, "it stops early");
    assert(low <= restored && restored <= high);
    const count = tilesWith(hasData);
    assert(low <= count && count <= high, `${count} in ${low} to ${high}`);
  }
});

Deno.test("timeTiles() gives a range for full batches and single tiles, with no time left too", async () => {
  const model = tinyModel();
  const before = tf.memory().numTensors;
  for (const until of [0, performance.now() + 1000]) {
    for (const steps of [1, 3]) {
      const { full, single, start } = await timeTiles(model, { batch: 4, length: 2, steps, until });
      for (const [low, high] of [full, single]) assert(low > 0 && low <= high);
      assert(start >= 0 && full[1] > single[0]);
    }
  }
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("the dry run of a manifest says what that of its scene says: masks, warnings", () =>
  inFolder(async (folder) => {
    const size = { width: 20, height: 20 };
    const model = tinyModel();
    const paths = ["first.tif", "second.tif"].map((name) => `${folder}/${name}`);
    for (const [l, raster] of cloudyDates(size, 2).entries()) await writeCog(paths[l]!, raster);
    const data = new Uint8Array(400);
    await writeCog(`${folder}/m.tif`, { ...size, bands: ["m"], dtype: "uint8", data });
    // One step and tiles that run alone take less time to time.
    const options = { mask: { source: `${folder}/m.tif` }, steps: 1, tiles: { batch: 1 } };
    const inputs = paths.map((path) => ({ path }));
    const output = `${folder}/out.tif`;
    const rss = () => 0;
    const [alone, batch]: [string[], string[]] = [[], []];
    await estimateScene(model, { ...options, inputs, write: { output } }, {
      rss,
      log: (line) => void alone.push(line),
    });
    const log = (line: string) => void batch.push(line);
    const all = await estimateManifest(model, [{ output, inputs }], { ...options, rss, log });
    assertEquals(all.map(({ status }) => status), ["estimated"]);
    assertEquals(batch, alone);
    for (const says of ["no date in the name of", "plain mask: hides 0 %", "it hides nothing"]) {
      assert(alone.some((line) => line.includes(says)), `${says} in ${alone.join("; ")}`);
    }
    tf.dispose([{ ...model.weights.params }, { ...model.weights.buffers }]);
  }));
