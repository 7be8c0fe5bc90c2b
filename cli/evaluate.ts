/**
 * `emrdm evaluate`: restored images against clear ones, beside the baselines.
 *
 * @module
 */

import { loadModel } from "../checkpoints/mod.ts";
import type { Raster } from "../core/mod.ts";
import { readRaster } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import { evaluate as evaluateCases, type EvaluationCase } from "../evaluation/mod.ts";
import type { Model } from "../model/mod.ts";
import { restoreSeries } from "../restoration/mod.ts";
import { command, type Context, operandsOf } from "./command.ts";
import { readScene, stemOf } from "./files.ts";
import { count, number, text, texts, UsageError } from "./flags.ts";
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

/** The clear images of a folder with their cloudy dates, by name. */
async function* clearCases(
  data: string,
  { restored, reference }: {
    /** Scores these files and no others: a folder's, as the result of a method. */
    readonly restored?: { readonly folder: string; readonly method: string };
    readonly reference?: number;
  },
): AsyncGenerator<EvaluationCase> {
  const clear = await isFolder(`${data}/clear`) ? `${data}/clear` : data;
  const cloudy = await isFolder(`${data}/cloudy`) ? `${data}/cloudy` : undefined;
  for (const name of await tiffNames(restored?.folder ?? clear)) {
    const stem = stemOf(name);
    yield {
      name: stem,
      target: await readRaster(`${clear}/${name}`),
      cloudy: cloudy === undefined ? [] : await cloudyOf(cloudy, stem),
      ...(restored && {
        restored: { [restored.method]: await readRaster(`${restored.folder}/${name}`) },
      }),
      ...(reference !== undefined && { reference }),
    };
  }
}

/** The cases with what a model makes of their cloudy dates. */
async function* withModel(
  model: Model,
  cases: AsyncIterable<EvaluationCase>,
  { registry, progress }: Pick<Context, "registry" | "progress">,
): AsyncGenerator<EvaluationCase> {
  const bar = progress("evaluate");
  for await (const each of cases) {
    const { name, cloudy = [], reference } = each;
    const restored = await restoreSeries(model, cloudy, {
      registry,
      ...(reference !== undefined && { reference }),
      onProgress: ({ done, total }) => bar.update(done, total, name),
    });
    yield { ...each, restored: { [model.card.name]: restored } };
  }
  bar.end();
}

const PAIR = { min: 2, what: "restored and clear images" } as const;
const DATA = { min: 1, what: "one folder with clear/ and cloudy/" } as const;

/** What the operands mean: a folder for a model, two folders, or two images. */
async function casesOf(
  [first, second]: readonly string[],
  { cloudy, reference, method, model, context }: {
    readonly cloudy: readonly string[];
    readonly reference: number | undefined;
    readonly method: string;
    readonly model: Model | undefined;
    readonly context: Context;
  },
): Promise<Iterable<EvaluationCase> | AsyncIterable<EvaluationCase>> {
  const marked = reference === undefined ? {} : { reference };
  if (model !== undefined) return withModel(model, clearCases(first!, marked), context);
  const folders = await isFolder(first!) && (await tiffNames(first!)).length > 0;
  if (folders && cloudy.length === 0) {
    return clearCases(second!, { restored: { folder: first!, method }, ...marked });
  }
  return [{
    name: stemOf(first!),
    target: await readScene(second!),
    restored: { [method]: await readScene(first!) },
    cloudy: await Promise.all(cloudy.map(readScene)),
    ...marked,
  }];
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
    model: text("Model file or URL that restores the cloudy dates of the folder", "FILE"),
    method: text("What the restored images are called (default restored)", "NAME"),
  },
  examples: [
    "evaluate restored.tif clear.tif --cloudy a.tif --cloudy b.tif",
    "evaluate restored/ data/test --json",
    "evaluate data/test --model weights/s2-small.safetensors",
  ],
  async run(values, context) {
    const { cloudy, reference, white, model: place, method = "restored" } = values;
    if (place !== undefined && (cloudy.length > 0 || values.method !== undefined)) {
      throw new UsageError("--cloudy and --method go with restored images, not with --model");
    }
    const paths = operandsOf(context, place === undefined ? PAIR : DATA);
    await context.engine();
    const model = place === undefined
      ? undefined
      : await loadModel(place, { registry: context.registry });
    const cases = await casesOf(paths, { cloudy, reference, method, model, context });
    const evaluation = await evaluateCases(cases, { ...(white !== undefined && { white }) });
    if (model !== undefined) tf.dispose({ ...model.weights.params, ...model.weights.buffers });
    const title = `${evaluation.cases.length} image${evaluation.cases.length === 1 ? "" : "s"}`;
    return { text: `${title}\n${scoreTable(evaluation.means)}`, json: evaluation };
  },
});
