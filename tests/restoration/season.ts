/** A season of dates with clouds and their masks, in files. */

import type { Raster } from "../../core/mod.ts";
import { openRaster, writeCog } from "../../rasters/mod.ts";

/** Bands of a season. */
export const BANDS = ["B02", "B03", "B04", "B08"];
/** Its days. */
export const DAYS = ["2018-03-07", "2018-05-06", "2018-07-05", "2018-07-20"];
/** More than one cell of 256 pixels in both directions. */
export const SIZE = { width: 300, height: 270 };
const GRID = { transform: [500000, 10, 0, 5200000, 0, -10] } as const;

/** Ground of a date: a pattern that grows brighter, in digital numbers. */
function ground({ width, height }: typeof SIZE, l: number): Uint16Array {
  return Uint16Array.from({ length: width * height * 4 }, (_, i) => {
    const [x, y] = [Math.floor(i / 4) % width, Math.floor(i / 4 / width)];
    return 600 + 40 * l + 100 * (i % 4) + (x * 7 + y * 13 + (x * y) % 31) % 200;
  });
}

/** Cloud of a date, [height, width]: a disc that moves. */
function cloud({ width, height }: typeof SIZE, l: number): Uint8Array {
  const [cx, cy, r] = [width * (0.2 + 0.2 * l), height / 2, Math.min(width, height) / 4];
  return Uint8Array.from(
    { length: width * height },
    (_, i) => Math.hypot(i % width - cx, Math.floor(i / width) - cy) < r ? 1 : 0,
  );
}

/** Dates with clouds, in files. */
export interface Season {
  readonly inputs: readonly { readonly path: string }[];
  readonly dates: readonly Raster[];
  readonly clouds: readonly Uint8Array[];
}

/** Writes dates with clouds, and their masks as DAY.mask.tif. */
export async function season(folder: string, size = SIZE, days = DAYS): Promise<Season> {
  const dates: Raster[] = [];
  const clouds: Uint8Array[] = [];
  const inputs: { path: string }[] = [];
  for (const [l, day] of days.entries()) {
    const mask = cloud(size, l);
    const data = ground(size, l).map((value, i) => mask[Math.floor(i / 4)] === 1 ? 6000 : value);
    const raster: Raster = { ...size, ...GRID, bands: BANDS, dtype: "uint16", data, nodata: 0 };
    const path = `${folder}/scene_${day}.tif`;
    await writeCog(path, raster);
    await writeCog(`${folder}/${day}.mask.tif`, {
      ...size,
      ...GRID,
      bands: ["1"],
      dtype: "uint8",
      data: mask,
    });
    dates.push(raster);
    clouds.push(mask);
    inputs.push({ path });
  }
  return { inputs, dates, clouds };
}

/** Reads a raster. */
export async function pixels(path: string): Promise<Raster> {
  const file = await openRaster(path);
  try {
    return await file.read();
  } finally {
    await file.close();
  }
}

/** Files of an image. */
export const KINDS = ["", ".provenance", ".support", ".days"] as const;
/** Path of a file next to an image. */
export const kind = (path: string, name: string) => path.replace(/\.tif$/, `${name}.tif`);
