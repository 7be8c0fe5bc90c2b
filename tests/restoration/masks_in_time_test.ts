/** Masks that compare the dates of a series: their accuracy, and that no cut shows. */

import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { CLOUD_CLASSES } from "../../clouds/mod.ts";
import { createRng, type Raster } from "../../core/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { openRaster, type RasterWindow, writeCog } from "../../rasters/mod.ts";
import { compositeScene, joinShards, restoreScene } from "../../restoration/mod.ts";
import { ClassStore } from "../../restoration/composite/class_store.ts";
import { DateRows } from "../../restoration/composite/date_rows.ts";
import { openDateMasks } from "../../restoration/date_masks.ts";
import { openReflectance } from "../../restoration/reflectance_series.ts";
import { maskWindow } from "../../restoration/rows/mask_window.ts";
import { otherDay, syntheticClouds, syntheticScene } from "../../synthetic/mod.ts";
import { inFolder, tinyModel } from "./tiny.ts";

await useEngine("cpu");

const SIZE = { width: 150, height: 133 };
const DAYS = ["2018-05-06", "2018-06-05", "2018-07-05"];
const RGBN = ["B02", "B03", "B04", "B08"];
const SWIR = [...RGBN, "B11", "B12"];
const GRID = { transform: [500000, 10, 0, 5200000, 0, -10] } as const;
const CLOUDS = { cover: 0.3, scale: 40, density: 0.8, haze: 0.01 } as const;

/** The bands of a raster that are named. */
function pick(raster: Raster, bands: readonly string[]): Raster {
  const at = bands.map((band) => raster.bands.indexOf(band));
  const depth = raster.bands.length;
  const data = Uint16Array.from(
    { length: raster.width * raster.height * at.length },
    (_, i) => raster.data[Math.floor(i / at.length) * depth + at[i % at.length]!]!,
  );
  return { ...raster, ...GRID, bands, data };
}

/** A landscape on three dates with light and season of their own, under drawn clouds. */
function drawn({ size = SIZE, bands = SWIR } = {}) {
  const rng = createRng(3);
  const ground = syntheticScene(rng.fork("scene"), size);
  return DAYS.map((day, l) => {
    const change = { jitter: 0.06, season: 0.2 };
    const date = l === 0 ? ground : otherDay(ground, rng.fork(day), change);
    const { cloudy, mask } = syntheticClouds(date, createRng(40 + l), CLOUDS);
    return { day, truth: mask.data as Uint8Array, raster: pick(cloudy, bands) };
  });
}

/** Writes the dates. */
async function written(folder: string, dates: ReturnType<typeof drawn>) {
  const inputs: { path: string }[] = [];
  for (const { day, raster } of dates) {
    const path = `${folder}/scene_${day}.tif`;
    await writeCog(path, raster);
    inputs.push({ path });
  }
  return inputs;
}

interface Found {
  readonly lines: readonly string[];
  /** Classes of each date in each window. */
  readonly classes: readonly (readonly (Uint8Array | undefined)[])[];
}

/** Masks of the inputs in windows. */
async function found(
  inputs: readonly { path: string }[],
  { windows, isQuick, allow = false, source = "auto" }: {
    readonly windows: readonly RasterWindow[];
    /** Allows the detector on a single L2A date. */
    readonly allow?: boolean;
    readonly isQuick?: boolean;
    readonly source?: string | readonly string[];
  },
): Promise<Found> {
  const lines: string[] = [];
  const series = await openReflectance({ inputs });
  const opened = await openDateMasks(series, {
    mask: { source },
    isEach: true,
    allowLevelMismatch: allow,
    ...(isQuick && { isQuick }),
    log: (line) => lines.push(line),
  });
  try {
    const classes: Found["classes"][number][] = [];
    for (const window of windows) {
      classes.push(await maskWindow(series.scene, opened.masks, window));
    }
    return { lines, classes };
  } finally {
    await opened.close();
    await series.close();
  }
}

const whole = (size = SIZE): RasterWindow => ({ column: 0, row: 0, ...size });

