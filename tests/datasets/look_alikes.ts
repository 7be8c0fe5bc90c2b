/**
 * Miniature look-alikes of the published datasets: the same folders, names, bands and pixel types, with
 * small images of random values.
 *
 * @module
 */

import {
  createRng,
  type DataType,
  type PixelArray,
  pixelArray,
  type Raster,
} from "../../core/mod.ts";
import { encodePng, writeCog } from "../../rasters/mod.ts";

/** Side of the images in pixels. */
export const SIDE = 16;

/** UTM zone 32 north. */
const UTM = {
  epsg: 32632,
  geoKeys: { directory: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32632] },
} as const;

/** What {@linkcode noiseRaster} makes. */
export interface NoiseOptions {
  readonly bands: number | readonly string[];
  readonly dtype?: DataType;
  readonly low?: number;
  readonly high?: number;
  readonly side?: number;
  readonly east?: number;
}

/** A number that a text decides. */
function seedOf(text: string): number {
  let seed = 7;
  for (const letter of text) seed = (seed * 31 + letter.codePointAt(0)!) % 2 ** 31;
  return seed;
}

/** Random values between low and high, of the stream that the name decides. */
export function noiseRaster(
  name: string,
  { bands, dtype = "uint16", low = 500, high = 2500, side = SIDE, east = 600000 }: NoiseOptions,
): Raster {
  const names = typeof bands === "number"
    ? Array.from({ length: bands }, (_, i) => `${i + 1}`)
    : bands;
  const rng = createRng(seedOf(name));
  const data: PixelArray = pixelArray(dtype, side * side * names.length);
  for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * rng.uniform(i);
  return {
    width: side,
    height: side,
    bands: names,
    dtype,
    data,
    transform: [east, 10, 0, 5000000, 0, -10],
    crs: UTM,
  };
}

/** Writes a raster and its folder. */
export async function write(path: string, raster: Raster): Promise<void> {
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await writeCog(path, raster, { overwrite: true });
}

/** Runs with a folder that is gone afterwards. */
export async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export const S1 = { bands: 2, dtype: "float32", low: -20, high: -5 } as const;
export const S2 = { bands: 13 } as const;

/** The path of a SEN12MS-CR file. */
export function sen12Path(
  root: string,
  kind: string,
  roi: readonly [string, number],
  patch: number,
) {
  const [season, number] = roi;
  return `${root}/${season}_${kind}/${kind}_${number}/${season}_${kind}_${number}_p${patch}.tif`;
}

/** A region of the training split, one of validation, one of the test split that published rules leak. */
export const REGIONS = [["ROIs1158_spring", 1], ["ROIs1868_summer", 17], [
  "ROIs1158_spring",
  106,
]] as const;

/** SEN12MS-CR: two patches of each region. */
export async function makeSen12MsCr(root: string): Promise<void> {
  for (const roi of REGIONS) {
    for (const patch of [9, 30]) {
      for (const kind of ["s1", "s2", "s2_cloudy"]) {
        const path = sen12Path(root, kind, roi, patch);
        await write(path, noiseRaster(path.slice(root.length), kind === "s1" ? S1 : S2));
      }
    }
  }
}

export const RGBN = { bands: 4 } as const;

/** Sen2_MTC_New: a tile for each split with two names of three frames. */
export async function makeSen2MtcNew(root: string): Promise<void> {
  for (
    const [split, tile] of [["train", "T12TUR"], ["val", "T13RCN"], ["test", "T49RDP"]] as const
  ) {
    const folder = `${root}/Sen2_MTC/${tile}`;
    for (const name of ["R027_1", "R027_12"]) {
      await write(`${folder}/cloudless/${name}.tif`, noiseRaster(`${tile} ${name}`, RGBN));
      for (const frame of [0, 1, 2]) {
        const raster = noiseRaster(`${tile} ${name} ${frame}`, RGBN);
        await write(`${folder}/cloud/${name}_${frame}.tif`, raster);
      }
    }
    await Deno.writeTextFile(`${root}/${split}.txt`, `${tile}\n`);
  }
}

