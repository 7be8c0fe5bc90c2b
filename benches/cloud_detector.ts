/**
 * Accuracy of the built-in cloud detector on the real data next to the repository: the tables of
 * docs/cloud_detector.md. With a folder as argument it also writes pictures with the classes outlined
 * (thick cloud red, thin cloud yellow, shadow blue).
 *
 *     deno run -A benches/cloud_detector.ts [PICTURES]
 */

import { createRng, type Raster } from "../core/mod.ts";
import { detectClouds } from "../clouds/mod.ts";
import { joinPictures, type Picture, quicklook, readRaster, writePng } from "../rasters/mod.ts";
import { readBandFolder } from "../products/mod.ts";
import { syntheticClouds, type SyntheticCloudsOptions } from "../synthetic/mod.ts";

const DATA = new URL("../../shared/data/", import.meta.url).pathname;
const [pictures] = Deno.args;
/** Cities used to tune the thresholds; only the scores of the others are unbiased. */
const TUNED = "abudhabi beihai bordeaux cupertino hongkong milano pisa saclay_e saclay_w".split(
  " ",
);
const RGB = ["B02", "B03", "B04"];
const RGBN = [...RGB, "B08"];
const NO_B10 = "B01 B02 B03 B04 B05 B06 B07 B08 B8A B09 B11 B12".split(" ");
/** Pixels by which restoration dilates the flagged pixels. */
const DILATION = 8;
const CLOUDS: Readonly<Record<string, SyntheticCloudsOptions>> = {
  "small cumulus": { cover: 0.15, altitude: 0, density: 0.9, scale: 60, shadowDistance: 25 },
  "broken cloud": { cover: 0.35, altitude: 0.2, density: 0.8 },
  "thin cirrus": { cover: 0.4, altitude: 0.9, density: 0.4 },
  "cloudy": { cover: 0.7, altitude: 0.3, density: 0.6 },
};
const PARTLY = ["2018-01-21", "2018-02-25", "2018-03-07", "2018-04-01", "2018-07-05", "2018-09-18"];
const CLOUDED = [
  ...["2018-01-31", "2018-04-11", "2018-05-06", "2018-05-21", "2018-11-02", "2018-11-27"],
  "2018-12-22",
];
const OUTLINES: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [255, 0, 0],
  [255, 220, 0],
  [0, 120, 255],
];

