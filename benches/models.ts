/**
 * How well models restore, beside what costs no training: cities that no model was trained on, under
 * synthetic clouds whose truth and mask are known, and the real series.
 *
 *     deno run -A benches/models.ts --model weights/s2-temporal.safetensors [--cities pisa,cupertino]
 *         [--samples 48] [--size 128] [--length 3] [--steps 1] [--series] [--pictures DIR] [--json]
 *
 * PSNR, SSIM, MAE and SAM (reflectance, data range 1) over the pixels that cloud or shadow hides in
 * the reference ("cloudy") and over all, each the mean over the images; "pooled" is the PSNR of the
 * mean squared error of all images together.
 */

import { parseArgs } from "node:util";
import {
  createRng,
  detectClouds,
  joinPictures,
  loadModel,
  type Model,
  openDataset,
  quicklook,
  type Raster,
  readRaster,
  restoreSeries,
  type Score,
  scoreImages,
  useEngine,
  writePng,
} from "../mod.ts";

const DATA = "../shared/data";
const BANDS = "B01 B02 B03 B04 B05 B06 B07 B08 B8A B09 B10 B11 B12".split(" ");
const TEST_CITIES = "pisa,cupertino,abudhabi";
/** Partly cloudy dates of the real series, and for each the clear date nearest in time. */
const SERIES: readonly (readonly [string, string])[] = [
  ["1_2018-01-21", "2_2018-01-31"],
  ["4_2018-02-25", "6_2018-03-22"],
  ["5_2018-03-07", "6_2018-03-22"],
  ["7_2018-04-01", "8_2018-04-11"],
  ["15_2018-07-05", "16_2018-07-20"],
  ["21_2018-09-18", "22_2018-09-28"],
];

/** One place: dates in order of time, masks of what hides them, and the truth of the reference. */
interface Case {
  readonly name: string;
  readonly frames: readonly Raster[];
  readonly masks: readonly Uint8Array[];
  readonly reference: number;
  readonly target: Raster;
}

type Method = (given: Case) => Raster | Promise<Raster>;

