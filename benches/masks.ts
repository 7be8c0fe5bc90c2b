/**
 * Precision, recall and F1 of the cloud masks: the rules for a single date and the comparison in
 * time, on drawn clouds with exact masks over the half of the places of ../shared/data on which
 * nothing was fitted. With --dates 2, two dates of each case are compared, and each date of the real
 * series with the next one. With a folder it also writes the contact sheet of the real series.
 *
 *     deno run -A benches/masks.ts [--dates 3] [--draws 1] [--seed 77] [--half 1] [--side 256]
 *       [--pictures DIR]
 */

import type { Raster } from "../core/mod.ts";
import { detectClouds, detectInTime, surveyClouds } from "../clouds/mod.ts";
import { quicklook, readRaster, writePng } from "../rasters/mod.ts";
import { DATA, type MaskCase, maskCases, realSeries } from "./mask_cases.ts";
import { viewOf, VIEWS } from "./mask_views.ts";

const flag = (name: string, fallback: string) => {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? fallback : Deno.args[at + 1]!;
};
const row = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(" | ")} |`);

/** Counts of pixels by true class and found class. */
class Scores {
  readonly counts = new Float64Array(16);

  add(truth: Uint8Array, found: Uint8Array): void {
    for (let i = 0; i < truth.length; i++) {
      if (found[i]! < 4) this.counts[truth[i]! * 4 + found[i]!]!++;
    }
  }

  /** Precision, recall and F1 of a set of classes in percent. */
  of(classes: readonly number[]): string {
    let [both, missed, wrong] = [0, 0, 0];
    for (let k = 0; k < 16; k++) {
      const [truth, found] = [classes.includes(k >> 2), classes.includes(k % 4)];
      if (truth && found) both += this.counts[k]!;
      else if (truth) missed += this.counts[k]!;
      else if (found) wrong += this.counts[k]!;
    }
    const [precision, recall] = [both / (both + wrong), both / (both + missed)];
    const f1 = 2 * precision * recall / (precision + recall);
    return [precision, recall, f1].map((x) => Number.isNaN(x) ? "–" : (100 * x).toFixed(1))
      .join(" / ");
  }
}

/** Upper bound: pixels where some band differs from the true ground by 0.04 or more. */
function byTruth(cloudy: Raster, clear: Raster): Uint8Array {
  const depth = cloudy.bands.length;
  const at = ["B02", "B03", "B04", "B08", "B11"].map((name) => cloudy.bands.indexOf(name));
  return Uint8Array.from(
    { length: cloudy.width * cloudy.height },
    (_, i) =>
      at.some((b) => Math.abs(cloudy.data[i * depth + b]! - clear.data[i * depth + b]!) > 400)
        ? 2
        : 0,
  );
}

const METHODS = ["single date, as for L1C", "single date", "in time", "true ground"] as const;
const scores = new Map<string, Scores>();
const score = (key: string) => scores.get(key) ?? scores.set(key, new Scores()).get(key)!;
let [seconds, area] = [0, 0];

/** Dates of a case that are compared: three, or two real ones. */
const compared = Number(flag("dates", "3"));

function measure(whole: MaskCase): void {
  const [dates, clear, truth] = [whole.dates, whole.clear, whole.truth]
    .map((list) => list.slice(0, compared)) as [Raster[], Raster[], Uint8Array[]];
  const one = { ...whole, dates, clear, truth, days: whole.days.slice(0, compared) };
  for (const [name, view] of Object.entries(VIEWS)) {
    const frames = viewOf(one, one.dates, view);
    const [{ width, height }] = frames as [Raster];
    const start = performance.now();
    const survey = surveyClouds({
      width,
      height,
      bands: view.bands,
      dates: one.days.map((day) => ({ day, level: view.level })),
    });
    survey.add({ row: 0, column: 0, frames });
    const found = detectInTime(frames, survey.finish());
    seconds += (performance.now() - start) / 1000;
    area += frames.length * width * height / 1e6;
    for (const [t, frame] of frames.entries()) {
      const of = (method: string) => score(`${name}|${one.set}|${method}`);
      of(METHODS[0]).add(one.truth[t]!, detectClouds(frame));
      of(METHODS[1]).add(one.truth[t]!, detectClouds(frame, { level: view.level }));
      of(METHODS[2]).add(one.truth[t]!, found[t]!);
      of(METHODS[3]).add(one.truth[t]!, byTruth(one.dates[t]!, one.clear[t]!));
    }
  }
}

for await (
  const one of maskCases({
    half: Number(flag("half", "1")) as 0 | 1,
    draws: Number(flag("draws", "1")),
    seed: Number(flag("seed", "77")),
    side: Number(flag("side", "256")),
  })
) {
  measure(one);
  console.error(one.name);
}
row("view", "places", "method", "any", "cloud", "shadow", "thick", "thin");
row(...Array.from({ length: 8 }, () => "---"));
for (const [key, found] of [...scores].sort()) {
  const [view, set, method] = key.split("|") as [string, string, string];
  row(view, set, method, ...[[1, 2, 3], [1, 2], [3], [1], [2]].map((kinds) => found.of(kinds)));
}
console.log(`\n${(seconds / area).toFixed(2)} s per megapixel and date in time, survey included`);

const OUTLINES = [[0, 0, 0], [255, 0, 0], [255, 220, 0], [0, 120, 255]] as const;

/** A picture at twice the size with the classes outlined: red thick, yellow thin, blue shadow. */
function outlined(raster: Raster, classes: Uint8Array, times: number) {
  const { width, height } = raster;
  const plain = quicklook(raster, { bands: ["B04", "B03", "B02"], high: 4000, gamma: 0.7 });
  const [w, h] = [width * times, height * times];
  const data = new Uint8Array(w * h * 3);
  const at = (x: number, y: number) =>
    classes[Math.floor(y / times) * width + Math.floor(x / times)]!;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const from = 3 * (Math.floor(y / times) * width + Math.floor(x / times));
      const kind = at(x, y);
      const edge = kind > 0 && kind < 4 &&
        (x === 0 || y === 0 || x + 1 === w || y + 1 === h ||
          [[1, 0], [-1, 0], [0, 1], [0, -1]].some(([dx, dy]) => at(x + dx!, y + dy!) !== kind));
      data.set(edge ? OUTLINES[kind]! : plain.data.subarray(from, from + 3), 3 * (y * w + x));
    }
  }
  return { width: w, height: h, data };
}

const series = await realSeries();
const frames = series.map(({ raster }) => raster);
const [{ width, height, bands }] = frames as [Raster];

/** Classes of the chosen dates of the series, compared with each other. */
function classesOf(chosen: readonly number[]): readonly Uint8Array[] {
  const survey = surveyClouds({
    width,
    height,
    bands,
    dates: chosen.map((t) => ({ day: Date.parse(series[t]!.date) / 86400000 })),
  });
  const shown = chosen.map((t) => frames[t]!);
  survey.add({ row: 0, column: 0, frames: shown });
  return detectInTime(shown, survey.finish());
}

const found = compared === 2
  ? frames.map((_, t) => classesOf([t, (t + 1) % frames.length])[0]!)
  : classesOf([...frames.keys()]);
console.log("\nThe real series, % of pixels: in time (single date)\n");
row("date", "thick", "thin", "shadow");
row("---", "--:", "--:", "--:");
const share = (classes: Uint8Array, kind: number) =>
  (100 * classes.filter((value) => value === kind).length / classes.length).toFixed(1);
for (const [t, { date, raster }] of series.entries()) {
  const alone = detectClouds(raster);
  row(date, ...[1, 2, 3].map((kind) => `${share(found[t]!, kind)} (${share(alone, kind)})`));
}

const folder = flag("pictures", "");
if (folder !== "") {
  await Deno.mkdir(folder, { recursive: true });
  for (let first = 0; first < series.length; first += 6) {
    const tiles = series.slice(first, first + 6).map(({ raster }, k) =>
      outlined(raster, found[first + k]!, 3)
    );
    const [tile] = tiles as [ReturnType<typeof outlined>];
    const [w, h] = [3 * tile.width, 2 * tile.height];
    const data = new Uint8Array(w * h * 3);
    for (const [k, one] of tiles.entries()) {
      for (let y = 0; y < one.height; y++) {
        data.set(
          one.data.subarray(3 * y * one.width, 3 * (y + 1) * one.width),
          3 * ((Math.floor(k / 3) * one.height + y) * w + (k % 3) * one.width),
        );
      }
    }
    await writePng(
      `${folder}/series_${first / 6}.png`,
      { width: w, height: h, channels: 3, data },
      {
        overwrite: true,
      },
    );
  }
}

console.log("\nCloudSEN12 (B04, B03, B02: single date), % of the pixels of each label flagged\n");
row("date", "flagged", "thick", "thin", "shadow");
row("---", "--:", "--:", "--:", "--:");
for (const name of ["clear", "almost-clear", "low-cloudy", "mid-cloudy", "cloudy"]) {
  const stored = await readRaster(`${DATA}cloudsen12/ROI_2507/${name}/S2L1C_B4B3B2.tif`);
  const mask = await readRaster(`${DATA}cloudsen12/ROI_2507/${name}/mask.tif`);
  const classes = detectClouds({ ...stored, bands: ["B04", "B03", "B02"] });
  const cells = [[1, 2], [3, 4], [5, 6]].map((labels) => {
    let [all, hit] = [0, 0];
    for (let i = 0; i < classes.length; i++) {
      if (!labels.includes(mask.data[i]!)) continue;
      all++;
      if (classes[i]! > 0) hit++;
    }
    return all === 0 ? "–" : (100 * hit / all).toFixed(1);
  });
  const flagged = classes.filter((kind) => kind > 0).length;
  row(name, (100 * flagged / classes.length).toFixed(1), ...cells);
}
