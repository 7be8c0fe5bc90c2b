/**
 * Memory and time of `restoreScene` by scene size. Each size runs in its own process, whose peak memory
 * and CPU seconds the operating system reports.
 *
 *     deno run -A benches/scenes.ts [--sizes 512,1024,2048,4096] [--dates 2] [--masked 10980]
 *
 * Scenes are a real image of ../shared/data, mirrored to the wanted size, or a synthetic landscape if
 * there is none. Clouds are rectangles, so that their fraction is exact.
 */

import { createCog } from "../rasters/mod.ts";
import { readBandFolder } from "../products/mod.ts";
import { syntheticScene } from "../synthetic/mod.ts";
import { createRng, type Raster } from "../core/mod.ts";
import { reflect } from "../restoration/rows/tiles.ts";
import { loadModel } from "../checkpoints/mod.ts";
import { useEngine } from "../engine/mod.ts";
import { estimateScene, restoreScene, type RestoreSceneOptions } from "../restoration/mod.ts";

const MODEL = new URL("../weights/s2-temporal.safetensors", import.meta.url);
const SITE = new URL("../../shared/data/oscd/montpellier/20160820", import.meta.url).pathname;

async function realImage(): Promise<Raster> {
  const folder = SITE.replace(/\/[^/]+$/, "");
  for await (const { name } of Deno.readDir(folder)) {
    return await readBandFolder(`${folder}/${name}`);
  }
  throw new Error(`Cannot read the scene: ${folder} must have a date, got none`);
}

/** Writes a square scene with a fraction of it under white rectangles. */
async function write(path: string, { side, date, cover }: {
  side: number;
  date: number;
  cover: number;
}): Promise<void> {
  const like = await realImage()
    .catch(() => syntheticScene(createRng(1), { width: 512, height: 512 }));
  const bands = like.bands.length;
  const { transform: _, crs: __, ...plain } = like;
  const writer = await createCog(path, {
    ...plain,
    width: side,
    height: side,
    transform: [500000, 10, 0, 5000000, 0, -10],
    nodata: 0,
  }, { overwrite: true });
  const row = new Uint16Array(side * bands);
  // One square cloud in each cell of 1024 pixels.
  const field = Math.min(1024, side);
  const cloud = Math.sqrt(cover) * field;
  const shift = date * 331 % field;
  for (let y = 0; y < side; y++) {
    const from = reflect(y, like.height) * like.width;
    for (let x = 0; x < side; x++) {
      const at = (from + reflect(x, like.width)) * bands;
      const cloudy = (x + shift) % field < cloud && (y + shift) % field < cloud;
      for (let b = 0; b < bands; b++) row[x * bands + b] = cloudy ? 7000 : like.data[at + b]!;
    }
    await writer.write(row);
  }
  await writer.commit();
}

interface Figures {
  readonly side: number;
  readonly seconds: number;
  /** Seconds of the first window, including one-time compilation. */
  readonly warmUp: number;
  readonly cpu: number;
  readonly evaluations: number;
  readonly tiles: { readonly total: number; readonly restored: number };
  readonly peak: number;
  readonly estimate: { readonly memory: number; readonly seconds: number };
}

/** Returns the peak memory of this process in bytes and its CPU seconds. */
async function usage(): Promise<{ peak: number; cpu: number }> {
  const status = await Deno.readTextFile("/proc/self/status");
  const stat = (await Deno.readTextFile("/proc/self/stat")).replace(/^.*\) /, "").split(" ");
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1024;
  return { peak, cpu: (Number(stat[11]) + Number(stat[12])) / 100 };
}

/** Measures one restoration; runs in its own process. */
async function one(options: RestoreSceneOptions & { side: number }): Promise<Figures> {
  await useEngine("native", { log: () => {} });
  const model = await loadModel(MODEL);
  const { seconds, memory } = await estimateScene(model, options, {
    rss: () => Deno.memoryUsage().rss,
  });
  // Warm-up: compiles both batch shapes, whose cost does not depend on the size of the scene.
  const side = Math.min(options.side, 512);
  const window = { column: 0, row: 0, width: side, height: side };
  const { mask: _, ...plain } = options;
  const begin = performance.now();
  await restoreScene(model, { ...plain, window });
  const warmUp = (performance.now() - begin) / 1000;
  const before = await usage();
  const start = performance.now();
  const { report } = await restoreScene(model, options);
  const { peak, cpu } = await usage();
  return {
    side: options.side,
    seconds: (performance.now() - start) / 1000,
    warmUp,
    cpu: cpu - before.cpu,
    evaluations: report.evaluations,
    tiles: report.tiles,
    peak,
    estimate: { memory, seconds: seconds.network + seconds.files },
  };
}

function line(figures: Figures): string {
  const { side, seconds, cpu, evaluations, tiles, peak, estimate } = figures;
  const mpx = side * side / 1e6;
  return [
    `${side}²`,
    tiles.restored,
    (evaluations / mpx).toFixed(1),
    (cpu / mpx).toFixed(2),
    `${seconds.toFixed(1)} (${estimate.seconds.toFixed(1)})`,
    `${(peak / 1e6).toFixed(0)} (${(estimate.memory / 1e6).toFixed(0)})`,
  ].join(" | ");
}

if (Deno.args[0] === "--one") {
  console.log(JSON.stringify(await one(JSON.parse(Deno.args[1]!))));
  Deno.exit();
}

const flag = (name: string, fallback: string) => {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? fallback : Deno.args[at + 1]!;
};
const sizes = flag("sizes", "512,1024,2048,4096").split(",").filter(Boolean).map(Number);
const masked = flag("masked", "").split(",").filter(Boolean).map(Number);
const dates = Number(flag("dates", "1"));
const extra = JSON.parse(flag("options", "{}"));
const cover = Number(flag("cover", "0.05"));
const folder = flag("folder", await Deno.makeTempDir());
console.log(
  "| scene | tiles | evaluations/Mpx | CPU s/Mpx | seconds (estimate) | peak MB (estimate) |",
);
console.log("| --- | --- | --- | --- | --- | --- |");
for (
  const [side, mask] of [
    ...sizes.map((side) => [side, undefined] as const),
    ...masked.map((side) => [side, "detector"] as const),
  ]
) {
  const inputs: { path: string; date: string }[] = [];
  for (let date = 0; date < dates; date++) {
    const path = `${folder}/scene_${side}_${date}.tif`;
    if (!await Deno.stat(path).then(() => true, () => false)) {
      await write(path, { side, date, cover });
    }
    inputs.push({ path, date: `2020-01-0${date + 1}` });
  }
  const options = {
    side,
    inputs,
    write: { output: `${folder}/out_${side}.tif`, overwrite: true },
    mask: { source: mask },
    ...extra,
  };
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename!, "--one", JSON.stringify(options)],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const out = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  console.log(`| ${line(JSON.parse(out))} |${mask ? " keep-clear" : ""}`);
}
