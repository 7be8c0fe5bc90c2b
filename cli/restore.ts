/**
 * `emrdm restore`: clouds off one scene, or off many.
 *
 * @module
 */

import type { BuiltinCatalog } from "../builtins.ts";
import { OptionsError, type Registry } from "../core/mod.ts";
import { dateOf } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { AnyRegistry, Model } from "../model/mod.ts";
import {
  estimateManifest,
  estimateScene,
  readManifest,
  type RestoredScene,
  restoreManifest,
  type RestoreProgress,
  restoreScene,
  type RestoreSceneOptions,
  type SceneEstimate,
  type SceneStatus,
} from "../restoration/mod.ts";
import { command, type Context, Failure, type Result } from "./command.ts";
import { DEFAULT_MODEL } from "./default_model.ts";
import {
  choice,
  count,
  type FlagValues,
  number,
  numbers,
  text,
  texts,
  toggle,
  UsageError,
  words,
} from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { openModel } from "./model.ts";
import { clock } from "./progress.ts";

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

const FLAGS = {
  input: texts("A date: GeoTIFF, folder with a file per band, SAFE product, or URL", "PATH"),
  date: texts("Its date, in the order of the inputs (default what their names say)", "YYYY-MM-DD"),
  out: text("GeoTIFF to write", "FILE"),
  manifest: text("Restore the scenes of a CSV instead (see above)", "FILE"),
  model: text("Model file or URL (default the small model that ships)", "FILE"),
  reference: text("Date to restore: its place from 0, its date, or its path (default the last)"),
  keepClear: toggle("Keep the pixels that the built-in cloud detector finds clear, bit for bit"),
  mask: text("The same by a raster of classes, by scl (the product's own), or by detector", "FILE"),
  maskValues: numbers("Classes of the mask that are cloud or shadow (default all but 0)"),
  dilate: count("Pixels by which the mask grows (default 8)"),
  feather: count("Pixels inside the grown mask over which edges fade (default 6)"),
  window: numbers("Only this part, in pixels", "COLUMN,ROW,WIDTH,HEIGHT"),
  bbox: numbers("Only this part, in the scene's CRS", "MINX,MINY,MAXX,MAXY"),
  shard: text("Part i of n: of the rows of a scene, or of the scenes of a manifest", "I/N"),
  bands: words("Bands to write, by name (default those of the file that the model restores)"),
  bandNames: words("Names of the files' bands in order, where they do not state them"),
  auxiliary: texts("Raster with the model's auxiliary bands (SAR, NIR)", "FILE"),
  s2Offset: text("What is added to digital numbers (default auto: what the product says)", "DN"),
  missingB10: choice("What stands for B10, which L2A lacks (default error)", [
    "error",
    "zero",
    "clear",
  ]),
  seed: count("Seed of the noise (default 0)"),
  steps: count("Sampler steps (default the model's)", { min: 1 }),
  sampler: text("Sampler: a type, or JSON with its options (default the model's)", "TYPE|JSON"),
  timesteps: text("Time steps: a type, or JSON (default the model's)", "TYPE|JSON"),
  frames: choice("One denoised image drives all dates, or each by itself", [
    "joint",
    "independent",
  ]),
  fusion: text("How independent dates are combined (default the model's)", "TYPE|JSON"),
  blend: choice("Blend tiles at the end, or after every step, which leaves no seams", [
    "end",
    "steps",
  ]),
  overlap: number("Overlap of tiles, from 0.25 to 0.75 (default 0.25)", { min: 0.25, max: 0.75 }),
  batch: count("Tiles at a time (default 4)", { min: 1 }),
  anyLength: toggle("Allow more dates than the model was trained with"),
  dryRun: toggle("Say what it would take, and write nothing"),
  png: text("Also write a picture before and after", "FILE"),
  overwrite: toggle("Replace existing files"),
} as const;

type Values = FlagValues<typeof FLAGS>;

function tuple(values: readonly number[] | undefined, name: string): Four | undefined {
  if (values === undefined) return undefined;
  if (values.length !== 4) {
    throw new UsageError(`${name} needs four numbers, got ${values.join(",")}`);
  }
  return values as unknown as Four;
}

