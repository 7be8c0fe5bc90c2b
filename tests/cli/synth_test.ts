import { assert, assertEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { folderDataset } from "../../datasets/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { emrdm, inFolder } from "./run.ts";

Deno.test("synth writes a folder that folderDataset() reads, the same for the same seed", async () => {
  await inFolder(async (folder) => {
    const make = (out: string, seed: string) =>
      emrdm("synth", "--out", out, "--size", "48", "--scenes", "2", "--dates", "2", "--seed", seed);
    const { code, out, err } = await make(`${folder}/a`, "3");
    assertEquals([code, err], [0, ""]);
    assert(out.includes("scene1: cloud and shadow on"), out);
    const dataset = await folderDataset({ root: `${folder}/a`, tileSize: 32 });
    assertEquals([dataset.size, dataset.bands.length], [2, 13]);
    const sample = await dataset.sample(0, createRng(0));
    assertEquals([sample.length, sample.cloudy.length], [2, 2 * 32 * 32 * 13]);

    await make(`${folder}/b`, "3");
    await make(`${folder}/c`, "4");
    const pixels = async (place: string) =>
      (await readRaster(`${folder}/${place}/cloudy/scene0_1.tif`)).data;
    assertEquals(await pixels("b"), await pixels("a"));
    assert((await pixels("c")).join() !== (await pixels("a")).join());
  });
});

Deno.test("synth puts clouds on given images and keeps their georeference", async () => {
  await inFolder(async (folder) => {
    await emrdm("synth", "--out", `${folder}/a`, "--size", "40");
    const clear = `${folder}/a/clear/scene0.tif`;
    const call = ["synth", clear, "--out", `${folder}/b`, "--cover", "0.9", "--png", "--json"];
    const { code, out } = await emrdm(...call);
    assertEquals(code, 0);
    assert(JSON.parse(out).images[0].covers[0] > 0.5, out);
    const before = await readRaster(clear);
    const cloudy = await readRaster(`${folder}/b/cloudy/scene0.tif`);
    assertEquals(cloudy.transform, before.transform);
    assertEquals(cloudy.crs, before.crs);
    assertEquals(cloudy.bands, before.bands);
    assert((await Deno.stat(`${folder}/b/scene0.png`)).size > 100);
    // The same call again finds its files; another one would replace them.
    const times = () =>
      ["clear/scene0.tif", "cloudy/scene0.tif", "scene0.png"].map(
        (name) => Deno.statSync(`${folder}/b/${name}`).mtime?.getTime(),
      );
    const written = times();
    assertEquals((await emrdm(...call)).code, 0);
    const again = await emrdm(...call, "--seed", "1");
    assertEquals(again.code, 4);
    assert(again.err.includes("the file exists"), again.err);
    assertEquals(times(), written);
  });
});
