/**
 * Places on several dates under drawn clouds, with exact masks, for the bench of the masks and for
 * fitting the classifier of the comparison in time. Real data of ../shared/data.
 */

import { createRng, normalizeBand, type Raster, type Rng, SENTINEL2_NAMES } from "../core/mod.ts";
import { readRaster } from "../rasters/mod.ts";
import { readBandFolder } from "../products/mod.ts";
import { type CloudShape, cloudShape, drawClouds, otherDay } from "../synthetic/mod.ts";
import { line } from "./mask_views.ts";

export const DATA = new URL("../../shared/data/", import.meta.url).pathname;

/** The same ground on every date. */
export interface MaskCase {
  readonly name: string;
  readonly set: "cities" | "series" | "patches";
  readonly days: readonly number[];
  /** 13 bands as L1C. */
  readonly dates: readonly Raster[];
  /** The same without clouds. */
  readonly clear: readonly Raster[];
  /** Classes of the drawn clouds. */
  readonly truth: readonly Uint8Array[];
}

/** Overcast and clear dates of the real series, and those with clouds on a part. */
const CLOUDED = ("2018-01-06 2018-01-21 2018-01-31 2018-02-25 2018-03-07 2018-04-01 2018-04-11 " +
  "2018-05-06 2018-05-21 2018-07-05 2018-09-18 2018-11-02 2018-11-27 2018-12-22").split(" ");
/** Cities whose two dates have different grids. */
const OTHER_GRIDS = ["abudhabi", "hongkong", "saclay_e", "saclay_w"];

/** Crops all 13 bands. */
function crop(raster: Raster, { x: left, y: top, side }: { x: number; y: number; side: number }) {
  const names = raster.bands.map(normalizeBand);
  const data = new Uint16Array(side * side * 13);
  SENTINEL2_NAMES.forEach((band, b) => {
    const at = names.indexOf(band);
    for (let i = 0; i < side * side; i++) {
      const from = (top + Math.floor(i / side)) * raster.width + left + i % side;
      data[i * 13 + b] = raster.data[from * raster.bands.length + at]!;
    }
  });
  return { width: side, height: side, bands: SENTINEL2_NAMES, dtype: "uint16", data } as Raster;
}

const SETS: readonly MaskCase["set"][] = ["cities", "series", "patches"];

const dayOf = (date: string) => Date.parse(date) / 86400000;

/** Copies ground of a raster to other places of it, as if its use had changed there. */
function changed(raster: Raster, rng: Rng): Raster {
  const { width, height, bands: { length: depth } } = raster;
  const data = raster.data.slice();
  const fields = 2 + rng.fork("fields").integer(8);
  for (let k = 0; k < fields; k++) {
    const u = rng.fork("field").fork(k).uniforms(6);
    const [w, h] = [8 + Math.floor(40 * u[0]!), 8 + Math.floor(40 * u[1]!)];
    const [fromX, toX] = [u[2]!, u[3]!].map((at) => Math.floor(at * (width - w)));
    const [fromY, toY] = [u[4]!, u[5]!].map((at) => Math.floor(at * (height - h)));
    for (let y = 0; y < h; y++) {
      const from = ((fromY! + y) * width + fromX!) * depth;
      data.set(
        raster.data.subarray(from, from + w * depth) as Uint16Array,
        ((toY! + y) * width + toX!) * depth,
      );
    }
  }
  return { ...raster, data };
}