type Four = readonly [number, number, number, number];

function shardOf(given: string | undefined) {
  if (given === undefined) return undefined;
  const found = /^(\d+)\/(\d+)$/.exec(given);
  const [index, of] = [Number(found?.[1]), Number(found?.[2])];
  if (found === null || index < 1 || index > of) {
    throw new UsageError(`--shard must be i/n with 1 ≤ i ≤ n, got ${given}`);
  }
  return { index, count: of };
}

function offsetOf(given: string | undefined): "auto" | number | undefined {
  if (given === undefined || given === "auto") return given;
  const value = given.trim() === "" ? NaN : Number(given);
  if (Number.isFinite(value)) return value;
  throw new UsageError(`--s2-offset must be auto or a number as -1000, got ${given}`);
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && dateOf(text) === text;
}

function inputsOf({ input, date }: Values, operands: readonly string[]) {
  const paths = [...operands, ...input];
  if (date.length > 0 && date.length !== paths.length) {
    throw new UsageError(`give a --date for each of ${paths.length} inputs, got ${date.length}`);
  }
  const wrong = date.find((one) => !isDay(one));
  if (wrong !== undefined) {
    throw new UsageError(`--date must be a day, as 2018-03-07, got ${wrong}`);
  }
  return paths.map((path, i) => ({ path, ...(date[i] !== undefined && { date: date[i] }) }));
}

/** What the flags say of every scene; what is not said is left out. */
function optionsOf(values: Values, registry: AnyRegistry) {
  const { window, mask, keepClear } = values;
  const [column, row, width, height] = tuple(window, "--window") ?? [];
  if (keepClear && mask !== undefined) {
    throw new UsageError("give --keep-clear or --mask, not both");
  }
  const optional = {
    mask: keepClear ? "detector" : mask,
    maskValues: values.maskValues,
    dilate: values.dilate,
    feather: values.feather,
    window: window && { column, row, width, height },
    bbox: tuple(values.bbox, "--bbox"),
    bands: values.bands,
    bandNames: values.bandNames,
    offset: offsetOf(values.s2Offset),
    missingB10: values.missingB10,
    seed: values.seed,
    steps: values.steps,
    sampler: moduleOf(registry, "sampler", values.sampler),
    timesteps: moduleOf(registry, "timesteps", values.timesteps),
    frames: values.frames,
    fusion: moduleOf(registry, "fusion", values.fusion),
    blend: values.blend,
    overlap: values.overlap,
    batch: values.batch,
    shard: shardOf(values.shard),
  };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined);
  const { anyLength, overwrite } = values;
  return { ...Object.fromEntries(given), anyLength, overwrite, registry } as Partial<
    RestoreSceneOptions
  >;
}

/** Bytes for people. */
function size(bytes: number): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : [bytes / 1e6, "MB"];
  return `${value.toPrecision(3)} ${unit}`;
}

function estimateText(
  { width, height, tiles, evaluations, seconds, memory, bytes, files }: SceneEstimate,
) {
  return [
    `${width}×${height} pixels, ${tiles.restored} of ${tiles.total} tiles, ${evaluations} evaluations`,
    `time    about ${clock(seconds.network + seconds.files)} ` +
    `(network ${clock(seconds.network)}, files ${clock(seconds.files)})`,
    `memory  up to ${size(memory)}`,
    `disk    up to ${size(bytes)}, and as much again while writing`,
    `writes  ${files.join(", ")}`,
  ].join("\n");
}

