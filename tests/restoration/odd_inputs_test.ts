/** Inputs that are odd and must work all the same. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { readRaster, writeCog } from "../../rasters/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { restoreScene, type RestoreSceneOptions } from "../../restoration/mod.ts";
import { DATES } from "./broken_inputs.ts";
import { BANDS, inFolder, tinyModel } from "./tiny.ts";

await useEngine("cpu");

const model = tinyModel();
const [FIRST, SECOND] = DATES as readonly [Raster, Raster];
const DAYS = ["2018-01-07", "2018-02-07", "2018-03-07"];

interface Restored {
  readonly raster: Raster;
  readonly log: readonly string[];
  readonly dates: readonly (string | undefined)[];
}

/** What restoring rasters gives; each is written by its day. */
async function restored(
  rasters: readonly Raster[],
  { order = rasters.map((_, l) => l), ...options }: Partial<RestoreSceneOptions> & {
    /** The inputs by their place among the rasters. */
    readonly order?: readonly number[];
  } = {},
): Promise<Restored> {
  let result: Restored | undefined;
  await inFolder(async (folder) => {
    const path = (l: number) => `${folder}/s_${DAYS[l]}.tif`;
    for (const [l, raster] of rasters.entries()) await writeCog(path(l), raster);
    const log: string[] = [];
    const output = `${folder}/clear.tif`;
    const inputs = order.map((l) => ({ path: path(l) }));
    const { dates } = await restoreScene(model, {
      inputs,
      write: { output },
      log: (line) => void log.push(line.replace(`${folder}/`, "")),
      ...options,
    });
    result = { raster: await readRaster(output), log, dates };
  });
  return result!;
}

/** A date in float numbers, some of them others, that states no nodata value. */
function floats(
  { nodata: _nodata, ...raster }: Raster,
  others: readonly (readonly [index: number, value: number])[] = [],
): Raster {
  const data = Float32Array.from(raster.data);
  for (const [index, value] of others) data[index] = value;
  return { ...raster, dtype: "float32", data };
}

/** A sample of the second band, at column 5, row 3. */
const SAMPLE = (3 * FIRST.width + 5) * BANDS.length + 1;

Deno.test("dates in any order give the same image", async () => {
  const rising = await restored(DATES);
  const mixed = await restored(DATES, { order: [2, 0, 1] });
  assertEquals(mixed.dates, DAYS);
  assertEquals(mixed.raster.data, rising.raster.data);
});

Deno.test("two images of one day are two dates, in the order given", () =>
  inFolder(async (folder) => {
    const paths = ["a_2018-01-07.tif", "b_2018-01-07.tif"].map((name) => `${folder}/${name}`);
    for (const [l, path] of paths.entries()) await writeCog(path, DATES[l]!);
    const output = `${folder}/clear.tif`;
    const { reference } = await restoreScene(model, {
      inputs: paths.map((path) => ({ path })),
      write: { output },
    });
    assertEquals(reference, 1);
    const apart = await restored([FIRST, SECOND]);
    assertEquals((await readRaster(output)).data, apart.raster.data);
  }));

Deno.test("a date without georeference, or without CRS, lies where the others do", async () => {
  const { transform: _transform, crs, ...bare } = FIRST;
  const { raster } = await restored([FIRST, SECOND]);
  const withoutPlace = await restored([bare, SECOND]);
  assertEquals(withoutPlace.raster.data, raster.data);
  const withoutCrs = await restored([{ ...bare, transform: FIRST.transform! }, SECOND]);
  assertEquals(withoutCrs.raster.data, raster.data);
  assertEquals([raster.crs?.epsg, raster.transform], [crs?.epsg, SECOND.transform]);
});

Deno.test("NaN is missing data: it stays, and nothing of it spreads", async () => {
  const whole = await restored([floats(FIRST), floats(SECOND)]);
  const { raster, log } = await restored([floats(FIRST), floats(SECOND, [[SAMPLE, NaN]])]);
  assertEquals([...raster.data.keys()].filter((i) => Number.isNaN(raster.data[i]!)), [SAMPLE]);
  assert(whole.raster.data.every((value) => Number.isFinite(value)));
  assert(!log.some((line) => line.startsWith("warning")));
  // In another date it is not even seen in the result.
  const other = await restored([floats(FIRST, [[SAMPLE, NaN]]), floats(SECOND)]);
  assert(other.raster.data.every((value) => Number.isFinite(value)));
});

Deno.test("infinite numbers are missing data, and are told with file, band and pixel", async () => {
  for (const value of [Infinity, -Infinity]) {
    const { raster, log } = await restored([
      floats(FIRST),
      floats(SECOND, [[SAMPLE, value], [SAMPLE + 1, value]]),
    ], { bands: ["B02", "B03"] });
    const told = log.filter((line) => line.startsWith("warning"));
    assertEquals(told, [
      "warning: s_2018-02-07.tif: B03 is infinite at column 5, row 3; infinite numbers count as " +
      "missing data",
    ]);
    const at = (3 * FIRST.width + 5) * 2 + 1;
    assertEquals([...raster.data.keys()].filter((i) => !Number.isFinite(raster.data[i]!)), [at]);
    assert(Number.isNaN(raster.data[at]));
  }
  const withNodata = (value: number) =>
    restored([floats(FIRST), { ...floats(SECOND, [[SAMPLE, value]]), nodata: -9999 }]);
  const [stated, absent] = [await withNodata(Infinity), await withNodata(NaN)];
  assertEquals(stated.raster.data[SAMPLE], -9999);
  const rest = (data: Raster["data"]) => Array.from(data).toSpliced(SAMPLE, 1);
  assertEquals(rest(stated.raster.data), rest(absent.raster.data));
});

Deno.test("a reference without any data comes back so, with a warning", async () => {
  const nothing = { ...SECOND, nodata: 0, data: new Uint16Array(SECOND.data.length) };
  for (const mask of [undefined, "detector"]) {
    const { raster, log } = await restored([FIRST, nothing], { mask: { source: mask } });
    assert(raster.data.every((value) => value === 0));
    assertStringIncludes(
      log.join("\n"),
      "s_2018-02-07.tif has no data here, and so has the result",
    );
  }
  // Another date without data changes nothing but the model's view.
  const other = await restored([nothing, SECOND]);
  assert(other.raster.data.every((value) => value > 0));
  assert(!other.log.some((line) => line.includes("no data")));
});
