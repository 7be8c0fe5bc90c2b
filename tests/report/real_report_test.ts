/** Reports of real scenes: a cloudy series with a clear date, and a city under synthetic clouds. */

import { assert, assertEquals } from "@std/assert";
import { loadModel } from "../../checkpoints/mod.ts";
import { createRng } from "../../core/mod.ts";
import { openScene } from "../../products/mod.ts";
import { syntheticClouds } from "../../synthetic/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { createReport, renderReport, REPORT_BYTES, type ReportData } from "../../report/mod.ts";
import { DEFAULT_MODEL } from "../../cli/default_model.ts";
import { switchEngine } from "../engines.ts";
import { inFolder } from "../restoration/tiny.ts";
import { findChromium, withPage } from "./chromium.ts";
import { open } from "./open_report.ts";
import { RUN_SLOW } from "../slow.ts";

const DATA = new URL("../../../shared/data/", import.meta.url);
const image = (n: number, date: string) =>
  new URL(`sen12mscr_ts/s2_ROIs2017_146_ImgNo_${n}_${date}_patch_0.tif`, DATA).pathname;
const SERIES = [image(5, "2018-03-07"), image(15, "2018-07-05"), image(21, "2018-09-18")];
const CLEAR = image(16, "2018-07-20");
const CITY = new URL("oscd/bordeaux/20160504/", DATA).pathname;

const chromium = await findChromium();
const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

/** A part of the city, and three dates with clouds painted on it. */
async function cloudyCity(folder: string) {
  const file = await openScene(CITY);
  const window = { column: 128, row: 192, width: 128, height: 96 };
  const clear = await file.read({ window });
  await file.close();
  const truth = `${folder}/clear.tif`;
  await writeCog(truth, clear);
  const inputs = [1, 2, 3].map((l) => ({ path: `${folder}/cloudy_2016-05-0${l}.tif` }));
  for (const [l, { path }] of inputs.entries()) {
    await writeCog(path, syntheticClouds(clear, createRng(l), { cover: 0.4, scale: 60 }).cloudy);
  }
  return { inputs, truth: { path: truth } };
}

Deno.test({
  name:
    "real scenes have reports that a browser shows without complaint, better than simple baselines",
  ignore: !RUN_SLOW || chromium === undefined || !await exists(CLEAR) || !await exists(CITY),
  fn: async () => {
    await switchEngine("wasm");
    const model = await loadModel(DEFAULT_MODEL);
    await inFolder(async (folder) => {
      const reports: readonly ReportData[] = [
        await createReport(model, {
          inputs: SERIES.map((path) => ({ path })),
          reference: 1,
          truth: { path: CLEAR },
          mask: { source: "detector" },
        }),
        await createReport(model, { ...await cloudyCity(folder), mask: { source: "detector" } }),
      ];
      for (const [i, data] of reports.entries()) {
        const text = renderReport(data);
        assert(new TextEncoder().encode(text).length <= REPORT_BYTES);
        await Deno.writeTextFile(`${folder}/${i}.html`, text);
        for (const { label, rows } of data.truth!.scores.slice(0, 2)) {
          // The composite is better than the model that ships on some scenes; evaluate has it next to it.
          const simple = rows.filter(({ method }) => method !== "composite");
          assertEquals(simple.length, rows.length - 1);
          const [ours, ...others] = simple.map(({ score }) => score!.psnr);
          assert(ours! > Math.max(...others), `${label}: ${ours} and ${others.join(", ")} dB`);
        }
      }
      await withPage(chromium!, async (page) => {
        for (const i of reports.keys()) {
          for (const width of [1280, 390]) {
            await open(page, `file://${folder}/${i}.html`, width);
            assertEquals(await page.evaluate("document.documentElement.scrollWidth"), width);
            assertEquals([page.complaints, page.requests], [[], []]);
          }
        }
      });
    });
  },
});