/** What was done, in a line or two. */
function resultText(
  { output, dates, paths, reference, report, provenance }: RestoredScene,
  { model, seconds, engine }: {
    readonly model: Model;
    readonly seconds: number;
    readonly engine: string;
  },
): string {
  const depicted = dates[reference] ?? paths[reference]!;
  const { tiles, pixels, border } = report;
  const all = Object.values(pixels ?? {}).reduce((sum, n) => sum + n, 0);
  const share = (n: number) => `${(100 * n / all).toFixed(1)} %`;
  return [
    `${output}: ${depicted} from ${paths.length} date${paths.length === 1 ? "" : "s"} ` +
    `with ${model.card.name} in ${seconds.toFixed(1)} s on ${engine}`,
    ...(pixels === undefined ? [] : [
      `${provenance}: ${share(pixels.observed)} observed, ${share(pixels.otherDate)} seen on ` +
      `another date, ${share(pixels.reconstructed)} reconstructed, ${
        share(pixels.noData)
      } no data; ` +
      `${tiles.restored} of ${tiles.total} tiles`,
    ]),
    ...(border === undefined ? [] : [
      `restored − observed at the mask's edge: ${mean(border.bias).toFixed(0)} on average, ` +
      `${mean(border.absolute).toFixed(0)} absolute`,
    ]),
  ].join("\n");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function statusText(status: SceneStatus): string {
  const { number: place, output, seconds } = status;
  if (status.status === "estimated") {
    const { tiles, seconds: { network, files } } = status.estimate;
    return `${place} ${output} ${tiles.restored} of ${tiles.total} tiles, about ${
      clock(network + files)
    }`;
  }
  const what = status.status === "failed" ? `failed: ${status.error}` : status.status;
  return `${place} ${output} ${what} (${seconds.toFixed(1)} s)`;
}

async function runOne(
  values: Values,
  { model, engine, context, signal }: {
    readonly model: Model;
    readonly engine: { readonly name: string; readonly device: string };
    readonly context: Context;
    readonly signal: AbortSignal;
  },
): Promise<Result> {
  const { out } = values;
  if (out === undefined) throw new UsageError("give the file to write with --out");
  const { operands, registry, progress, log } = context;
  const options: RestoreSceneOptions = {
    ...optionsOf(values, registry),
    inputs: inputsOf(values, operands),
    output: out,
    auxiliary: values.auxiliary,
    ...(values.reference !== undefined && { reference: referenceOf(values.reference)! }),
    ...(values.png !== undefined && { picture: values.png }),
    signal,
  };
  if (values.dryRun) {
    const estimate = await estimateScene(model, options, { rss: () => Deno.memoryUsage().rss });
    return { text: estimateText(estimate), json: { ...estimate, device: engine.device } };
  }
  const bar = progress("restore");
  const start = performance.now();
  try {
    const result = await restoreScene(model, {
      ...options,
      log,
      onProgress: ({ done, total }) => bar.update(done, total, "tiles"),
    });
    const seconds = (performance.now() - start) / 1000;
    return {
      text: resultText(result, { model, seconds, engine: engine.name }),
      json: { ...result, seconds, device: engine.device },
    };
  } finally {
    bar.end();
  }
}

async function runMany(
  values: Values,
  { model, context, signal }: {
    readonly model: Model;
    readonly context: Context;
    readonly signal: AbortSignal;
  },
): Promise<Result> {
  const { operands, registry, progress, log, print } = context;
  const alone = [
    "input",
    "date",
    "out",
    "reference",
    "auxiliary",
    "window",
    "bbox",
    "png",
  ]
    .find((name) => {
      const given = values[name as keyof Values];
      return Array.isArray(given) ? given.length > 0 : given !== undefined && given !== false;
    });
  if (operands.length > 0 || alone !== undefined) {
    throw new UsageError(
      `--manifest names the scenes itself, got ${operands[0] ?? `--${alone}`} beside it`,
    );
  }
  const scenes = await readManifest(values.manifest!);
  const { sampler, timesteps, fusion } = values;
  const options = {
    ...optionsOf(values, registry),
    fingerprint: JSON.stringify([sampler, timesteps, fusion]),
    signal,
    log,
  };
  const { index, count } = options.shard ?? { index: 1, count: 1 };
  const share = Math.ceil((scenes.length - index + 1) / count);
  let scene = 0;
  const bar = progress("restore");
  const work = {
    ...options,
    onProgress: ({ done, total }: RestoreProgress) =>
      bar.update(scene + done / total, share, `scenes, ${done}/${total} tiles`),
    onScene(status: SceneStatus) {
      scene++;
      print(status, statusText(status));
    },
  };
  const all =
    await (values.dryRun
      ? estimateManifest(model, scenes, { ...work, rss: () => Deno.memoryUsage().rss })
      : restoreManifest(model, scenes, work)).finally(() => bar.end());
  const counts: Record<SceneStatus["status"], number> = {
    ...(values.dryRun ? { estimated: 0 } : { restored: 0 }),
    complete: 0,
    failed: 0,
  } as Record<SceneStatus["status"], number>;
  for (const { status } of all) counts[status]++;
  const summary =
    (values.dryRun ? `${counts.estimated} to restore` : `${counts.restored} restored`) +
    `, ${counts.complete} complete before, ${counts.failed} failed`;
  if (counts.failed > 0) throw new Failure(summary);
  return { text: values.dryRun ? `${summary}\n${sumText(all)}` : summary, json: counts };
}

/** Estimates of all scenes: times and sizes add up, memory does not. */
function sumText(all: readonly SceneStatus[]): string {
  const estimates = all.flatMap((one) => one.status === "estimated" ? [one.estimate] : []);
  const sum = (of: (estimate: SceneEstimate) => number) =>
    estimates.reduce((total, estimate) => total + of(estimate), 0);
  return [
    `time    about ${clock(sum(({ seconds }) => seconds.network + seconds.files))}`,
    `memory  up to ${size(Math.max(0, ...estimates.map(({ memory }) => memory)))}`,
    `disk    up to ${size(sum(({ bytes }) => bytes))}`,
  ].join("\n");
}

/** `emrdm restore`. */
export const restore = command({
  summary: "remove the clouds of one or more dated scenes",
  operands: "<date ...>",
  details:
    "The result depicts the reference date and keeps its CRS, transform, nodata, pixel type, band\n" +
    "names and digital numbers. Dates are read from the names (2018-03-07 or 20180307). With\n" +
    "--keep-clear or --mask, clear pixels come back bit for bit and a raster beside the result says\n" +
    "where each pixel comes from: 0 no data, 1 observed, 2 clear on another date, 3 reconstructed.\n" +
    "\n" +
    "Nodata, NaN and infinite numbers (which are told) are missing: they are filled for the model, and\n" +
    "have no data in the result where the reference has none.\n" +
    "\n" +
    "A manifest is CSV with the columns output, inputs (with ; between dates) and, as needed, dates,\n" +
    "reference, mask, auxiliary, picture. What is complete is left alone: the same call goes on\n" +
    "after any stop.",
  flags: FLAGS,
  examples: [
    "restore 2018-03-07.tif 2018-07-05.tif 2018-09-18.tif --reference 2018-07-05 --out clear.tif",
    "restore S2A_MSIL1C_….SAFE --keep-clear --out clear.tif --png before_after.png",
    "restore --input a.tif --input b.tif --mask clouds.tif --shard 2/4 --out clear.2of4.tif",
    "restore --manifest scenes.csv --shard 3/16 --json",
  ],
  async run(values, context) {
    if (values.manifest === undefined && inputsOf(values, context.operands).length === 0) {
      throw new UsageError("give at least one scene, or a --manifest");
    }
    const { registry } = context;
    optionsOf(values, registry);
    const engine = await context.engine();
    const model = await openModel(values.model ?? DEFAULT_MODEL, { registry });
    let stopped = false;
    try {
      return await interruptible(
        {
          log: context.log,
          heard: "stopping; Ctrl-C again ends at once",
          reason: values.manifest === undefined
            ? "stopped; nothing was written"
            : "stopped; the same call goes on",
        },
        (signal) => {
          signal.addEventListener("abort", () => stopped = true);
          return values.manifest === undefined
            ? runOne(values, { model, engine, context, signal })
            : runMany(values, { model, context, signal });
        },
      );
    } finally {
      // Stopped, it ends anyway, and another thread may still be at a batch.
      if (!stopped) tf.dispose({ ...model.weights.params, ...model.weights.buffers });
    }
  },
});
