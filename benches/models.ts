/**
 * Restoration quality of models next to the baselines, with pictures: cities under synthetic clouds,
 * whose truth and masks are known, or the real series. `emrdm evaluate` reports the same scores and
 * more; this bench also pools errors and draws pictures.
 *
 *     deno run -A benches/models.ts --model weights/s2-temporal.safetensors [--cities pisa,cupertino]
 *         [--limit 48] [--size 128] [--length 3] [--steps 1] [--variety 1] [--series] [--pictures DIR] [--json]
 *
 * PSNR, SSIM, MAE and SAM (reflectance, data range 1) are means over the images, of the pixels under
 * cloud or shadow in the reference ("cloudy") and of all pixels. "Pooled" is the PSNR of the mean
 * squared error over all images.
 */

import { parseArgs } from "node:util";
import { evaluate, loadModel, quicklook, type Raster, useEngine, writePng } from "../mod.ts";
import {
  type EvaluatedMethod,
  type EvaluationRow,
  type MethodInput,
  modelMethod,
  openCases,
} from "../evaluation/mod.ts";
import { joinPictures } from "../rasters/mod.ts";

const DATA = "../shared/data";
const SERIES = new URL("../experiments/evaluate/sen12mscr_ts.csv", import.meta.url).pathname;
const TEST_CITIES = "pisa,cupertino,abudhabi";

const { values: args } = parseArgs({
  options: {
    model: { type: "string", multiple: true, default: [] },
    cities: { type: "string", default: TEST_CITIES },
    limit: { type: "string", default: "48" },
    size: { type: "string", default: "128" },
    length: { type: "string", default: "3" },
    steps: { type: "string" },
    variety: { type: "string", default: "1" },
    engine: { type: "string", default: "native" },
    pictures: { type: "string" },
    series: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

/** Restored images of a case until its picture is drawn. */
const drawn = new Map<string, { readonly given: MethodInput; readonly images: Raster[] }>();

function watched(method: EvaluatedMethod): EvaluatedMethod {
  return {
    ...method,
    async restore(given) {
      const image = await method.restore(given);
      const kept = drawn.get(given.name) ?? { given, images: [] };
      drawn.set(given.name, kept);
      kept.images.push(image);
      return image;
    },
  };
}

/** Draws the frames, the image of each model and the truth side by side. */
async function draw({ image: name }: EvaluationRow): Promise<void> {
  const kept = drawn.get(name);
  drawn.clear();
  if (kept === undefined) return;
  const shown = [...kept.given.cloudy, ...kept.images, kept.given.target];
  const pictures = shown.map((raster) => quicklook(raster, { low: 300, high: 3300 }));
  const path = `${args.pictures}/${name.replaceAll(/[^\w-]+/g, "_")}.png`;
  await writePng(path, joinPictures(pictures), { overwrite: true });
}

const METRICS = ["psnr", "ssim", "mae", "sam"] as const;
const DIGITS = { psnr: 2, ssim: 4, mae: 4, sam: 2 } as const;

/** Returns the PSNR of the mean squared error over all pixels. */
function pooled(rows: readonly EvaluationRow[]): number {
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const squares = rows.reduce((sum, { rmse, count }) => sum + rmse! ** 2 * count, 0);
  return -10 * Math.log10(squares / total);
}

const { device } = await useEngine(args.engine as "native", { log: () => {} });
const steps = args.steps === undefined ? {} : { steps: Number(args.steps) };
const methods: EvaluatedMethod[] = [];
for (const path of args.model) {
  const name = path.replace(/^.*\/(.*\/)?/, "");
  const method = await modelMethod(await loadModel(path), { name, ...steps });
  methods.push(args.pictures === undefined ? method : watched(method));
}
if (args.pictures !== undefined) await Deno.mkdir(args.pictures, { recursive: true });
const { cases } = args.series
  ? await openCases({ type: "index", file: SERIES }, { set: "series" })
  : await openCases({
    type: "synthetic",
    root: `${DATA}/oscd`,
    masks: `${DATA}/masks`,
    places: args.cities.split(","),
    variety: Number(args.variety),
  }, {
    set: "cities",
    limit: Number(args.limit),
    tileSize: Number(args.size),
    length: Number(args.length),
  });
const { rows, summary } = await evaluate(cases, {
  methods,
  ...(args.pictures !== undefined && { onCase: ([row]) => draw(row!) }),
});
const table = Object.fromEntries(
  [...Map.groupBy(summary.groups, ({ method }) => method)].map(([method, groups]) => {
    const over = (pixels: string) => {
      const { metrics } = groups.find((one) => one.pixels === pixels && one.cover === "all")!;
      return Object.fromEntries(METRICS.map((metric) => [metric, metrics[metric]?.mean ?? NaN]));
    };
    const hidden = rows.filter((row) => row.method === method && row.pixels === "cloudy");
    return [method, { cloudy: over("cloudy"), all: over("all"), pooled: pooled(hidden) }];
  }),
);
if (args.json) console.log(JSON.stringify({ device, arguments: args, table, rows }));
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
