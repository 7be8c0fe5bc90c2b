/** What GDAL and its own validator say of Cloud-Optimized GeoTIFFs. */

import { assert, assertEquals } from "@std/assert";
import { type CogWriterOptions, writeCog } from "../../rasters/mod.ts";
import {
  assertSameBytes,
  type CaseOptions,
  DTYPES,
  findPython,
  HAS_GDAL,
  inFolder,
  makeRaster,
  readLevels,
  run,
} from "./cog_cases.ts";
import { RUN_SLOW } from "../slow.ts";

const MODULE = "osgeo_utils.samples.validate_cloud_optimized_geotiff";

const PYTHON = await findPython(MODULE);

const CASES: Readonly<Record<string, CaseOptions & CogWriterOptions>> = {
  "one pixel": { width: 1, height: 1 },
  "one tile": { width: 256, height: 256 },
  "overviews": { width: 1500, height: 700 },
  "overviews in BigTIFF": { width: 1500, height: 700, bigTiff: true },
  "one tile in BigTIFF": { width: 100, height: 90, bigTiff: true },
  "a tall image": { width: 30, height: 5000, tileSize: 256 },
  "a flat image in BigTIFF": { width: 5000, height: 30, tileSize: 256, bigTiff: true },
  "classes": { width: 700, height: 900, bands: ["class"], dtype: "uint8", overviews: "nearest" },
  "13 bands on threads": {
    width: 900,
    height: 1100,
    bands: Array.from({ length: 13 }, (_, i) => `B${i}`),
  },
  ...Object.fromEntries(
    DTYPES.map((dtype) => [`${dtype} rows`, { width: 600, height: 1030, dtype, tileSize: 256 }]),
  ),
};

/** Cases that `deno task test` runs, too. */
const QUICK: readonly string[] = [
  "overviews",
  "classes",
  "a tall image",
  "uint16 rows",
  "float32 rows",
];

for (const [name, { width, height, bands, dtype, ...options }] of Object.entries(CASES)) {
  const isRun = RUN_SLOW || QUICK.includes(name);
  const raster = makeRaster({
    width,
    height,
    ...(bands && { bands }),
    ...(dtype && { dtype }),
  });
  const written = (work: (path: string, folder: string) => Promise<void>) =>
    inFolder(async (folder) => {
      await writeCog(`${folder}/image.tif`, raster, options);
      await work(`${folder}/image.tif`, folder);
    });

  Deno.test({
    name: `GDAL's validator finds a valid COG: ${name}`,
    ignore: PYTHON === undefined || !isRun,
    fn: () =>
      written(async (path) => {
        const result = await run(PYTHON!, "-m", MODULE, "--full-check=yes", path);
        assert(result?.success, JSON.stringify(result));
        const lines = result.out.trim().split("\n");
        assertEquals(lines[0], `${path} is a valid cloud optimized GeoTIFF`);
        assert(!/warning|error/i.test(result.out + result.err), result.out + result.err);
      }),
  });

  Deno.test({
    name: `GDAL reads all levels without a complaint: ${name}`,
    ignore: !HAS_GDAL || !isRun,
    fn: () =>
      written(async (path, folder) => {
        const info = await run("gdalinfo", "-checksum", path);
        assert(info?.success && info.err === "", info?.err);
        const levels = await readLevels(path);
        for (const [i, { data }] of levels.entries()) {
          const level = i === 0 ? [] : ["-oo", `OVERVIEW_LEVEL=${i - 1}`];
          const raw = ["-q", "-of", "ENVI", "-co", "INTERLEAVE=BIP", path, `${folder}/${i}.raw`];
          const result = await run("gdal_translate", ...level, ...raw);
          assert(result?.success && result.err === "", result?.err);
          assertSameBytes(await Deno.readFile(`${folder}/${i}.raw`), data);
        }
      }),
  });
}
