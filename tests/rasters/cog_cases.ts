/** Rasters and readers that the tests of Cloud-Optimized GeoTIFFs share. */

import { assert, assertEquals } from "@std/assert";
import { fromFile } from "npm:geotiff@3.0.5";
import { type DataType, type PixelArray, pixelArray, type Raster } from "../../core/mod.ts";

export const UTM: NonNullable<Raster["crs"]> = {
  epsg: 32633,
  geoKeys: {
    directory: [1, 1, 0, 4, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633, 3076, 0, 1, 9001],
  },
};

export const DTYPES: readonly DataType[] = [
  "uint8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "float32",
  "float64",
];

/** Numbers that use the whole range of the type and leave no two neighbours alike. */
export function fill(data: PixelArray, dtype: DataType): PixelArray {
  const real = dtype.startsWith("float");
  const sign = dtype.startsWith("uint") ? 1 : -1;
  for (let i = 0; i < data.length; i++) {
    data[i] = real ? 1e3 * Math.sin(i) : sign * (Math.imul(i, 2654435761) >>> 1);
  }
  return data;
}

export interface CaseOptions {
  readonly width: number;
  readonly height: number;
  readonly bands?: readonly string[];
  readonly dtype?: DataType;
}

export function makeRaster(
  { width, height, bands = ["B02", "B03"], dtype = "uint16" }: CaseOptions,
): Raster {
  return {
    width,
    height,
    bands,
    dtype,
    data: fill(pixelArray(dtype, width * height * bands.length), dtype),
    transform: [499980, 10, 0, 4900020, 0, -10],
    crs: UTM,
    nodata: 0,
    tags: { AREA_OR_POINT: "Area" },
  };
}

/** Runs `work` in a temporary folder. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Like assertEquals() of their bytes, which takes seconds for megabytes. */
export function assertSameBytes(found: ArrayBufferView, expected: ArrayBufferView): void {
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
    new Uint8Array(buffer, byteOffset, byteLength);
  const [a, b] = [bytes(found), bytes(expected)];
  assertEquals(a.length, b.length);
  const at = a.findIndex((byte, i) => byte !== b[i]);
  assert(at < 0, `byte ${at} of ${a.length} must be ${b[at]}, got ${a[at]}`);
}

/** Names in a folder, sorted. */
export function namesIn(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

export interface LevelPixels {
  readonly width: number;
  readonly height: number;
  readonly data: PixelArray;
}

/** Pixels of all resolutions of a file, full resolution first. */
export async function readLevels(path: string): Promise<readonly LevelPixels[]> {
  const tiff = await fromFile(path);
  try {
    const levels: LevelPixels[] = [];
    for (let i = 0; i < await tiff.getImageCount(); i++) {
      const image = await tiff.getImage(i);
      const data = await image.readRasters({ interleave: true });
      levels.push({
        width: image.getWidth(),
        height: image.getHeight(),
        data: data as unknown as PixelArray,
      });
    }
    return levels;
  } finally {
    await tiff.close();
  }
}

/** Runs a program; undefined where it is not installed. */
export async function run(program: string, ...args: readonly string[]) {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] })
      .output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { success, out: text(stdout), err: text(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

export const HAS_GDAL = (await run("gdalinfo", "--version"))?.success ?? false;

/** A Python that has a module of GDAL: the first in PATH need not be the one that GDAL is for. */
export async function findPython(module: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const python = `${folder}/python3`;
    if ((await run(python, "-c", `import ${module}`).catch(() => undefined))?.success) {
      return python;
    }
  }
  return undefined;
}
