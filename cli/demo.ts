/**
 * `emrdm demo`: restores a scene that it draws itself, without any data or options.
 *
 * @module
 */

import { createRng, type Raster } from "../core/mod.ts";
import { makeFolder } from "../files/mod.ts";
import { joinPictures, quicklook, readRaster, writeCog, writePng } from "../rasters/mod.ts";
import { syntheticClouds, syntheticScene } from "../synthetic/mod.ts";
import { evaluateCase } from "../evaluation/mod.ts";
import { provenancePath, restoreScene } from "../restoration/mod.ts";
import { command, operandsOf } from "./command.ts";
import { DEFAULT_MODEL } from "./default_model.ts";
import { freeModel, openModel } from "./model.ts";
import { count, text } from "./flags.ts";
import { scoreTable } from "./scores.ts";

/** The dates of the demo: day of the year and cloud cover. */
const DATES = [
  { date: "2026-06-20", day: 171, cover: 0.35 },
  { date: "2026-07-05", day: 186, cover: 0.55 },
  { date: "2026-07-20", day: 201, cover: 0.45 },
] as const;
/** Index of the date to restore: the cloudiest. */
const REFERENCE = 1;

/** A drawn scene on the demo's dates: clear, and under clouds. */
interface DemoScene {
  readonly clear: readonly Raster[];
  readonly cloudy: readonly Raster[];
}

function makeScene({ seed, size }: { readonly seed: number; readonly size: number }): DemoScene {
  const rng = createRng(seed);
  const clear = DATES.map(({ day }) =>
    // The same random numbers give the same ground; crops and sun follow the day.
    syntheticScene(rng.fork("scene"), { width: size, height: size, day })
  );
  const cloudy = clear.map((raster, i) =>
    syntheticClouds(raster, rng.fork("clouds").fork(i), { cover: DATES[i]!.cover }).cloudy
  );
  return { clear, cloudy };
}

/** `emrdm demo`. */
export const demo = command({
  operands: "",
  details:
    "Draws a landscape on three dates in 13 Sentinel-2 bands, puts clouds, haze and shadows on each, " +
    "restores the cloudiest date, keeping the pixels that the built-in detector finds clear, and " +
    "writes GeoTIFFs and pictures. Prints the scores of the result next to simple baselines: PSNR in " +
    "dB, MAE and RMSE in reflectance, SAM in degrees.",
  flags: {
    out: text("Folder to write; files of an earlier demo are replaced. Default: demo.", "DIR"),
    model: text("Model: file or URL. Default: weights/s2-temporal.safetensors.", "FILE"),
    size: count("Side of the scene in pixels. Default: 256.", { min: 32 }),
    seed: count("Seed of ground, clouds and noise. Default: 7."),
  },
  examples: ["demo", "demo --seed 11 --out runs/demo --engine wasm"],
  async run({ out = "demo", model: path = DEFAULT_MODEL, size = 256, seed = 7 }, context) {
    operandsOf(context, { min: 0, what: "no operands" });
    const { engine, progress } = context;
    const { name, device } = await engine();
    const model = await openModel(path, context);
    const overwrite = true;
    await makeFolder(out);
    using bar = progress("demo");
    bar.wait("drawing the scene");
    const { clear, cloudy } = makeScene({ seed, size });
    const paths = DATES.map(({ date }) => `${out}/cloudy_${date}.tif`);
    for (const [i, path] of paths.entries()) await writeCog(path, cloudy[i]!, { overwrite });
    const target = clear[REFERENCE]!;
    const clearPath = `${out}/clear_${DATES[REFERENCE].date}.tif`;
    await writeCog(clearPath, target, { overwrite });

    const output = `${out}/restored_${DATES[REFERENCE].date}.tif`;
    bar.wait("opening files and masks");
    const start = performance.now();
    await restoreScene(model, {
      inputs: paths.map((path) => ({ path })),
      reference: REFERENCE,
      mask: { source: "detector" },
      seed,
      write: { output, overwrite },
      onProgress: ({ done, total }) => bar.update(done, total, "tiles"),
    });
    const seconds = (performance.now() - start) / 1000;
    freeModel(model);
    bar.wait("scoring the result and the baselines");

    const restored = await readRaster(output);
    const { scores } = await evaluateCase({
      name: "demo",
      target,
      cloudy,
      dates: DATES.map(({ date }) => date),
      reference: REFERENCE,
      restored: { [model.card.name]: restored },
    });
    const picture = `${out}/before_after.png`;
    const columns = [...cloudy, restored, target].map((raster) => quicklook(raster));
    await writePng(picture, joinPictures(columns), { overwrite });
    const resultPicture = `${out}/restored.png`;
    await writePng(resultPicture, quicklook(restored), { overwrite });
    const text = [
      `${size}×${size} pixels, 13 bands, ${DATES.length} dates; ` +
      `${DATES[REFERENCE].date} restored in ${seconds.toFixed(1)} s on ${name} (${device})`,
      "",
      scoreTable(scores),
      "",
      `${model.card.name}: ${model.card.description}`,
      "",
      output,
      `${
        provenancePath(output)
      }: 1 observed, 2 restored and clear on another date, 3 reconstructed`,
      `${paths.join(", ")}: the three dates`,
      `${clearPath}: the clear image`,
      `${picture}: the three dates, the result, the clear image`,
      `${resultPicture}: the result`,
    ].join("\n");
    return { text, json: { output, picture, seconds, engine: name, device, scores } };
  },
});
