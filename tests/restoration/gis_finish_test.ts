/** Facts about the reference that the files of a result state for a GIS. */

import { assertEquals } from "@std/assert";
import { openRaster, writeCog } from "../../rasters/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { joinShards, restoreScene } from "../../restoration/mod.ts";
import { cloudyDates, inFolder, tinyModel } from "./tiny.ts";

await useEngine("cpu");

const model = tinyModel();

async function headerOf(path: string) {
  const file = await openRaster(path);
  await file.close();
  return file.header;
}

async function restore(folder: string, name: string, shard?: { index: number; count: number }) {
  const [raster] = cloudyDates({ width: 20, height: 36 }, 1);
  const input = `${folder}/${name}.tif`;
  await writeCog(input, { ...raster!, transform: [0, 10, 0, 0, 0, -10] }, { overwrite: true });
  const output = `${folder}/clear.${shard?.index ?? 0}.tif`;
  await restoreScene(model, {
    inputs: [{ path: input }],
    mask: { source: "detector" },
    ensemble: { samples: 2 },
    ...(shard && { shard }),
    write: { output },
  });
  return output;
}

const same = (value: number) => [value, value, value, value];
const reflectance = Array.from({ length: 4 }, () => "reflectance");

Deno.test("a result states scale, offset, unit and time that the product's name states", () =>
  inFolder(async (folder) => {
    const name = "S2B_MSIL1C_20220705T103031_N0400_R108_T32TLQ_20220705T123000";
    const output = await restore(folder, name);
    const { scales, offsets, units, acquired } = await headerOf(output);
    assertEquals([scales, offsets, units], [same(1e-4), same(-0.1), reflectance]);
    assertEquals(acquired, "2022-07-05 10:30:31");
    const companion = async (kind: string) =>
      await headerOf(output.replace(".tif", `.${kind}.tif`));
    const spread = await companion("uncertainty");
    assertEquals([spread.scales, spread.offsets, spread.units], [
      ...[same(1e-4), same(0), reflectance],
    ]);
    const provenance = await companion("provenance");
    assertEquals([provenance.acquired, provenance.scales], [acquired, undefined]);
  }));

Deno.test("a result states no scale that is only the usual one, and of a plain name the day", () =>
  inFolder(async (folder) => {
    const { scales, offsets, units, acquired } = await headerOf(
      await restore(folder, "rome_2018-07-05"),
    );
    assertEquals([scales, offsets, units], [undefined, undefined, undefined]);
    assertEquals(acquired, "2018-07-05 00:00:00");
  }));

Deno.test("joined shards state what the shards do, and name the classes of the provenance", () =>
  inFolder(async (folder) => {
    const name = "S2B_MSIL1C_20220705T103031_N0400_R108_T32TLQ_20220705T123000";
    const parts = [];
    for (const index of [1, 2]) parts.push(await restore(folder, name, { index, count: 2 }));
    const output = `${folder}/whole.tif`;
    await joinShards(parts, output);
    const whole = await headerOf(output);
    assertEquals([whole.acquired, whole.units], ["2022-07-05 10:30:31", reflectance]);
    const xml = (path: string) =>
      Deno.readTextFile(path.replace(/\.tif$/, ".provenance.tif.aux.xml"));
    assertEquals(await xml(output), await xml(parts[0]!));
    assertEquals(
      [...(await xml(output)).matchAll(/<Category>(.*)</g)].map(([, text]) => text),
      ["no data", "observed", "restored, and clear on another date", "reconstructed"],
    );
  }));