/** Draws clouds over every date. */
function clouded(
  { clear: dates, ...one }: Pick<MaskCase, "name" | "set" | "days" | "clear">,
  { rng, shapes, open, change, cover }: {
    readonly rng: Rng;
    readonly shapes: readonly CloudShape[];
    /** Probability of a date without clouds. */
    readonly open: number;
    /** Probability that the use of some ground changes on a date. */
    readonly change: number;
    readonly cover: readonly [number, number];
  },
): MaskCase {
  const clear = dates.map((raster, t) => {
    const own = rng.fork("change").fork(t);
    return own.uniform() < change ? changed(raster, own) : raster;
  });
  const drawn = clear.map((raster, t) => {
    const count = raster.width * raster.height;
    if (rng.fork("open").fork(t).uniform() < open) {
      return { cloudy: raster, mask: new Uint8Array(count), clouds: new Uint8Array(count) };
    }
    return drawClouds(raster, rng.fork(t), {
      cover,
      overcast: 0.05,
      cirrus: 0.15,
      shapes,
      shapesShare: 0.4,
      variety: 1,
    });
  });
  return {
    ...one,
    clear,
    dates: drawn.map(({ cloudy }) => cloudy),
    truth: drawn.map(({ mask, clouds }) =>
      clouds.map((kind, i) => kind > 0 ? kind : mask[i]! > 0 ? 3 : 0)
    ),
  };
}

/** A mosaic of 4×4 L2A patches of similar brightness, with the look of L1C. */
async function mosaic(sheet: number, rng: Rng, side: number): Promise<Raster> {
  const path = `${DATA}l2a_patches/sheet0${sheet}_`;
  const sheets = await Promise.all(["10m", "20m", "40m"].map((r) => readRaster(`${path}${r}.tif`)));
  const [fine] = sheets as [Raster];
  const order = Array.from({ length: 256 }, (_, patch) => {
    let key = 0;
    for (let i = 0; i < 256; i++) {
      const [y, x] = [(patch >> 4) * 64 + (i >> 4) * 4, (patch % 16) * 64 + (i % 16) * 4];
      const first = (y * fine.width + x) * fine.bands.length;
      key += fine.data[first + 3]! + 2 * fine.data[first + 2]!;
    }
    return { patch, key };
  }).sort((a, b) => a.key - b.key);
  const start = rng.fork("start").integer(240);
  const u = rng.fork("air").uniform();
  const noise = rng.fork("noise").normals(256 * 256);
  const data = new Uint16Array(256 * 256 * 13);
  for (let i = 0; i < 256 * 256; i++) {
    const [x, y] = [i % 256, i >> 8];
    const { patch } = order[start + (y >> 6) * 4 + (x >> 6)]!;
    for (const [k, { bands, width, data: stored }] of sheets.entries()) {
      const size = 64 >> k;
      const at = (((patch >> 4) * size + ((y & 63) >> k)) * width + (patch % 16) * size +
        ((x & 63) >> k)) * bands.length;
      bands.forEach((band, b) => {
        const [a, gain] = line(normalizeBand(band), u);
        data[i * 13 + SENTINEL2_NAMES.indexOf(normalizeBand(band))] = Math.round(
          a + gain * stored[at + b]!,
        );
      });
    }
    data[i * 13 + SENTINEL2_NAMES.indexOf("B10")] = Math.max(1, Math.round(13 + 3 * noise[i]!));
  }
  const whole: Raster = { width: 256, height: 256, bands: SENTINEL2_NAMES, dtype: "uint16", data };
  return crop(whole, { x: 0, y: 0, side });
}

/** The real series, by date. */
export async function realSeries(): Promise<readonly { date: string; raster: Raster }[]> {
  const names = [...Deno.readDirSync(`${DATA}sen12mscr_ts`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".tif"));
  const all = await Promise.all(names.map(async (name) => ({
    date: /\d{4}-\d{2}-\d{2}/.exec(name)![0],
    raster: await readRaster(`${DATA}sen12mscr_ts/${name}`),
  })));
  return all.sort((a, b) => a.date < b.date ? -1 : 1);
}

/**
 * Draws the cases of one half of the places: every other city, every other clear date of the real
 * series, and sheets 0 to 2 or 3 and 4 of the L2A patches.
 */
