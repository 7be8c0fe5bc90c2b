/**
 * Independence from cuts: one scene restored whole and in several partitions, with the largest
 * difference in DN, the number of differing values, and the seam metric.
 *
 *     deno run -A benches/cuts.ts [--scene FOLDER] [--steps 5]
 *
 * The scene is a real city under synthetic clouds, by default pisa of ../shared/data/oscd.
 */

import { loadModel } from "../checkpoints/mod.ts";
import { createRng, type Raster } from "../core/mod.ts";
import { readBandFolder } from "../products/mod.ts";
import { readRaster, writeCog } from "../rasters/mod.ts";
import { syntheticClouds } from "../synthetic/mod.ts";
import { useEngine } from "../engine/mod.ts";
import { joinShards, restoreScene, type RestoreSceneOptions } from "../restoration/mod.ts";

function flag(name: string): string | undefined {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? undefined : Deno.args[at + 1];
}

const CITY = flag("scene") ??
  new URL("../../shared/data/oscd/pisa/20160809", import.meta.url).pathname;
const steps = Number(flag("steps") ?? "2");
const folder = await Deno.makeTempDir();
const input = `${folder}/cloudy.tif`;
const { cloudy } = syntheticClouds(await readBandFolder(CITY), createRng(5), { cover: 0.5 });
await writeCog(input, cloudy);
const { width, height } = cloudy;

/** Compares a raster with a part of another: the largest difference and the number of differing values. */
function difference(whole: Raster, part: Raster, column = 0, row = 0) {
  const depth = whole.bands.length;
  let [largest, count] = [0, 0];
  for (let y = 0; y < part.height; y++) {
    for (let i = 0; i < part.width * depth; i++) {
      const expected = whole.data[((row + y) * whole.width + column) * depth + i]!;
      const difference = Math.abs(expected - part.data[y * part.width * depth + i]!);
      if (difference > 0) count++;
      largest = Math.max(largest, difference);
    }
  }
  return `${largest} | ${count} of ${part.data.length}`;
}

let number = 0;
async function restore(options: Partial<RestoreSceneOptions> & { threads?: number } = {}) {
  const { threads, ...rest } = options;
  await useEngine("native", { ...(threads && { threads }), log: () => {} });
  const model = await loadModel(new URL("../weights/s2-temporal.safetensors", import.meta.url));
  const output = `${folder}/${number++}.tif`;
  const start = performance.now();
  const { report } = await restoreScene(model, {
    inputs: [{ path: input, date: "2016-08-09" }],
    write: { output },
    steps,
    ...rest,
  });
  const seconds = (performance.now() - start) / 1000;
  return { output, raster: await readRaster(output), report, seconds };
}

console.log(`${width}×${height} pixels, 13 bands, ${steps} steps`);
console.log("| blending | partition | largest difference (DN) | differing values |");
console.log("| --- | --- | --- | --- |");
const seams: string[] = [];
for (const blend of ["end", "steps"] as const) {
  for (const mask of [undefined, "detector"]) {
    const options = { tiles: { blend }, mask: { source: mask } };
    const whole = await restore(options);
    const name = `${blend}${mask ? ", keep-clear" : ""}`;
    const line = (cut: string, found: string) => console.log(`| ${name} | ${cut} | ${found} |`);
    const shards: string[] = [];
    for (let index = 1; index <= 4; index++) {
      shards.push((await restore({ ...options, shard: { index, count: 4 } })).output);
    }
    const joined = `${folder}/joined_${number}.tif`;
    await joinShards(shards, joined);
    line("4 shards, joined", difference(whole.raster, await readRaster(joined)));
    const order = (columns: readonly number[]) => [...columns].reverse();
    line(
      "tiles from right to left",
      difference(whole.raster, (await restore({ ...options, tiles: { blend, order } })).raster),
    );
    line(
      "batch 1",
      difference(whole.raster, (await restore({ ...options, tiles: { blend, batch: 1 } })).raster),
    );
    line(
      "batch 8",
      difference(whole.raster, (await restore({ ...options, tiles: { blend, batch: 8 } })).raster),
    );
    line("1 thread", difference(whole.raster, (await restore({ ...options, threads: 1 })).raster));
    const window = { column: 201, row: 303, width: 257, height: 199 };
    const part = await restore({ ...options, window });
    line("a window", difference(whole.raster, part.raster, window.column, window.row));
    const { columns, rows, disagreement } = whole.report.seams;
    seams.push(
      `| ${name} | ${columns?.ratio.toFixed(3)} | ${rows?.ratio.toFixed(3)} | ${
        disagreement.toFixed(2)
      } | ` +
        `${whole.report.evaluations} | ${whole.seconds.toFixed(1)} |`,
    );
  }
}
console.log(
  "\n| blending | seam metric, columns | rows | tile disagreement (DN) | evaluations | seconds |",
);
console.log("| --- | --- | --- | --- | --- | --- |");
console.log(seams.join("\n"));
await Deno.remove(folder, { recursive: true });
Deno.exit();
