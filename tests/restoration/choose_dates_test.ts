/** Of a long season, the dates that help are used: near, fitting and clear where the reference is not. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { openRaster, writeCog } from "../../rasters/mod.ts";
import { openSeries, restoreEvery, restoreScene } from "../../restoration/mod.ts";
import { BANDS, cloudyDates, inFolder, tinyModel } from "./tiny.ts";

const SIZE = { width: 40, height: 40 };
const DAYS = ["2018-06-05", "2018-06-25", "2018-07-05", "2018-07-15", "2018-12-05", "2018-06-30"];
/** Clouded columns of each date, first and one past the last; the reference is the third. */
const CLOUDED = [[0, 40], [20, 40], [0, 20], [0, 20], [39, 40], [0, 0]] as const;

/** Ground of {@linkcode SIZE}; the last date shows another ground. */
function date(l: number): Raster {
  const data = Uint16Array.from({ length: SIZE.width * SIZE.height * 4 }, (_, i) => {
    const [x, y] = [Math.floor(i / 4) % SIZE.width, Math.floor(i / 4 / SIZE.width)];
    const changed = l === 5 ? 900 * ((x + y) % 3) : 0;
    const [first, end] = CLOUDED[l]!;
    return x >= first && x < end ? 6000 : 500 + 10 * ((x * y) % 17) + 50 * (i % 4) + changed;
  });
  return { ...SIZE, bands: BANDS, dtype: "uint16", data, nodata: 0 };
}

async function season(folder: string) {
  for (const [l, day] of DAYS.entries()) {
    await writeCog(`${folder}/s_${day}.tif`, date(l));
    const [first, end] = CLOUDED[l]!;
    await writeCog(`${folder}/mask_${day}.tif`, {
      ...SIZE,
      bands: ["1"],
      dtype: "uint8",
      data: Uint8Array.from({ length: 1600 }, (_, i) => i % 40 >= first && i % 40 < end ? 1 : 0),
    });
  }
  return {
    inputs: DAYS.map((day) => ({ path: `${folder}/s_${day}.tif` })),
    reference: "2018-07-05",
    mask: { source: `${folder}/mask_{date}.tif`, dilate: 0, feather: 0 },
  };
}

Deno.test("a season longer than the model takes is cut to the dates that help, and says which", async () => {
  const model = tinyModel();
  await inFolder(async (folder) => {
    const options = await season(folder);
    const lines: string[] = [];
    const series = await openSeries(model, { ...options, log: (line) => lines.push(line) });
    await series.close();
    // All cloud, the same clouds as the reference, half a year away, other ground: none of these.
    assertEquals(series.dates.includes("2018-06-05"), false);
    assertEquals(series.dates.includes("2018-06-25"), true, lines.join("\n"));
    assertEquals(series.dates.length, 3);
    assertEquals(series.dates[series.scene.reference], "2018-07-05");
    assert(
      lines.some((line) =>
        line.includes("6 dates, of which model tiny takes 3: uses the reference and 2018-06-25")
      ),
      lines.join("\n"),
    );
    const all = await openSeries(model, { ...options, anyLength: true });
    await all.close();
    assertEquals(all.dates.length, 6);
  });
});

Deno.test("a window of a season is restored from the same dates as the whole, and tags name them", async () => {
  const model = tinyModel();
  await inFolder(async (folder) => {
    const options = await season(folder);
    const whole = await restoreScene(model, { ...options, write: { output: `${folder}/a.tif` } });
    const window = { column: 24, row: 8, width: 16, height: 16 };
    const part = await restoreScene(model, {
      ...options,
      window,
      write: { output: `${folder}/b.tif` },
    });
    assertEquals(part.tags.EMRDM_DATES, whole.tags.EMRDM_DATES);
    assertEquals(whole.tags.EMRDM_DATES!.split(",").length, 3);
  });
});

Deno.test("masks named one by one may name dates that are not used", async () => {
  const model = tinyModel();
  await inFolder(async (folder) => {
    const options = await season(folder);
    const named = DAYS.map((day) => `${day}=${folder}/mask_${day}.tif`);
    const ordered = DAYS.map((day) => `${folder}/mask_${day}.tif`);
    const outputs: string[] = [];
    for (const [i, source] of [named, ordered, options.mask.source].entries()) {
      const output = `${folder}/out${i}.tif`;
      await restoreScene(model, {
        ...options,
        mask: { ...options.mask, source },
        write: { output },
      });
      const file = await openRaster(`${folder}/out${i}.provenance.tif`);
      outputs.push((await file.read()).data.join());
      await file.close();
    }
    assertEquals(new Set(outputs).size, 1);
    await assertRejects(
      () =>
        restoreScene(model, {
          ...options,
          mask: { source: ordered.slice(1) },
          write: { output: `${folder}/no.tif` },
        }),
      Error,
      "there must be one mask for each of 6 inputs, in their order, got 5",
    );
  });
});

Deno.test("restoreEvery() restores each date as restoreScene() does, under names of its own", async () => {
  const model = tinyModel();
  await inFolder(async (folder) => {
    const inputs: { path: string }[] = [];
    for (const [l, raster] of cloudyDates({ width: 16, height: 16 }, 2).entries()) {
      const path = `${folder}/s_2018-0${l + 1}-01.tif`;
      await writeCog(path, raster);
      inputs.push({ path });
    }
    const { images } = await restoreEvery(model, {
      inputs,
      write: { output: `${folder}/{date}.tif` },
    });
    assertEquals(images.map(({ reference }) => reference), [0, 1]);
    for (const [reference, { output, tags }] of images.entries()) {
      const alone = `${folder}/alone${reference}.tif`;
      await restoreScene(model, {
        inputs,
        reference,
        // The tag by which a repeated call recognises the file.
        write: { output: alone, tags: { EMRDM_RUN: tags.EMRDM_RUN! } },
      });
      assertEquals(await Deno.readFile(output), await Deno.readFile(alone));
    }
    await assertRejects(
      () => restoreEvery(model, { inputs, write: { output: `${folder}/one.tif` } }),
      RangeError,
      "--out must have {date} or {name} in it, as clear_{date}.tif",
    );
  });
});
