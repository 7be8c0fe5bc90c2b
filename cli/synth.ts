/**
 * `emrdm synth`: puts synthetic clouds on clear images or drawn scenes, as a folder to train on.
 *
 * @module
 */

import { createRng, mean, type Raster, type Rng } from "../core/mod.ts";
import { makeFolder } from "../files/mod.ts";
import { joinPictures, quicklook } from "../rasters/mod.ts";
import { syntheticClouds, type SyntheticCloudsOptions, syntheticScene } from "../synthetic/mod.ts";
import { command } from "./command.ts";
import { defined } from "./defined.ts";
import { readScene, stemOf } from "./files.ts";
import { count, number, required, text, toggle } from "./flags.ts";
import { writePictureOnce, writeRasterOnce } from "./synth_files.ts";

/** Range of the random cloud cover. */
const COVER = { low: 0.2, high: 0.7 } as const;

/** A clear image with its name. */
interface Clear {
  readonly name: string;
  readonly raster: Raster;
}

/** Clear images: files, or drawn scenes. */
async function* clearRasters(
  paths: readonly string[],
  { scenes, size, rng }: { readonly scenes: number; readonly size: number; readonly rng: Rng },
): AsyncGenerator<Clear> {
  for (const path of paths) yield { name: stemOf(path), raster: await readScene(path) };
  if (paths.length > 0) return;
  for (let i = 0; i < scenes; i++) {
    const raster = syntheticScene(rng.fork("scene").fork(i), { width: size, height: size });
    yield { name: `scene${i}`, raster };
  }
}

/** Writes one clear image and its cloudy dates. */
async function writeDates(
  folder: string,
  { name, raster }: Clear,
  { dates, clouds, rng, overwrite, png, onDate }: {
    readonly dates: number;
    readonly clouds: SyntheticCloudsOptions;
    readonly rng: Rng;
    readonly overwrite: boolean;
    readonly png: boolean;
    /** Called with the number of dates that are written. */
    readonly onDate: (count: number) => void;
  },
): Promise<{ name: string; covers: readonly number[] }> {
  const covers: number[] = [];
  const pictures = [quicklook(raster)];
  for (let date = 0; date < dates; date++) {
    const draw = rng.fork(name).fork(date);
    const cover = clouds.cover ?? COVER.low + (COVER.high - COVER.low) * draw.uniform();
    const { cloudy, mask } = syntheticClouds(raster, draw.fork("clouds"), { ...clouds, cover });
    const file = dates === 1 ? `${name}.tif` : `${name}_${date}.tif`;
    await writeRasterOnce(`${folder}/cloudy/${file}`, cloudy, { overwrite });
    await writeRasterOnce(`${folder}/mask/${file}`, mask, { overwrite });
    pictures.push(quicklook(cloudy));
    covers.push(shareOf(mask));
    onDate(date + 1);
  }
  await writeRasterOnce(`${folder}/clear/${name}.tif`, raster, { overwrite });
  if (png) await writePictureOnce(`${folder}/${name}.png`, joinPictures(pictures), { overwrite });
  return { name, covers };
}

/** Fraction of pixels that are not clear. */
function shareOf(mask: Raster): number {
  const clouded = Uint8Array.from(mask.data, (value) => value > 0 ? 1 : 0);
  return mean(clouded);
}

/** `emrdm synth`. */
export const synth = command({
  operands: "[clear.tif|band-folder ...]",
  details:
    `Writes a folder that train and evaluate read: clear/NAME.tif, cloudy/NAME.tif (with several dates
NAME_0.tif, NAME_1.tif, …) and masks of the same names in mask/, with the classes
  0  clear
  1  thick cloud
  2  thin cloud or haze
  3  cloud shadow

After an interruption, run the same command again: files that it has written stay.`,
  flags: {
    out: text("Folder to write.", "DIR"),
    dates: count("Cloudy dates per clear image. Default: 1.", { min: 1 }),
    scenes: count("Scenes to draw if no image is given. Default: 1.", { min: 1 }),
    size: count("Side of drawn scenes in pixels. Default: 256.", { min: 8 }),
    seed: count("Seed of scenes and clouds. Default: 0."),
    cover: number("Cloud cover, 0 to 1. Default: random, 0.2 to 0.7.", { min: 0, max: 1 }),
    scale: number("Size of the largest clouds in pixels. Default: 120.", { min: 4 }),
    density: number("Density, from a veil (0) to solid cloud (1). Default: 0.8.", {
      min: 0,
      max: 1,
    }),
    altitude: number("Altitude, from water cloud (0) to cirrus (1). Default: 0.2.", {
      min: 0,
      max: 1,
    }),
    haze: number("Optical depth of haze at 550 nm. Default: 0.03.", { min: 0, max: 5 }),
    shadow: number("Fraction of light that the shadow of thick cloud takes. Default: 0.8.", {
      min: 0,
      max: 1,
    }),
    reflectanceScale: number("Digital number of reflectance 1. Default: 10000.", {
      min: 1e-6,
    }),
    png: toggle("Also write a picture of each image with its cloudy dates."),
    overwrite: toggle("Replace existing files."),
  },
  examples: [
    "synth --out data/train --scenes 20 --dates 3 --png",
    "synth clear1.tif clear2.tif --out data/train --cover 0.5",
  ],
  async run(values, { operands, progress }) {
    const { dates = 1, scenes = 1, size = 256, seed = 0, png, overwrite } = values;
    const out = required(values.out, "--out, the folder to write,");
    const rng = createRng(seed);
    const { cover, scale, density, altitude, haze, shadow, reflectanceScale } = values;
    const clouds = defined({ cover, scale, density, altitude, haze, shadow });
    for (const part of ["clear", "cloudy", "mask"]) {
      await makeFolder(`${out}/${part}`);
    }
    const total = operands.length || scenes;
    using bar = progress("synth");
    bar.wait(operands.length > 0 ? "reading images" : "drawing scenes");
    const written: { name: string; covers: readonly number[] }[] = [];
    for await (const { name, raster } of clearRasters(operands, { scenes, size, rng })) {
      const clear = { name, raster: { ...raster, reflectanceScale } };
      const done = written.length;
      written.push(
        await writeDates(out, clear, {
          ...{ dates, clouds, overwrite, png, rng: rng.fork("dates") },
          onDate: (count) => bar.update(done * dates + count, total * dates, `dates, ${name}`),
        }),
      );
    }
    const lines = written.map(({ name, covers }) =>
      `${name}: cloud and shadow on ${
        covers.map((share) => `${Math.round(100 * share)} %`).join(", ")
      }`
    );
    return { text: [`${out}:`, ...lines].join("\n"), json: { folder: out, images: written } };
  },
});
