/**
 * Reliability of a model's error estimates: self-check error and predicted standard deviation against
 * the true error, over cities that no model was trained on (synthetic clouds, exact truth) and over the
 * partly cloudy dates of the real series (truth: the nearest clear date).
 *
 *     deno run -A benches/trust.ts [--model weights/s2-temporal.safetensors] [--cities pisa,cupertino]
 *         [--limit 16] [--size 128] [--samples 4] [--runs 2] [--only cities|series] [--svg DIR]
 *     deno run -A benches/trust.ts --calibrate calibrated.safetensors [--cities bordeaux,hongkong]
 *
 * With --calibrate it instead measures the calibration on the validation cities and saves the model
 * with it. Prints JSON.
 */

import { parseArgs } from "node:util";
import {
  calibrate,
  createRng,
  detectClouds,
  InputError,
  loadModel,
  type Raster,
  readRaster,
  restoreSeries,
  saveModel,
  selfCheck,
  useEngine,
} from "../mod.ts";
import {
  errorPairs,
  type ExpectedError,
  expectedErrorChart,
  expectedErrorFit,
  type Reliability,
  reliability,
  reliabilityChart,
} from "../evaluation/mod.ts";
import { openDataset } from "../datasets/mod.ts";
import { samplingOf } from "../restoration/mod.ts";

const DATA = "../shared/data";
const TEST_CITIES = "pisa,cupertino,abudhabi";
const VALIDATION_CITIES = "bordeaux,hongkong,lasvegas";
/**
 * Partly cloudy dates of the real series, each with the nearest clear date without cirrus, as in
 * `experiments/evaluate/sen12mscr_ts.csv`.
 */
const SERIES: readonly (readonly [string, string])[] = [
  ["1_2018-01-21", "3_2018-02-10"],
  ["4_2018-02-25", "3_2018-02-10"],
  ["5_2018-03-07", "3_2018-02-10"],
  ["7_2018-04-01", "9_2018-04-26"],
  ["15_2018-07-05", "16_2018-07-20"],
  ["21_2018-09-18", "22_2018-09-28"],
];
const REFLECTANCE_SCALE = 10000;

const { values: args } = parseArgs({
  options: {
    model: { type: "string", default: "weights/s2-temporal.safetensors" },
    cities: { type: "string" },
    limit: { type: "string", default: "16" },
    size: { type: "string", default: "128" },
    samples: { type: "string", default: "4" },
    runs: { type: "string", default: "2" },
    engine: { type: "string", default: "native" },
    only: { type: "string" },
    svg: { type: "string" },
    calibrate: { type: "string" },
  },
});

/** Image series with its truth and a mask of each date. */
interface Case {
  readonly name: string;
  readonly cloudy: readonly Raster[];
  readonly masks: readonly Uint8Array[];
  readonly reference: number;
  readonly target: Raster;
}

const { device } = await useEngine(args.engine as "native", { log: () => {} });
const model = await loadModel(args.model);
const bands = model.card.bands.map(({ name }) => name);
const length = model.card.length;

async function* cityCases(cities: string): AsyncGenerator<Case> {
  const size = Number(args.size);
  const dataset = await openDataset({
    type: "synthetic",
    root: `${DATA}/oscd`,
    masks: `${DATA}/masks`,
    places: cities.split(","),
    variety: 1,
  }, { tileSize: size, length, bands });
  const pixels = size * size;
  const raster = (values: Float32Array): Raster => ({
    width: size,
    height: size,
    bands,
    dtype: "uint16",
    data: Uint16Array.from(values, Math.round),
  });
  for (let i = 0; i < Number(args.limit); i++) {
    const sample = await dataset.sample(i, createRng(2025));
    const masks = Array.from(
      { length },
      (_, l) => sample.mask!.subarray(l * pixels, (l + 1) * pixels),
    );
    // The true error needs at least one hidden pixel.
    if (!masks[sample.reference]!.includes(1)) continue;
    const step = pixels * bands.length;
    yield {
      name: `${i}: ${sample.name}`,
      cloudy: masks.map((_, l) => raster(sample.cloudy.subarray(l * step, (l + 1) * step))),
      masks,
      reference: sample.reference,
      target: raster(sample.target),
    };
  }
}

async function* seriesCases(): AsyncGenerator<Case> {
  const read = (name: string) =>
    readRaster(`${DATA}/sen12mscr_ts/s2_ROIs2017_146_ImgNo_${name}_patch_0.tif`);
  const all = await Promise.all(SERIES.map(([name]) => read(name)));
  for (const [at, [name, clear]] of SERIES.entries()) {
    const first = Math.min(Math.max(at - (length >> 1), 0), SERIES.length - length);
    const cloudy = all.slice(first, first + length);
    const masks = cloudy.map((frame) => detectClouds(frame));
    yield { name, cloudy, masks, reference: at - first, target: await read(clear) };
  }
}