const { values: args } = parseArgs({
  options: {
    model: { type: "string", multiple: true, default: [] },
    cities: { type: "string", default: TEST_CITIES },
    samples: { type: "string", default: "48" },
    size: { type: "string", default: "128" },
    length: { type: "string", default: "3" },
    steps: { type: "string" },
    engine: { type: "string", default: "native" },
    pictures: { type: "string" },
    series: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

/** Combines the dates pixel by pixel: `pick` gets one band's values and whether each is clear. */
function perPixel(
  { frames, masks, reference }: Case,
  pick: (values: readonly number[], clear: readonly boolean[], reference: number) => number,
): Raster {
  const like = frames[reference]!;
  const depth = like.bands.length;
  const data = like.data.slice();
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / depth);
    data[i] = Math.round(pick(
      frames.map((frame) => frame.data[i]!),
      masks.map((mask) => mask[pixel] === 0),
      reference,
    ));
  }
  return { ...like, data };
}

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** The mean of the clear dates, the median of all where none is. */
function maskedMean(values: readonly number[], clear: readonly boolean[]): number {
  const seen = values.filter((_, l) => clear[l]);
  return seen.length > 0 ? meanOf(seen) : medianOf(values);
}

/** Between the nearest clear dates before and after, or the nearest; else the median of all. */
function linear(values: readonly number[], clear: readonly boolean[], at: number): number {
  const before = clear.findLastIndex((isClear, l) => isClear && l <= at);
  const after = clear.findIndex((isClear, l) => isClear && l >= at);
  if (before < 0 && after < 0) return medianOf(values);
  if (before < 0 || after < 0 || before === after) return values[Math.max(before, after)]!;
  return values[before]! + (values[after]! - values[before]!) * (at - before) / (after - before);
}

const BASELINES: Readonly<Record<string, Method>> = {
  copy: ({ frames, reference }) => frames[reference]!,
  "least cloudy": ({ frames, masks }) => {
    const hidden = masks.map((mask) => mask.reduce((sum, flag) => sum + flag, 0));
    return frames[hidden.indexOf(Math.min(...hidden))]!;
  },
  mean: (given) => perPixel(given, meanOf),
  median: (given) => perPixel(given, medianOf),
  "linear in time": (given) => perPixel(given, linear),
  "mask-aware mean": (given) => perPixel(given, maskedMean),
};

async function* syntheticCases(): AsyncGenerator<Case> {
  const [size, length] = [Number(args.size), Number(args.length)];
  const dataset = await openDataset({
    type: "synthetic",
    root: `${DATA}/oscd`,
    masks: `${DATA}/masks`,
    places: args.cities.split(","),
  }, { tileSize: size, length, bands: BANDS });
  const raster = (data: Float32Array): Raster => ({
    width: size,
    height: size,
    bands: BANDS,
    dtype: "uint16",
    data: Uint16Array.from(data, Math.round),
  });
  const pixels = size * size;
  for (let i = 0; i < Number(args.samples); i++) {
    const sample = await dataset.sample(i, createRng(2024));
    const masks = Array.from(
      { length },
      (_, l) => sample.mask!.subarray(l * pixels, (l + 1) * pixels),
    );
    // Without a hidden pixel there is nothing to score.
    if (!masks[sample.reference]!.includes(1)) continue;
    yield {
      name: `${i}: ${sample.name}`,
      frames: masks.map((_, l) =>
        raster(sample.cloudy.subarray(l * pixels * BANDS.length, (l + 1) * pixels * BANDS.length))
      ),
      masks,
      reference: sample.reference,
      target: raster(sample.target),
    };
  }
}

/** Each partly cloudy date as the reference, with the partly cloudy dates nearest in time. */
async function* seriesCases(): AsyncGenerator<Case> {
  const read = (name: string) =>
    readRaster(`${DATA}/sen12mscr_ts/s2_ROIs2017_146_ImgNo_${name}_patch_0.tif`);
  const length = Number(args.length);
  const all = await Promise.all(SERIES.map(([name]) => read(name)));
  for (const [at, [name, clear]] of SERIES.entries()) {
    const first = Math.min(Math.max(at - (length >> 1), 0), SERIES.length - length);
    const frames = all.slice(first, first + length);
    const masks = frames.map((frame) => detectClouds(frame).map((flag) => flag === 0 ? 0 : 1));
    const target = await read(clear);
    yield { name, frames, masks, reference: at - first, target };
  }
}

interface Scored {
  readonly cloudy: Score;
  readonly all: Score;
  readonly pixels: number;
}

function scoreOf(prediction: Raster, { target, masks, reference }: Case): Scored {
  const unit = ({ data }: Raster) => Float32Array.from(data, (value) => value / 10000);
  const { width, height, bands } = target;
  const options = { width, height, channels: bands.length, dataRange: 1 };
  const mask = masks[reference]!;
  const [ours, truth] = [unit(prediction), unit(target)];
  return {
    cloudy: scoreImages(ours, truth, { ...options, mask: inner(mask, width) ? mask : undefined }),
    all: scoreImages(ours, truth, options),
    pixels: mask.reduce((sum, flag) => sum + flag, 0),
  };
}

/** Whether SSIM, which has no value near borders, finds a pixel. */
function inner(mask: Uint8Array, width: number): boolean {
  return mask.some((flag, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return flag === 1 && Math.min(x, y, width - 1 - x, mask.length / width - 1 - y) >= 5;
  });
}

const METRICS = ["psnr", "ssim", "mae", "sam"] as const;
const DIGITS = { psnr: 2, ssim: 4, mae: 4, sam: 2 } as const;

function summary(scores: readonly Scored[]) {
  const over = (part: "cloudy" | "all") =>
    Object.fromEntries(
      METRICS.map((metric) => [metric, meanOf(scores.map((score) => score[part][metric]))]),
    );
  const total = scores.reduce((sum, { pixels }) => sum + pixels, 0);
  const squares = scores.reduce((sum, { cloudy, pixels }) => sum + cloudy.rmse ** 2 * pixels, 0);
  return { cloudy: over("cloudy"), all: over("all"), pooled: -10 * Math.log10(squares / total) };
}

function methodsOf(models: readonly Model[]): Readonly<Record<string, Method>> {
  const steps = args.steps === undefined ? {} : { steps: Number(args.steps) };
  const restorers = models.map((model, i): [string, Method] => [
    args.model[i]!.replace(/^.*\/(.*\/)?/, ""),
    async ({ frames, reference }) => {
      const used = frames.length > model.card.length ? [frames[reference]!] : frames;
      const at = used.length === 1 ? 0 : reference;
      return await restoreSeries(model, used, { reference: at, ...steps });
    },
  ]);
  const names = Number(args.length) === 1 ? ["copy"] : Object.keys(BASELINES);
  return Object.fromEntries([...names.map((name) => [name, BASELINES[name]!]), ...restorers]);
}

/** Frames, what each method made of them, and the truth, side by side. */
async function picture(given: Case, results: Readonly<Record<string, Raster>>, path: string) {
  const shown = [
    ...given.frames,
    results["mask-aware mean"],
    ...Object.entries(results).filter(([name]) => !(name in BASELINES)).map(([, one]) => one),
    given.target,
  ].filter((raster) => raster !== undefined);
  const pictures = shown.map((raster) => quicklook(raster, { low: 300, high: 3300 }));
  await writePng(path, joinPictures(pictures), { overwrite: true });
}

const { device } = await useEngine(args.engine as "native", { log: () => {} });
const models = await Promise.all(args.model.map((path) => loadModel(path)));
const methods = methodsOf(models);
const scores = new Map<string, Scored[]>();
const cases: { name: string; psnr: Record<string, number> }[] = [];
if (args.pictures !== undefined) await Deno.mkdir(args.pictures, { recursive: true });
for await (const given of args.series ? seriesCases() : syntheticCases()) {
  const results: Record<string, Raster> = {};
  const psnr: Record<string, number> = {};
  for (const [name, method] of Object.entries(methods)) {
    results[name] = await method(given);
    const scored = scoreOf(results[name], given);
    psnr[name] = scored.cloudy.psnr;
    scores.set(name, [...scores.get(name) ?? [], scored]);
  }
  cases.push({ name: given.name, psnr });
  if (args.pictures !== undefined) {
    await picture(given, results, `${args.pictures}/${given.name.replaceAll(/[^\w-]+/g, "_")}.png`);
  }
}
const table = Object.fromEntries([...scores].map(([name, own]) => [name, summary(own)]));
if (args.json) console.log(JSON.stringify({ device, arguments: args, table, cases }));
else {
  const head = METRICS.map((metric) => metric.toUpperCase());
  console.log(`| | ${head.join(" | ")} | pooled PSNR | ${head.join(" | ")} |`);
  console.log(`|---|${"---|".repeat(9)}`);
  for (const [name, { cloudy, all, pooled }] of Object.entries(table)) {
    const cells = (part: Record<string, number>) =>
      METRICS.map((metric) => part[metric]!.toFixed(DIGITS[metric])).join(" | ");
    console.log(`| ${name} | ${cells(cloudy)} | ${pooled.toFixed(2)} | ${cells(all)} |`);
  }
}