export async function* maskCases(
  {
    half,
    draws,
    seed,
    open = 0,
    change = 0,
    dates = 3,
    side = 256,
    cover = [0.05, 0.7],
    sets = SETS,
  }: {
    readonly half: 0 | 1;
    /** Cases of each city; five times as many of the series, ten times as many of the patches. */
    readonly draws: number;
    readonly seed: number;
    readonly open?: number;
    readonly change?: number;
    /** Dates of a case of the series. Default 3. */
    readonly dates?: number;
    /** Columns and rows, at most 256. Default 256. */
    readonly side?: number;
    /** Range of the cloud cover of a date. Default [0.05, 0.7]. */
    readonly cover?: readonly [number, number];
    /** Default all. */
    readonly sets?: readonly MaskCase["set"][];
  },
): AsyncGenerator<MaskCase> {
  const shapes: CloudShape[] = [];
  for (const { name } of Deno.readDirSync(`${DATA}masks`)) {
    if (name.endsWith(".tif")) shapes.push(cloudShape(await readRaster(`${DATA}masks/${name}`)));
  }
  const root = createRng(seed);
  const cities = [...Deno.readDirSync(`${DATA}oscd`)].map(({ name }) => name)
    .filter((name) => !OTHER_GRIDS.includes(name)).sort();
  for (const [k, city] of cities.entries()) {
    if (k % 2 !== half || !sets.includes("cities")) continue;
    const found = [...Deno.readDirSync(`${DATA}oscd/${city}`)].map(({ name }) => name).sort();
    const rasters = await Promise.all(
      found.map((date) => readBandFolder(`${DATA}oscd/${city}/${date}`)),
    );
    const [{ width, height }] = rasters as [Raster];
    for (let draw = 0; draw < draws; draw++) {
      const rng = root.fork(city).fork(draw);
      const [x, y] = [
        rng.fork("x").integer(width - side + 1),
        rng.fork("y").integer(height - side + 1),
      ];
      const [a, b] = rasters.map((raster) => crop(raster, { x, y, side })) as [Raster, Raster];
      const days = found.map((date) =>
        dayOf(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`)
      );
      const third = otherDay(draw % 2 === 0 ? b : a, rng.fork("other"), {
        jitter: 0.08,
        season: 0.2,
      });
      yield clouded({
        name: `${city} ${draw}`,
        set: "cities",
        clear: [a, b, third],
        days: [...days, days[draw % 2 === 0 ? 1 : 0]! + 20],
      }, { rng, shapes, open, change, cover });
    }
  }
  const clear = (await realSeries()).filter(({ date }) => !CLOUDED.includes(date))
    .filter((_, k) => k % 2 === half);
  for (let draw = 0; draw < 5 * draws && sets.includes("series"); draw++) {
    const rng = root.fork("series").fork(draw);
    const pool = [...clear];
    const chosen = Array.from(
      { length: dates },
      (_, k) => pool.splice(rng.fork("date").integer(pool.length, k), 1)[0]!,
    ).sort((a, b) => a.date < b.date ? -1 : 1);
    yield clouded({
      name: `series ${draw}`,
      set: "series",
      clear: chosen.map(({ raster }) =>
        crop(raster, {
          x: rng.fork("x").integer(257 - side),
          y: rng.fork("y").integer(257 - side),
          side,
        })
      ),
      days: chosen.map(({ date }) => dayOf(date)),
    }, { rng, shapes, open, change, cover });
  }
  for (let draw = 0; draw < 10 * draws && sets.includes("patches"); draw++) {
    const rng = root.fork("patches").fork(draw);
    const first = await mosaic(half === 0 ? draw % 3 : 3 + draw % 2, rng, side);
    const other = (name: string) => otherDay(first, rng.fork(name), { jitter: 0.1, season: 0.35 });
    yield clouded({
      name: `patches ${draw}`,
      set: "patches",
      clear: [first, other("second"), other("third")],
      days: [0, 20, 40],
    }, { rng, shapes, open, change, cover });
  }
}
