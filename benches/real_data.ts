/**
 * Restores everything in ../shared/data and checks it with GDAL (check_scene.py).
 *
 *     deno run -A benches/real_data.ts [--out DIR] [--python python3] [--only NAME]
 *
 * There are no shipped models with SAR or with visible bands only. For those the bench uses random
 * weights, which test the file handling, not the quality.
 */

import { loadModel } from "../checkpoints/mod.ts";
import { useEngine } from "../engine/mod.ts";
import { createModel, type Model, type ModelConfig } from "../model/mod.ts";
import { restoreScene, type SceneOptions } from "../restoration/mod.ts";

const DATA = new URL("../../shared/data/", import.meta.url).pathname;

function flag(name: string): string | undefined {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? undefined : Deno.args[at + 1];
}

const OUT = flag("out") ?? await Deno.makeTempDir();
const PYTHON = flag("python") ?? "python3";
const ONLY = flag("only");

/** Returns a small model with random weights for given bands. */
function fresh(config: Pick<ModelConfig, "bands" | "length"> & Partial<ModelConfig>): Model {
  return createModel({
    name: "fresh",
    scaling: { low: 0, high: 10000, clip: true },
    tileSize: 64,
    steps: 2,
    network: {
      type: "hdit",
      patchSize: [4, 4],
      levels: [
        { width: 64, depth: 1, dFf: 64, attention: "global", dHead: 32 },
        { width: 64, depth: 1, dFf: 64, attention: "global", dHead: 32 },
      ],
      mapping: { depth: 1, width: 64, dFf: 64 },
    },
    ...config,
  });
}

const dn = (name: string) => ({ name, unit: "DN" });
const shipped = await loadModel(new URL("../weights/s2-temporal.safetensors", import.meta.url));
const visible = fresh({ bands: ["B04", "B03", "B02"].map(dn), length: 1 });
const withSar = fresh({
  bands: shipped.card.bands,
  length: 1,
  condition: {
    order: ["auxiliary", "cloudy"],
    auxiliary: ["VV", "VH"].map((name) => ({ name, unit: "dB" })),
    auxiliaryScaling: { low: -25, high: 0, clip: true },
  },
});

interface Case {
  readonly name: string;
  readonly model: Model;
  readonly options: SceneOptions;
  /** Files that GDAL compares with: one raster, and files of single bands. */
  readonly reference: string;
  readonly bands?: readonly string[];
}

async function names(folder: string): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const { name } of Deno.readDir(folder)) all.push(name);
  return all.sort();
}

async function* cases(): AsyncGenerator<Case> {
  // The two dates of a city are on different grids, which restoreScene does not mix.
  for (const city of await names(`${DATA}oscd`)) {
    for (const date of await names(`${DATA}oscd/${city}`)) {
      const path = `${DATA}oscd/${city}/${date}`;
      yield {
        name: `oscd ${city} ${date}`,
        model: shipped,
        options: { inputs: [{ path }], mask: { source: "detector" } },
        reference: `${path}/B02.tif`,
        bands: ["B02", "B03", "B04", "B08"].map((band) => `${band}=${path}/${band}.tif`),
      };
    }
  }
  const triplets = `${DATA}sen12mscr/`;
  const cloudy: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await walk(`${folder}${name}/`);
      else if (name.includes("_s2_cloudy_")) cloudy.push(`${folder}${name}`);
    }
  };
  await walk(triplets);
  for (const path of cloudy.sort()) {
    const sar = path.replaceAll("s2_cloudy", "s1");
    yield {
      name: `sen12mscr ${path.split("/").at(-1)}`,
      model: withSar,
      options: { inputs: [{ path }], auxiliary: [sar], mask: { source: "detector" } },
      reference: path,
    };
  }
  const series = (await names(`${DATA}sen12mscr_ts`)).filter((name) => name.endsWith(".tif"));
  const path = (date: string) =>
    `${DATA}sen12mscr_ts/${series.find((name) => name.includes(`_${date}_`))}`;
  const dates = ["2018-07-05", "2018-03-07", "2018-09-18"];
  for (let length = 1; length <= 3; length++) {
    yield {
      name: `sen12mscr_ts, ${length} date${length > 1 ? "s" : ""}`,
      model: shipped,
      options: {
        inputs: dates.slice(0, length).map((date) => ({ path: path(date) })),
        reference: dates[0]!,
        mask: { source: "detector" },
      },
      reference: path(dates[0]!),
    };
  }
  for (const kind of await names(`${DATA}cloudsen12/ROI_2507`)) {
    const folder = `${DATA}cloudsen12/ROI_2507/${kind}`;
    yield {
      name: `cloudsen12 ${kind}`,
      model: visible,
      options: {
        inputs: [{ path: `${folder}/S2L1C_B4B3B2.tif` }],
        bandNames: ["B04", "B03", "B02"],
        // The mask labels some cloud edges, not all clouds.
        mask: { source: `${folder}/mask.tif` },
      },
      reference: `${folder}/S2L1C_B4B3B2.tif`,
    };
    yield {
      name: `cloudsen12 ${kind}, detector`,
      model: visible,
      options: {
        inputs: [{ path: `${folder}/S2L1C_B4B3B2.tif` }],
        bandNames: ["B04", "B03", "B02"],
        mask: { source: "detector" },
      },
      reference: `${folder}/S2L1C_B4B3B2.tif`,
    };
  }
}

await useEngine("native", { log: console.error });
console.log("| scene | size | tiles | seconds | place | COG | observed | differing |");
console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
let failed = 0;
for await (const { name, model, options, reference, bands = [] } of cases()) {
  if (ONLY !== undefined && !name.includes(ONLY)) continue;
  const stem = `${OUT}/${name.replace(/[^a-z0-9]+/gi, "_")}`;
  const start = performance.now();
  const { report, output } = await restoreScene(model, {
    ...options,
    write: { output: `${stem}.tif`, picture: `${stem}.png`, overwrite: true },
  });
  const seconds = (performance.now() - start) / 1000;
  const { stdout, stderr, success } = await new Deno.Command(PYTHON, {
    args: [new URL("check_scene.py", import.meta.url).pathname, output, reference, ...bands],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const found = JSON.parse(new TextDecoder().decode(stdout));
  if (!found.grid || !found.cog || found.differing !== 0) failed++;
  const { pixels, tiles } = report;
  const all = Object.values(pixels!).reduce((sum, n) => sum + n, 0);
  console.log(
    `| ${name} | ${all} px | ${tiles.restored}/${tiles.total} | ${seconds.toFixed(1)} | ` +
      `${found.grid ? "same" : "OTHER"} | ${found.cog ? "valid" : "INVALID"} | ` +
      `${(100 * found.observed / all).toFixed(1)} % | ${found.differing} |`,
  );
}
console.error(failed === 0 ? `all scenes pass; pictures in ${OUT}` : `${failed} FAILED`);
Deno.exit(failed === 0 ? 0 : 1);