const percent = (part: number, all: number) => all === 0 ? "–" : `${(100 * part / all).toFixed(1)}`;
const row = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(" | ")} |`);

function head(title: string, ...columns: readonly string[]): void {
  console.log(`\n${title}\n`);
  row(...columns);
  row(...columns.map((_, i) => i === 0 ? "---" : "--:"));
}

/** Returns the named bands of a raster. */
function pick(raster: Raster, bands: readonly string[]): Raster {
  const depth = raster.bands.length;
  const at = bands.map((band) => raster.bands.indexOf(band));
  const data = new Uint16Array(raster.width * raster.height * at.length);
  for (let i = 0; i < raster.width * raster.height; i++) {
    at.forEach((band, k) => data[i * at.length + k] = raster.data[i * depth + band]!);
  }
  return { ...raster, bands, data };
}

/** Dilates flags by `radius` columns and rows. */
function dilate(flags: Uint8Array, { width, height }: Raster, radius = DILATION): Uint8Array {
  const wide = new Uint8Array(flags.length);
  const out = new Uint8Array(flags.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0, last = -Infinity; x < width + radius; x++) {
      if (x < width && flags[y * width + x] === 1) last = x;
      if (x >= radius && x - last <= 2 * radius) wide[y * width + x - radius] = 1;
    }
  }
  for (let x = 0; x < width; x++) {
    for (let y = 0, last = -Infinity; y < height + radius; y++) {
      if (y < height && wide[y * width + x] === 1) last = y;
      if (y >= radius && y - last <= 2 * radius) out[(y - radius) * width + x] = 1;
    }
  }
  return out;
}

const flagsOf = (classes: Uint8Array) => classes.map((kind) => kind > 0 && kind < 255 ? 1 : 0);
const count = (values: Uint8Array, kind: number) =>
  values.reduce((sum, value) => sum + (value === kind ? 1 : 0), 0);

/** Writes a picture of the raster next to one with the classes outlined. */
async function draw(name: string, raster: Raster, classes: Uint8Array): Promise<void> {
  if (pictures === undefined) return;
  const { width, height } = raster;
  const plain = quicklook(raster, { bands: ["B04", "B03", "B02"], high: 4000, gamma: 0.7 });
  const data = new Uint8Array(plain.data);
  for (let i = 0; i < classes.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const kind = classes[i]!;
    const inside = kind === 0 || kind === 255 || (x > 0 && x + 1 < width && y > 0 &&
      y + 1 < height && [i - 1, i + 1, i - width, i + width].every((k) => classes[k] === kind));
    if (!inside) data.set(OUTLINES[kind]!, 3 * i);
  }
  const outlined: Picture = { ...plain, data };
  await Deno.mkdir(pictures, { recursive: true });
  await writePng(`${pictures}/${name}.png`, joinPictures([plain, outlined]), { overwrite: true });
}

/** Counts of pixels by the exact mask and by the detector, summed over scenes. */
class Tally {
  readonly all = [0, 0, 0, 0];
  readonly found = [0, 0, 0, 0];
  readonly reached = [0, 0, 0, 0];
  exact = 0;
  alarms = 0;
  haze = 0;

  add(raster: Raster, classes: Uint8Array, { mask, opacity }: {
    readonly mask: Uint8Array;
    readonly opacity: Float32Array;
  }): void {
    const flags = flagsOf(classes);
    const wide = dilate(flags, raster);
    const exact = dilate(flagsOf(mask), raster);
    for (let i = 0; i < mask.length; i++) {
      const kind = mask[i]!;
      this.all[kind]!++;
      this.found[kind]! += flags[i]!;
      this.reached[kind]! += wide[i]!;
      if (kind !== 0) continue;
      this.exact += exact[i]!;
      // Haze between clear and thin cloud counts as neither.
      if (opacity[i]! >= 0.05) this.haze++;
      else this.alarms += flags[i]!;
    }
  }

  print(name: string): void {
    const { all, found, reached } = this;
    const missed = (kind: number) => percent(all[kind]! - reached[kind]!, all[kind]!);
    row(
      name,
      ...[1, 2, 3].map((kind) => percent(found[kind]!, all[kind]!)),
      percent(this.alarms, all[0]! - this.haze),
      ...[1, 2, 3].map(missed),
      percent(reached[0]!, all[0]!),
      percent(this.exact, all[0]!),
    );
  }
}

const cities = [...Deno.readDirSync(`${DATA}oscd`)].map(({ name }) => name).sort();
const scenes: { readonly city: string; readonly date: string; readonly raster: Raster }[] = [];
for (const city of cities) {
  const dates = [...Deno.readDirSync(`${DATA}oscd/${city}`)].map(({ name }) => name).sort();
  for (const date of dates) {
    scenes.push({ city, date, raster: await readBandFolder(`${DATA}oscd/${city}/${date}`) });
  }
}

const SUBSETS: Readonly<Record<string, readonly string[]>> = {
  "13 bands": [],
  "without B10": NO_B10,
  "RGB, B08": RGBN,
  RGB,
};
const subset = (raster: Raster, bands: readonly string[]) =>
  bands.length === 0 ? raster : pick(raster, bands);

head(
  "Cloud-free cities (OSCD), % of pixels flagged",
  ...["city", "date", "cloud", "shadow", "dilated", "cloud, RGB only", "dilated, RGB only"],
);
for (const { city, date, raster } of scenes) {
  const cells: string[] = [];
  for (const bands of [[], RGB]) {
    const classes = detectClouds(subset(raster, bands));
    if (bands.length === 0) await draw(`${city}_${date}`, raster, classes);
    cells.push(percent(count(classes, 1) + count(classes, 2), classes.length));
    if (bands.length === 0) cells.push(percent(count(classes, 3), classes.length));
    cells.push(percent(count(dilate(flagsOf(classes), raster), 1), classes.length));
  }
  row(`${city}${TUNED.includes(city) ? " (tuned)" : ""}`, date, ...cells);
}

for (const [set, bands] of Object.entries(SUBSETS)) {
  for (const tuned of bands.length === 0 ? [true, false] : [false]) {
    head(
      `Synthetic clouds over ${tuned ? "tuning" : "other"} cities, ${set}, %`,
      ...["clouds", "thick found", "thin found", "shadow found", "false alarms"],
      ...["thick missed after dilation", "thin", "shadow", "clear flagged", "by the exact mask"],
    );
    for (const [number, [name, options]] of Object.entries(CLOUDS).entries()) {
      const tally = new Tally();
      for (const [k, { city, raster }] of scenes.entries()) {
        if (TUNED.includes(city) !== tuned) continue;
        const rng = createRng(5000 + 100 * number + k);
        const { cloudy, mask, opacity } = syntheticClouds(raster, rng, options);
        const classes = detectClouds(subset(cloudy, bands));
        tally.add(raster, classes, { mask: mask.data as Uint8Array, opacity });
      }
      tally.print(name);
    }
  }
}

head(
  "A real series (SEN12MS-CR-TS), % of pixels",
  ...["date", "by eye", "thick", "thin", "shadow", "flagged, RGB only"],
);
const series = [...Deno.readDirSync(`${DATA}sen12mscr_ts`)].map(({ name }) => name)
  .map((name) => ({ name, date: /\d{4}-\d{2}-\d{2}/.exec(name)?.[0] ?? "" }))
  .filter(({ date }) => date !== "")
  .sort((a, b) => a.date < b.date ? -1 : 1);
for (const { name, date } of series) {
  const raster = await readRaster(`${DATA}sen12mscr_ts/${name}`);
  const classes = detectClouds(raster);
  await draw(`series_${date}`, raster, classes);
  const eye = PARTLY.includes(date)
    ? "partly clouded"
    : CLOUDED.includes(date)
    ? "clouded"
    : date === "2018-01-06"
    ? "veil"
    : "clear";
  const small = flagsOf(detectClouds(pick(raster, RGB)));
  row(
    ...[date, eye],
    ...[1, 2, 3].map((kind) => percent(count(classes, kind), classes.length)),
    percent(count(small, 1), small.length),
  );
}

head(
  "SEN12MS-CR, % of pixels",
  ...["image", "thick", "thin", "shadow"],
);
for (
  const [scene, part, patch] of [
    ["ROIs1970_fall", 139, 839],
    ["ROIs2017_winter", 112, 797],
  ]
) {
  for (const kind of ["s2", "s2_cloudy"]) {
    const name = `${scene}_${kind}_${part}_p${patch}`;
    const path = `${DATA}sen12mscr/${scene}_${kind}/${kind}_${part}/${name}.tif`;
    const raster = await readRaster(path);
    const classes = detectClouds(raster);
    await draw(name, raster, classes);
    row(name, ...[1, 2, 3].map((kind) => percent(count(classes, kind), classes.length)));
  }
}

// The masks of this site are strokes: labels 1 and 2 are centre and border of thick cloud, 3 and 4 of
// thin cloud, 5 and 6 of shadow. 0 means clear only if the whole date is clear.
head(
  "CloudSEN12 (RGB only), % of the pixels of each hand-drawn stroke that are flagged",
  ...["date", "flagged", "thick centre", "thick border", "thin centre", "thin border"],
  ...["shadow centre", "shadow border"],
);
for (const name of ["clear", "almost-clear", "low-cloudy", "mid-cloudy", "cloudy"]) {
  const folder = `${DATA}cloudsen12/ROI_2507/${name}`;
  const stored = await readRaster(`${folder}/S2L1C_B4B3B2.tif`);
  const raster = { ...stored, bands: ["B04", "B03", "B02"] };
  const mask = await readRaster(`${folder}/mask.tif`);
  const classes = detectClouds(raster);
  const flags = flagsOf(classes);
  await draw(`cloudsen12_${name}`, raster, classes);
  const cells = [1, 2, 3, 4, 5, 6].map((label) => {
    let [all, found] = [0, 0];
    for (let i = 0; i < flags.length; i++) {
      if (mask.data[i] !== label) continue;
      all++;
      found += flags[i]!;
    }
    return percent(found, all);
  });
  row(name, percent(count(flags, 1), flags.length), ...cells);
}

const { raster: timed } = scenes.find(({ city }) => city === "pisa")!;
const times = Array.from({ length: 20 }, () => {
  const start = performance.now();
  detectClouds(timed);
  return performance.now() - start;
});
const fastest = Math.min(...times) * 1e6 / (timed.width * timed.height);
console.log(`\n${fastest.toFixed(0)} ns per pixel of 13 bands (minimum of 20 runs)`);