/** Writes a picture of random grey values. */
export async function writePicture(
  path: string,
  { channels, side = SIDE, seed = path }: {
    readonly channels: 1 | 3;
    readonly side?: number;
    readonly seed?: string;
  },
): Promise<Uint8Array> {
  const options = { bands: channels, dtype: "uint8", low: 1, high: 255, side } as const;
  const data = noiseRaster(seed, options).data as Uint8Array;
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeFile(path, encodePng({ width: side, height: side, channels, data }));
  return data;
}

/** CUHK-CR: `rgb/` and `nir/` with two pictures for training and two for tests. */
export async function makeCuhkCr(root: string): Promise<void> {
  for (const split of ["train", "test"]) {
    for (const part of ["label", "cloud"]) {
      for (const n of [1, 2]) {
        const path = `${split}/${part}/${n}.png`;
        await writePicture(`${root}/rgb/${path}`, { channels: 3, seed: `rgb${path}` });
        await writePicture(`${root}/nir/${path}`, { channels: 1, seed: `nir${path}` });
      }
    }
  }
}

export const TWO = { bands: ["B04", "B08"] } as const;

/** A folder dataset: two places of two dates with SAR and masks. */
export async function makeFolder(root: string): Promise<void> {
  for (const name of ["a", "b"]) {
    await write(`${root}/clear/${name}.tif`, noiseRaster(`clear${name}`, TWO));
    await write(
      `${root}/sar/${name}.tif`,
      noiseRaster(`sar${name}`, { ...S1, bands: ["VV", "VH"] }),
    );
    for (const frame of [0, 1]) {
      const file = `${name}_${frame}.tif`;
      await write(`${root}/cloudy/${file}`, noiseRaster(`cloudy${file}`, TWO));
      const mask = { bands: ["mask"], dtype: "uint8", low: 0, high: 4 } as const;
      await write(`${root}/mask/${file}`, noiseRaster(`mask${file}`, mask));
    }
  }
}

/** An index of a folder dataset's files. */
export async function makeIndex(root: string): Promise<void> {
  await makeFolder(root);
  await Deno.writeTextFile(
    `${root}/index.csv`,
    [
      "id,split,cloudy,sar,target,mask,date",
      "a,train,cloudy/a_0.tif;cloudy/a_1.tif,sar/a.tif,clear/a.tif,mask/a_0.tif;mask/a_1.tif," +
      "2018-03-07;2018-03-12",
      "b,test,cloudy/b_0.tif;cloudy/b_1.tif,sar/b.tif,clear/b.tif,mask/b_0.tif;mask/b_1.tif," +
      "2018-05-01;2018-05-06",
    ].join("\n"),
  );
}

/** Clear images: two places of two dates with a file for each of two bands. */
export async function makePlaces(root: string): Promise<void> {
  for (const place of ["here", "there"]) {
    for (const date of ["20180307", "20180705"]) {
      for (const band of ["B04", "B08"]) {
        const path = `${root}/${place}/${date}/${band}.tif`;
        await write(path, noiseRaster(path.slice(root.length), { bands: [band] }));
      }
    }
  }
}

/** Days of {@linkcode makeSeries}; clouds lie over the third and, everywhere, over the fifth. */
export const SERIES_DAYS = ["2018-03-01", "2018-03-06", "2018-03-16", "2018-03-21", "2018-04-10"];

/** A place on five dates: three clear ones, one half under cloud, one all under cloud. */
export async function makeSeries(root: string): Promise<void> {
  for (const [i, day] of SERIES_DAYS.entries()) {
    const clear = noiseRaster(day, { bands: ["B02", "B03", "B04", "B08"], side: 40, high: 900 });
    const data = clear.data.map((value, at) => {
      const column = Math.floor(at / 4) % 40;
      return i === 4 || (i === 2 && column < 20) ? 6000 + value / 10 : value;
    });
    await write(`${root}/place_${day}.tif`, { ...clear, data });
  }
}
