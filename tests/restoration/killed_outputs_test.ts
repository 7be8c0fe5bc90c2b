/** Files that a killed restoration leaves: the same call runs again. */

import { assertEquals, assertRejects } from "@std/assert";
import { OutputError } from "../../core/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { restoreScene } from "../../restoration/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { cloudyDates, inFolder, tinyModel } from "./tiny.ts";

await useEngine("cpu");
/** The files next to the picture's folder; the names of the classes are for GDAL. */
const NAMES = [
  ...["clear.item.json", "clear.provenance.tif", "clear.provenance.tif.aux.xml", "clear.tif"],
];
const SIZE = { width: 20, height: 20 };

async function withScene(
  work: (folder: string, restore: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const [date] = cloudyDates(SIZE, 1);
    await writeCog(`${folder}/s_2018-01-07.tif`, date!);
    const data = new Uint8Array(400).fill(1, 100, 200);
    await writeCog(`${folder}/m.tif`, { ...SIZE, bands: ["m"], dtype: "uint8", data });
    const model = tinyModel();
    await work(folder, () =>
      restoreScene(model, {
        inputs: [{ path: `${folder}/s_2018-01-07.tif` }],
        mask: { source: `${folder}/m.tif` },
        write: { output: `${folder}/new/below/clear.tif`, picture: `${folder}/pictures/clear.png` },
      }));
    tf.dispose([{ ...model.weights.params }, { ...model.weights.buffers }]);
  });
}

const contentsOf = (folder: string) =>
  Promise.all(
    [
      ...["new/below/clear.tif", "new/below/clear.provenance.tif", "new/below/clear.item.json"],
      "pictures/clear.png",
    ].map((name) => Deno.readFile(`${folder}/${name}`)),
  );

/** Puts the image back where it was before it got its name. */
async function unrename(folder: string): Promise<void> {
  const image = `${folder}/new/below/clear.tif`;
  await Deno.mkdir(`${image}.partial`);
  await Deno.writeTextFile(`${image}.partial/lock`, "process 1 on gone");
  // A kill before the provenance raster had its name.
  const provenance = image.replace(".tif", ".provenance.tif");
  await Deno.mkdir(`${provenance}.partial`);
  await Deno.writeTextFile(`${provenance}.partial/sidecar`, "names");
  await Deno.rename(image, `${image}.partial/file`);
}

Deno.test("restoreScene() creates the folders of its files", () =>
  withScene(async (folder, restore) => {
    await restore();
    assertEquals((await contentsOf(folder)).every(({ length }) => length > 0), true);
  }));

Deno.test("restoreScene() goes on where a kill came between the names of its files", () =>
  withScene(async (folder, restore) => {
    await restore();
    const wanted = await contentsOf(folder);
    await unrename(folder);
    await restore();
    assertEquals(await contentsOf(folder), wanted);
    const left = [...Deno.readDirSync(`${folder}/new/below`)].map(({ name }) => name).sort();
    assertEquals(left, NAMES);
  }));

Deno.test("restoreScene() does not take a file for its own that was there before", () =>
  withScene(async (folder, restore) => {
    await restore();
    await unrename(folder);
    const picture = `${folder}/pictures/clear.png`;
    await Deno.writeTextFile(picture, "mine");
    await Deno.utime(picture, 1e9, 1e9);
    await assertRejects(restore, OutputError, "clear.png: the file exists");
    assertEquals(await Deno.readTextFile(picture), "mine");
  }));

Deno.test("a call that is refused removes what a killed one left of a complete file", () =>
  withScene(async (folder, restore) => {
    await restore();
    const image = `${folder}/new/below/clear.tif`;
    await Deno.mkdir(`${image}.partial`);
    await Deno.writeTextFile(`${image}.partial/lock`, "");
    await assertRejects(restore, OutputError, "clear.tif: the file exists");
    const left = [...Deno.readDirSync(`${folder}/new/below`)].map(({ name }) => name).sort();
    assertEquals(left, NAMES);
  }));
