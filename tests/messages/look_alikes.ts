/**
 * Look-alikes of products: generated files with their names, bands, scales, fills and masks.
 *
 * @module
 */

import { pixelArray } from "../../core/mod.ts";
import { writeCog } from "../../rasters/mod.ts";

/** Side of the images in pixels. */
const SIDE = 32;

/** A product that is written into a folder. */
export interface LookAlike {
  /** Name for the page. */
  readonly product: string;
  /** Path to pass to `restore`. */
  readonly path: string;
  /** Mask to pass, if it is not found by itself. */
  readonly mask?: string;
  /** True if the product has its own mask, which `--mask scl` finds. */
  readonly ownMask?: boolean;
  /** Band that stands for B08, and the bands of the file in its place. */
  readonly bandNames?: string;
  write(folder: string): Promise<void>;
}

/** Reflectance of a pixel: some ground, the same in every product. */
function reflectance(pixel: number, band: number): number {
  return 0.03 + 0.04 * band + 0.0004 * (pixel * 7 % 97);
}

/** Writes bands of one reflectance each, stored by scale and offset; the first row has the fill. */
async function write(
  path: string,
  { bands, scale, offset = 0, fill, dtype = "uint16", pixel = 10 }: {
    readonly bands: readonly string[];
    readonly scale: number;
    readonly offset?: number;
    readonly fill: number;
    readonly dtype?: "uint16" | "int16" | "uint8";
    readonly pixel?: number;
  },
): Promise<void> {
  const data = pixelArray(dtype, SIDE * SIDE * bands.length);
  for (let i = 0; i < data.length; i++) {
    const at = Math.floor(i / bands.length);
    const value = Math.round((reflectance(at, i % bands.length) - offset) / scale);
    data[i] = at < SIDE ? fill : value;
  }
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await writeCog(path, {
    ...{ width: SIDE, height: SIDE, bands, dtype, data },
    transform: [600000, pixel, 0, 5300000, 0, -pixel],
    crs: {
      epsg: 32633,
      geoKeys: { directory: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633] },
    },
  });
}

/** Writes a mask that hides the right half, by a value for clear and one for cloud. */
async function writeMask(
  path: string,
  { clear, cloud, dtype = "uint8", bands = 1 }: {
    readonly clear: number | readonly number[];
    readonly cloud: number | readonly number[];
    readonly dtype?: "uint8" | "uint16";
    readonly bands?: number;
  },
): Promise<void> {
  const data = pixelArray(dtype, SIDE * SIDE * bands);
  for (let i = 0; i < data.length; i++) {
    const value = Math.floor(i / bands) % SIDE < SIDE / 2 ? clear : cloud;
    data[i] = typeof value === "number" ? value : value[i % bands]!;
  }
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await writeCog(path, {
    ...{ width: SIDE, height: SIDE, dtype, data },
    bands: Array.from({ length: bands }, (_, i) => `${i + 1}`),
    transform: [600000, 10, 0, 5300000, 0, -10],
  });
}

/** Writes a file per band, named by the product. */
async function writeBands(
  bands: readonly string[],
  { name, ...options }: { readonly name: (band: string) => string } & {
    readonly scale: number;
    readonly offset?: number;
    readonly fill: number;
    readonly dtype?: "uint16" | "int16";
  },
): Promise<void> {
  for (const band of bands) await write(name(band), { bands: ["1"], ...options });
}

const LANDSAT = "LC08_L2SP_192030_20180507_20200901_02_T1";
const S30 = "HLS.S30.T33TUG.2018127T100021.v2.0";
const L30 = "HLS.L30.T33TUG.2018127T100021.v2.0";
const MUSCATE = "SENTINEL2A_20180507-100021-463_L2A_T33TUG_C_V2-2";
const SAFE = "S2A_MSIL2A_20180507T100021_N0500_R122_T33TUG_20230904T162417.SAFE";
const GRANULE = `${SAFE}/GRANULE/L2A_T33TUG_A015003_20180507T100024`;
const UDM2 = { clear: [1, 0, 0, 0, 0, 0, 95, 0], cloud: [0, 0, 0, 0, 0, 1, 95, 0], bands: 8 };

