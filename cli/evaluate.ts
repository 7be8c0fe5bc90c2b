/**
 * `emrdm evaluate`: restored images against clear ones, beside the baselines.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { readRaster } from "../data/mod.ts";
import { evaluate as evaluateCases, type EvaluationCase } from "../evaluation/mod.ts";
import { command, operandsOf } from "./command.ts";
import { readScene, stemOf } from "./files.ts";
import { count, number, text, texts } from "./flags.ts";
import { scoreTable } from "./scores.ts";

/** Names of GeoTIFFs in a folder, sorted. */
async function tiffNames(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/\.tiff?$/i.test(name)) names.push(name);
  }
  return names.sort();
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

/** Cloudy dates of a clear image: NAME.tif, or NAME_0.tif, NAME_1.tif, …. */
async function cloudyOf(folder: string, stem: string): Promise<readonly Raster[]> {
  const order = (name: string) => {
    const own = name.replace(/\.tiff?$/i, "");
    if (own === stem) return -1;
    const digits = own.startsWith(`${stem}_`) ? own.slice(stem.length + 1) : "";
    return /^\d+$/.test(digits) ? Number(digits) : undefined;
  };
  const frames = (await tiffNames(folder))
    .flatMap((name) => order(name) === undefined ? [] : [{ name, order: order(name)! }])
    .sort((a, b) => a.order - b.order);
  return await Promise.all(frames.map(({ name }) => readRaster(`${folder}/${name}`)));
}

/** Every restored image of a folder with its clear image and, where there are some, its dates. */
async function* folderCases(
  restored: string,
  data: string,
  { method, reference }: { readonly method: string; readonly reference?: number },
): AsyncGenerator<EvaluationCase> {
  const clear = await isFolder(`${data}/clear`) ? `${data}/clear` : data;
  const cloudy = await isFolder(`${data}/cloudy`) ? `${data}/cloudy` : undefined;
  for (const name of await tiffNames(restored)) {
    const stem = stemOf(name);
    yield {
      name: stem,
      target: await readRaster(`${clear}/${name}`),
      restored: { [method]: await readRaster(`${restored}/${name}`) },
      cloudy: cloudy === undefined ? [] : await cloudyOf(cloudy, stem),
      reference,
    };
  }
}

/** `emrdm evaluate`. */
export const evaluate = command({
  summary: "score restored images beside simple baselines",
  operands: "<restored> <clear>",
  details:
    "Both are GeoTIFFs, or folders whose files have the same names. A folder of clear images\n" +
    "may be the parent of clear/ and cloudy/, as synth writes it; its cloudy dates then give the\n" +
    "baselines. Images are divided by --white first: MAE and RMSE are reflectances, PSNR is in dB\n" +
    "for a data range of 1, SAM in degrees. Numbers are not clipped.",
  flags: {
    cloudy: texts("Cloudy date of the baselines, where two files are given", "FILE"),
    reference: count("Date that the clear image depicts, from 0 (default the last)"),
    white: number("File number of reflectance 1 (default 10000, uint8: 255)", { min: 1e-6 }),
    method: text("What the restored images are called (default restored)", "NAME"),
  },
  examples: [
    "evaluate restored.tif clear.tif --cloudy a.tif --cloudy b.tif",
    "evaluate restored/ data/test --json",
  ],
  async run({ cloudy, reference, white, method = "restored" }, context) {
    const [restored, clear] = operandsOf(context, { min: 2, what: "restored and clear images" });
    const single = async (): Promise<EvaluationCase> => ({
      name: stemOf(restored!),
      target: await readScene(clear!),
      restored: { [method]: await readScene(restored!) },
      cloudy: await Promise.all(cloudy.map(readScene)),
      reference,
    });
    const folders = await isFolder(restored!) && (await tiffNames(restored!)).length > 0 &&
      cloudy.length === 0;
    const cases = folders
      ? folderCases(restored!, clear!, { method, reference })
      : [await single()];
    await context.engine();
    const evaluation = await evaluateCases(cases, { ...(white !== undefined && { white }) });
    const title = `${evaluation.cases.length} image${evaluation.cases.length === 1 ? "" : "s"}`;
    return { text: `${title}\n${scoreTable(evaluation.means)}`, json: evaluation };
  },
});
