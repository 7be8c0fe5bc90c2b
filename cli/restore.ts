/**
 * `emrdm restore`: clouds off one or more dated GeoTIFFs.
 *
 * @module
 */

import { loadModel } from "../checkpoints/mod.ts";
import type { BuiltinCatalog } from "../builtins.ts";
import { OptionsError, type Registry } from "../core/mod.ts";
import { tf } from "../engine/mod.ts";
import type { AnyRegistry } from "../model/mod.ts";
import { restoreScene } from "../restoration/mod.ts";
import { command } from "./command.ts";
import { DEFAULT_MODEL } from "./default_model.ts";
import { choice, count, number, text, toggle, UsageError, words } from "./flags.ts";

/** A module from its type, or from JSON with its options. */
function moduleOf<K extends "sampler" | "timesteps" | "fusion">(
  registry: AnyRegistry,
  kind: K,
  given: string | undefined,
) {
  if (given === undefined) return undefined;
  let config: unknown = { type: given };
  if (given.trimStart().startsWith("{")) {
    try {
      config = JSON.parse(given);
    } catch {
      throw new UsageError(`--${kind} must be a type or JSON, got ${given}`);
    }
  }
  const reader: Registry<BuiltinCatalog> = registry;
  try {
    // The registry checks the options of a type that only it knows.
    return reader.create(kind, config as never);
  } catch (error) {
    if (error instanceof OptionsError) throw new UsageError(`--${kind}: ${error.message}`);
    throw error;
  }
}

/** A place among the dates as a number; anything else is a date or a path. */
function referenceOf(given: string | undefined): number | string | undefined {
  return given !== undefined && /^\d{1,3}$/.test(given) ? Number(given) : given;
}

/** `emrdm restore`. */
export const restore = command({
  summary: "remove the clouds of one or more dated GeoTIFFs",
  operands: "<date.tif ...>",
  details:
    "The result depicts the reference date and keeps its CRS, transform, nodata, pixel type\n" +
    "and band names. Dates are read from the file names (2018-03-07 or 20180307).",
  flags: {
    out: text("GeoTIFF to write", "FILE"),
    model: text("Model file or URL (default the small model that ships)", "FILE"),
    reference: text("Date to restore: its place from 0, its date, or its path (default the last)"),
    seed: count("Seed of the noise (default 0)"),
    steps: count("Sampler steps (default the model's)", { min: 1 }),
    sampler: text("Sampler: a type, or JSON with its options (default the model's)", "TYPE|JSON"),
    timesteps: text("Time steps: a type, or JSON (default the model's)", "TYPE|JSON"),
    frames: choice("One denoised image drives all dates, or each by itself", [
      "joint",
      "independent",
    ]),
    fusion: text("How independent dates are combined (default the model's)", "TYPE|JSON"),
    bands: words("Names of the files' bands in order, where they do not state them"),
    overlap: number("Overlap of tiles, from 0.25 to 0.75 (default 0.25)", { min: 0.25, max: 0.75 }),
    batch: count("Tiles at a time (default 4)", { min: 1 }),
    anyLength: toggle("Allow more dates than the model was trained with"),
    png: text("Also write a picture before and after", "FILE"),
    overwrite: toggle("Replace existing files"),
  },
  examples: [
    "restore 2018-03-07.tif 2018-07-05.tif 2018-09-18.tif --reference 2018-07-05 --out clear.tif",
    "restore cloudy.tif --out clear.tif --model my.safetensors --png before_after.png",
  ],
  async run(values, { operands, registry, engine, progress }) {
    const { out, model: place = DEFAULT_MODEL, png, reference: given } = values;
    if (operands.length === 0) throw new UsageError("give at least one GeoTIFF");
    if (out === undefined) throw new UsageError("give the file to write with --out");
    const { seed, steps, frames, overlap, batch, anyLength, overwrite, bands } = values;
    const optional = {
      seed,
      steps,
      frames,
      overlap,
      batch,
      bands,
      picture: png,
      reference: referenceOf(given),
      sampler: moduleOf(registry, "sampler", values.sampler),
      timesteps: moduleOf(registry, "timesteps", values.timesteps),
      fusion: moduleOf(registry, "fusion", values.fusion),
    };
    const options = Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined),
    );
    const { name, device } = await engine();
    const model = await loadModel(place, { registry });
    const bar = progress("restore");
    const start = performance.now();
    try {
      const { series, tags } = await restoreScene(model, {
        ...options,
        inputs: operands.map((path) => ({ path })),
        output: out,
        anyLength,
        overwrite,
        registry,
        onProgress: ({ done, total }) => bar.update(done, total, "tiles"),
      });
      const seconds = (performance.now() - start) / 1000;
      const { dates, paths, reference } = series;
      const depicted = dates[reference] ?? paths[reference]!;
      return {
        text: `${out}: ${depicted} from ${paths.length} date${paths.length === 1 ? "" : "s"} ` +
          `with ${model.card.name} in ${seconds.toFixed(1)} s on ${name}`,
        json: { output: out, picture: png ?? null, dates, paths, reference, tags, seconds, device },
      };
    } finally {
      bar.end();
      tf.dispose({ ...model.weights.params, ...model.weights.buffers });
    }
  },
});