/** Part of a mask. */
function part(mask: Uint8Array, { column, row, width, height }: RasterWindow, across = SIZE.width) {
  return Uint8Array.from(
    { length: width * height },
    (_, i) => mask[(row + Math.floor(i / width)) * across + column + i % width]!,
  );
}

/** F1 of all classes but clear, over all dates. */
function score(
  dates: ReturnType<typeof drawn>,
  masks: readonly (Uint8Array | undefined)[],
): number {
  let [both, either] = [0, 0];
  for (const [l, { truth }] of dates.entries()) {
    for (const [i, kind] of truth.entries()) {
      const [a, b] = [kind > 0, masks[l]![i]! > 0];
      if (a && b) both++;
      either += Number(a) + Number(b);
    }
  }
  return 2 * both / either;
}

for (const [name, bands] of Object.entries({ "six bands": SWIR, "RGB + NIR": RGBN })) {
  Deno.test(`openDateMasks() finds more by comparing three dates than on each alone, with ${name}`, () =>
    inFolder(async (folder) => {
      const dates = drawn({ bands });
      const inputs = await written(folder, dates);
      const windows = [whole()];
      const inTime = await found(inputs, { windows });
      const alone = await found(inputs, { windows, isQuick: true });
      assertEquals(inTime.lines, ["clouds are found by comparing all 3 dates"]);
      const [after, before] = [inTime, alone].map(({ classes }) => score(dates, classes[0]!));
      assertGreater(after!, 0.92);
      assertGreater(after!, before! + 0.01);
    }));
}

Deno.test("openDateMasks() gives windows the classes of the whole, with odd origins too", () =>
  inFolder(async (folder) => {
    const inputs = await written(folder, drawn());
    const windows = [
      whole(),
      ...[[0, 0, 31, 17], [31, 17, 64, 50], [77, 58, 73, 75]].map(
        ([column, row, width, height]) => ({
          column: column!,
          row: row!,
          width: width!,
          height: height!,
        }),
      ),
    ];
    const { classes: [all, ...parts] } = await found(inputs, { windows });
    for (const [k, masks] of parts.entries()) {
      for (const [l, mask] of masks.entries()) {
        assertEquals(mask, part(all![l]!, windows[k + 1]!), `window ${k}, date ${l}`);
      }
    }
  }));

Deno.test("DateRows compares all dates where it reads only some, and no class is known before", () =>
  inFolder(async (folder) => {
    const size = { width: 75, height: 300 };
    const series = await openReflectance({ inputs: await written(folder, drawn({ size })) });
    const opened = await openDateMasks(series, { mask: { source: "auto" }, isEach: true });
    try {
      const { masks } = opened;
      const classes = async (dates: readonly number[]) => {
        const rows = new DateRows(series.scene, {
          ...{ masks, dates, columns: [0, size.width] },
          store: new ClassStore(),
        });
        // As of a scene that is surveyed in part: from top to bottom, without what was above.
        const halves: Uint8Array[] = [];
        for (const row of [0, size.height / 2]) {
          await rows.load(row, row + size.height / 2);
          halves.push(rows.classes(1, { column: 0, row, width: size.width, height: 150 }));
          rows.drop(row + size.height / 2);
        }
        return halves;
      };
      const all = await classes([0, 1, 2]);
      assert(all.flatMap((half) => [...half]).includes(CLOUD_CLASSES.thick), "finds no cloud");
      assertEquals(await classes([1]), all);
    } finally {
      await opened.close();
      await series.close();
    }
  }));

Deno.test("openDateMasks() surveys cells of a wide scene, which is more than they hold", () =>
  inFolder(async (folder) => {
    const size = { width: 1701, height: 48 };
    const dates = drawn({ size, bands: RGBN });
    const window = { column: 801, row: 5, width: 90, height: 40 };
    const { classes: [all, one] } = await found(await written(folder, dates), {
      windows: [whole(size), window],
    });
    assertGreater(score(dates, all!), 0.9);
    assertEquals(one![1], part(all![1]!, window, size.width));
  }));