/** The products, in the order of the page. */
export const LOOK_ALIKES: readonly LookAlike[] = [
  {
    product: "Landsat Collection 2 Level 2, a stack",
    path: `${LANDSAT}_SR_stack.tif`,
    mask: `${LANDSAT}_QA_PIXEL.TIF`,
    bandNames: "B01,B02,B03,B04,B08,B11,B12",
    async write(folder) {
      const bands = ["SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B6", "SR_B7"];
      await write(`${folder}/${this.path}`, { bands, scale: 0.0000275, offset: -0.2, fill: 0 });
      const options = { clear: 21824, cloud: 22280, dtype: "uint16" } as const;
      await writeMask(`${folder}/${this.mask}`, options);
    },
  },
  {
    product: "HLS S30",
    path: S30,
    ownMask: true,
    async write(folder) {
      const name = (band: string) => `${folder}/${S30}/${S30}.${band}.tif`;
      const options = { name, scale: 0.0001, fill: -9999, dtype: "int16" } as const;
      await writeBands(["B02", "B03", "B04", "B08", "B8A"], options);
      await writeMask(name("Fmask"), { clear: 64, cloud: 66 });
    },
  },
  {
    product: "HLS L30",
    path: L30,
    ownMask: true,
    async write(folder) {
      const name = (band: string) => `${folder}/${L30}/${L30}.${band}.tif`;
      const options = { name, scale: 0.0001, fill: -9999, dtype: "int16" } as const;
      await writeBands(["B02", "B03", "B04", "B05", "B06"], options);
      await writeMask(name("Fmask"), { clear: 64, cloud: 66 });
    },
  },
  {
    product: "PlanetScope, 4 bands",
    path: "20180507_100021_0e20_3B_AnalyticMS_SR.tif",
    mask: "20180507_100021_0e20_3B_udm2.tif",
    async write(folder) {
      const bands = ["1", "2", "3", "4"];
      await write(`${folder}/${this.path}`, { bands, scale: 0.0001, fill: 0 });
      await writeMask(`${folder}/${this.mask}`, UDM2);
    },
  },
  {
    product: "PlanetScope, 8 bands",
    path: "20220507_100021_12_2470_3B_AnalyticMS_SR_8b.tif",
    mask: "20220507_100021_12_2470_3B_udm2.tif",
    bandNames: "B01,B02,GREEN_I,B03,YELLOW,B04,B05,B08",
    async write(folder) {
      const bands = ["1", "2", "3", "4", "5", "6", "7", "8"];
      await write(`${folder}/${this.path}`, { bands, scale: 0.0001, fill: 0 });
      await writeMask(`${folder}/${this.mask}`, UDM2);
    },
  },
  {
    product: "Theia MUSCATE L2A",
    path: MUSCATE,
    ownMask: true,
    async write(folder) {
      const name = (band: string) => `${folder}/${MUSCATE}/${MUSCATE}_FRE_${band}.tif`;
      const options = { name, scale: 0.0001, fill: -10000, dtype: "int16" } as const;
      await writeBands(["B2", "B3", "B4", "B8"], options);
      const mask = `${folder}/${MUSCATE}/MASKS/${MUSCATE}_CLM_R1.tif`;
      await writeMask(mask, { clear: 0, cloud: 3 });
    },
  },
  {
    product: "Sentinel-2 L2A, SAFE of baseline 05.00",
    path: SAFE,
    ownMask: true,
    async write(folder) {
      const name = (band: string) =>
        `${folder}/${GRANULE}/IMG_DATA/R10m/T33TUG_20180507T100021_${band}_10m.tif`;
      const options = { name, scale: 0.0001, offset: -0.1, fill: 0 };
      await writeBands(["B02", "B03", "B04", "B08"], options);
      const scl = `${folder}/${GRANULE}/IMG_DATA/R20m/T33TUG_20180507T100021_SCL_20m.tif`;
      await writeMask(scl, { clear: 4, cloud: 9 });
    },
  },
  {
    product: "Zarr, no EOPF product",
    path: "cube.zarr",
    write: (folder) => Deno.mkdir(`${folder}/cube.zarr`),
  },
];
