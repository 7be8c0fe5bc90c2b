/**
 * `emrdm demo`: the whole way in one command, with nothing but what ships.
 *
 * @module
 */

import { createRng, type Raster } from "../core/mod.ts";
import { joinPictures, quicklook, readRaster, writeCog, writePng } from "../rasters/mod.ts";
import { syntheticClouds, syntheticScene } from "../synthetic/mod.ts";
import { tf } from "../engine/mod.ts";
import { evaluateCase } from "../evaluation/mod.ts";
import { provenancePath, restoreScene } from "../restoration/mod.ts";
import { command, operandsOf } from "./command.ts";
import { DEFAULT_MODEL } from "./default_model.ts";
import { openModel } from "./model.ts";
import { count, text } from "./flags.ts";
import { scoreTable } from "./scores.ts";

/** The dates of the demo: day of the year and cloud cover. */
const DATES = [
  { date: "2026-06-20", day: 171, cover: 0.35 },
  { date: "2026-07-05", day: 186, cover: 0.55 },
  { date: "2026-07-20", day: 201, cover: 0.45 },
] as const;
/** The date that is restored: the cloudiest. */
const REFERENCE = 1;

/** A made-up place on the demo's dates: clear, and under clouds. */
interface DemoScene {
  readonly clear: readonly Raster[];
  readonly cloudy: readonly Raster[];
}

function makeScene({ seed, size }: { readonly seed: number; readonly size: number }): DemoScene {
  const rng = createRng(seed);
  const clear = DATES.map(({ day }) =>
    // The same stream is the same place; the day moves crops and sun.
    syntheticScene(rng.fork("scene"), { width: size, height: size, day })
  );
  const cloudy = clear.map((raster, i) =>
    syntheticClouds(raster, rng.fork("clouds").fork(i), { cover: DATES[i]!.cover }).cloudy
  );
  return { clear, cloudy };
}

/** `emrdm demo`. */
export const demo = command({
  summary: "make a scene, cloud it, restore it and score the result",
  operands: "",
  details:
    "Paints a landscape on three dates in 13 Sentinel-2 bands, puts clouds, haze and shadows\n" +
    "over each, restores the cloudiest date with the model that ships (keeping what the built-in\n" +
    "detector finds clear), writes GeoTIFFs and pictures, and scores the result beside what costs\n" +
    "no training. MAE and RMSE are reflectances, PSNR is in dB, SAM in degrees.",
  flags: {
    out: text("Folder to write to (default demo); its files of earlier demos are replaced", "DIR"),
    model: text("Model file or URL (default the model that ships)", "FILE"),
    size: count("Side of the scene in pixels (default 256)", { min: 32 }),
    seed: count("Seed of place, clouds and noise (default 7)"),
  },
  examples: ["demo", "demo --seed 11 --out runs/demo --engine wasm"],
  async run({ out = "demo", model: place = DEFAULT_MODEL, size = 256, seed = 7 }, context) {
    operandsOf(context, { min: 0, what: "no operand" });
    const { engine, progress } = context;
    const { name, device } = await engine();
    const model = await openModel(place, context);
    const overwrite = true;
    await Deno.mkdir(out, { recursive: true });
    const { clear, cloudy } = makeScene({ seed, size });
    const paths = DATES.map(({ date }) => `${out}/cloudy_${date}.tif`);
    for (const [i, path] of paths.entries()) await writeCog(path, cloudy[i]!, { overwrite });
    const target = clear[REFERENCE]!;
    await writeCog(`${out}/clear_${DATES[REFERENCE].date}.tif`, target, { overwrite });

    const output = `${out}/restored_${DATES[REFERENCE].date}.tif`;
    const bar = progress("restore");
    const start = performance.now();
    await restoreScene(model, {
      inputs: paths.map((path) => ({ path })),
      reference: REFERENCE,
      mask: { source: "detector" },
      seed,
      write: { output, overwrite },
      onProgress: ({ done, total }) => bar.update(done, total, "tiles"),
    }).finally(() => bar.end());
    const seconds = (performance.now() - start) / 1000;
    tf.dispose({ ...model.weights.params, ...model.weights.buffers });

    const restored = await readRaster(output);
    const { scores } = await evaluateCase({
      name: "demo",
      target,
      cloudy,
      reference: REFERENCE,
      restored: { [model.card.name]: restored },
    });
    const picture = `${out}/before_after.png`;
    const columns = [...cloudy, restored, target].map((raster) => quicklook(raster));
    await writePng(picture, joinPictures(columns), { overwrite });
    await writePng(`${out}/restored.png`, quicklook(restored), { overwrite });
    const text = [
      `${size}×${size} pixels, 13 bands, ${DATES.length} dates; ` +
      `${DATES[REFERENCE].date} restored in ${seconds.toFixed(1)} s on ${name} (${device})`,
      "",
      scoreTable(scores),
      "",
      `${model.card.name}: ${model.card.description}`,
      "",
      output,
      `${provenancePath(output)}: 1 observed, 2 seen on another date, 3 reconstructed`,
      `${picture}: the three dates, the result, the truth`,
    ].join("\n");
    return { text, json: { output, picture, seconds, engine: name, device, scores } };
  },
});