Deno.test("openDateMasks() keeps a given mask, and finds the clouds of the other dates by that date too", () =>
  inFolder(async (folder) => {
    const dates = drawn();
    const inputs = await written(folder, dates);
    const mask = `${folder}/own.tif`;
    const { truth, raster } = dates[0]!;
    // Its classes are the drawn ones but for a corner, by which they are recognised.
    const own = truth.map((kind, i) => i < 40 ? 1 : kind);
    await writeCog(mask, { ...raster, bands: ["1"], dtype: "uint8", data: own });
    const mixed = await found(inputs, { windows: [whole()], source: [`${DAYS[0]}=${mask}`] });
    const auto = await found(inputs, { windows: [whole()] });
    assertEquals(mixed.classes[0]![0]!.map((kind) => Math.min(kind, 1)), own.map((k) => k && 1));
    for (const l of [1, 2]) assertEquals(mixed.classes[0]![l], auto.classes[0]![l]);
    assertStringIncludes(mixed.lines.at(-1)!, "of 2 dates are found by comparing all 3 dates");
  }));

Deno.test("openDateMasks() compares L2A dates, and says why fewer or other dates are not compared", () =>
  inFolder(async (folder) => {
    const dates = drawn({ size: { width: 64, height: 64 } });
    const inputs: { path: string }[] = [];
    for (const { day, raster } of dates) {
      const date = day.replaceAll("-", "");
      const path = `${folder}/S2A_MSIL2A_${date}T100031_N0500_R122_T33TUG_${date}T142000.tif`;
      await writeCog(path, raster);
      inputs.push({ path });
    }
    const window = whole({ width: 64, height: 64 });
    const { lines } = await found(inputs, { windows: [window] });
    assertEquals(lines, ["clouds are found by comparing all 3 dates"]);
    const visible = dates.map((date) => ({ ...date, raster: pick(date.raster, RGBN.slice(0, 3)) }));
    const two = await found(inputs.slice(0, 2), { windows: [window] });
    assertEquals(two.lines, ["clouds are found by comparing all 2 dates"]);
    assertStringIncludes(
      (await found(inputs.slice(0, 1), { windows: [window], allow: true })).lines[0]!,
      "on each date alone: a comparison needs 2 dates, got 1",
    );
    assertStringIncludes(
      (await found(await written(folder, visible), { windows: [window] })).lines[0]!,
      "on each date alone: a comparison needs B02, B03, B04 and B08",
    );
  }));

Deno.test("compositeScene() and restoreScene() compare dates: windows and shards have the whole's pixels", () =>
  inFolder(async (folder) => {
    const size = { width: 75, height: 62 };
    const inputs = await written(folder, drawn({ size, bands: RGBN }));
    const window = { column: 21, row: 13, width: 30, height: 31 };
    const read = async (name: string, part?: RasterWindow) => {
      const file = await openRaster(`${folder}/${name}.tif`);
      const raster = await file.read(part && { window: part });
      await file.close();
      return raster.data;
    };
    const lines: string[] = [];
    const common = { inputs, reference: 0, log: (line: string) => lines.push(line) };
    const model = tinyModel();
    const make = {
      composite: (output: string, area = {}) =>
        compositeScene({ ...common, ...area, write: { output } }),
      restored: (output: string, area = {}) =>
        restoreScene(model, {
          ...common,
          ...area,
          mask: { source: "detector" },
          write: { output },
        }),
    };
    for (const [name, run] of Object.entries(make)) {
      await run(`${folder}/${name}.tif`);
      await run(`${folder}/${name}.window.tif`, { window });
      const shards = [1, 2, 3].map((index) => `${folder}/${name}.${index}.tif`);
      for (const [i, path] of shards.entries()) {
        await run(path, { shard: { index: i + 1, count: 3 } });
      }
      await joinShards(shards, `${folder}/${name}.joined.tif`);
      assert((await read(`${name}.provenance`)).some((origin) => origin > 1), "restores nothing");
      assertEquals(await read(`${name}.joined.provenance`), await read(`${name}.provenance`));
      assertEquals(
        await read(`${name}.window.provenance`),
        await read(`${name}.provenance`, window),
      );
    }
    // The network rounds a little differently in another batch, the composite does not.
    assertEquals(await read("composite.joined"), await read("composite"));
    assertEquals(await read("composite.window"), await read("composite", window));
    assertEquals(lines.filter((line) => line.includes("comparing")).length, 10);
  }));