/** Returns the clouds masked in the model's input, as in a restoration with `--keep-clear`. */
function hiddenIn(cloudy: readonly Raster[]): readonly Uint8Array[] {
  return cloudy.map((frame) => detectClouds(frame));
}

function withMask({ masks, ...one }: Case) {
  const mask = masks[one.reference]!.map((value) => value === 0 ? 0 : 1);
  return { ...one, mask, masks: hiddenIn(one.cloudy) };
}

/** Returns the root mean square error over the hidden pixels, as reflectance. */
function rmseOf(restored: Raster, { target, masks, reference }: Case): number {
  const depth = bands.length;
  let [sum, count] = [0, 0];
  for (const [i, value] of restored.data.entries()) {
    if (masks[reference]![Math.floor(i / depth)] === 0) continue;
    sum += ((value - target.data[i]!) / REFLECTANCE_SCALE) ** 2;
    count++;
  }
  return Math.sqrt(sum / count);
}

interface Trust {
  readonly selfCheck: {
    readonly fit: ReturnType<typeof expectedErrorFit>;
    readonly cases: readonly (ExpectedError & { readonly name: string })[];
    /** Cases with too few clear pixels for a self-check. */
    readonly refused: readonly string[];
  };
  readonly reliability: { readonly cloudy: Reliability; readonly all: Reliability };
}

async function trust(cases: AsyncIterable<Case>): Promise<Trust> {
  const errors: (ExpectedError & { name: string })[] = [];
  const refused: string[] = [];
  const kept: Case[] = [];
  for await (const each of cases) {
    kept.push(each);
    const { name, cloudy, masks, reference } = each;
    const observed = rmseOf(await restoreSeries(model, cloudy, { reference, masks }), each);
    try {
      const check = await selfCheck(model, cloudy, {
        reference,
        // Exact masks need little dilation.
        mask: { values: masks, keepClear: true, dilate: 2, feather: 0 },
        check: { runs: Number(args.runs) },
      });
      errors.push({ name, expected: check.scores.restored!.rmse, observed });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused.push(name);
    }
  }
  const samples = Number(args.samples);
  const masked = kept.map(withMask);
  const { ensemble: { factor, floor = [0] } } = samplingOf(model, { ensemble: { samples } });
  const images = (await errorPairs(model, masked, { samples })).map((image) => ({
    ...image,
    deviation: Float32Array.from(
      image.deviation,
      (value, i) => Math.hypot(factor * value, floor[i % floor.length]!),
    ),
  }));
  return {
    selfCheck: { fit: expectedErrorFit(errors), cases: errors, refused },
    reliability: {
      cloudy: reliability(images),
      all: reliability(images.map(({ mask: _, ...image }) => image)),
    },
  };
}

async function draw(name: string, { selfCheck, reliability }: Trust): Promise<void> {
  if (args.svg === undefined) return;
  await Deno.mkdir(args.svg, { recursive: true });
  const write = (file: string, svg: string) =>
    Deno.writeTextFile(`${args.svg}/${file}_${name}.svg`, svg);
  await write(
    "reliability",
    reliabilityChart(reliability.cloudy, {
      title: `Predicted standard deviation and error, ${name}`,
      unit: "DN",
    }),
  );
  await write(
    "self_check",
    expectedErrorChart(selfCheck.cases, {
      title: `Self-check and true error, ${name}`,
      unit: "reflectance",
    }),
  );
}

if (args.calibrate !== undefined) {
  const cities = args.cities ?? VALIDATION_CITIES;
  const masked = (async function* () {
    for await (const one of cityCases(cities)) yield withMask(one);
  })();
  const data = `${args.limit} crops of ${cities} (OSCD) under synthetic clouds, hidden pixels`;
  const { card, calibration, before, after } = await calibrate(model, masked, {
    samples: Number(args.samples),
    data,
  });
  await saveModel({ ...model, card }, args.calibrate, { overwrite: true });
  console.log(JSON.stringify({ device, calibration, before, after }));
} else {
  const given = {
    cities: () => cityCases(args.cities ?? TEST_CITIES),
    series: () => seriesCases(),
  };
  const found: Record<string, Trust> = {};
  for (const [name, cases] of Object.entries(given)) {
    if (args.only !== undefined && args.only !== name) continue;
    found[name] = await trust(cases());
    await draw(name, found[name]);
  }
  console.log(JSON.stringify({ device, arguments: args, ...found }));
}
