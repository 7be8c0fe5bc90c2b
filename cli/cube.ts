/**
 * `--out cube.zarr`: results as a Zarr cube. The images are written into a folder next to it first, from
 * which an interrupted call goes on, and which is removed when the cube is complete.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { checkCube, type CubeImage, type ScenePaths, writeCube } from "../restoration/mod.ts";
import { readJson } from "./files.ts";
import { UsageError } from "./flags.ts";

/** Output of the images of a call, and the work after them. */
export interface CubeOutput {
  /** Path of the images; `{date}` stands for the day of each of several. */
  readonly images: string;
  /** True if the images are parts of a cube. */
  readonly isCube: boolean;
  /** Makes the cube of the images; undefined for GeoTIFF. */
  readonly finish: (images: readonly ScenePaths[]) => Promise<void>;
}

/** Time of an image, from its item. @throws {InputError} If its day is unknown. */
async function timeOf({ output, item }: ScenePaths): Promise<string> {
  if (item === undefined) {
    throw new InputError(
      `Cannot add ${output} to a cube: its day must be known, got none in its name; give it (--date)`,
    );
  }
  const { properties } = await readJson(item) as {
    readonly properties: { readonly datetime: string | null; readonly start_datetime?: string };
  };
  return properties.datetime ?? properties.start_datetime!;
}

/** Removes the files of images, and their folder if nothing else is in it. */
async function removeImages(images: readonly ScenePaths[], folder: string): Promise<void> {
  for (const paths of images) {
    for (const path of Object.values(paths)) {
      await Deno.remove(path);
      await Deno.remove(`${path}.aux.xml`).catch(() => {});
    }
  }
  await Deno.remove(folder).catch(() => {});
}

/**
 * Plans the output of a call.
 *
 * @throws {UsageError} If a cube is asked for a part.
 * @throws {OutputError} If the cube exists.
 */
export async function cubeOutput(
  out: string,
  { overwrite, shard, several }: {
    readonly overwrite: boolean;
    readonly shard: string | undefined;
    /** True if every date has an image. */
    readonly several: boolean;
  },
): Promise<CubeOutput> {
  const path = out.replace(/\/+$/, "");
  if (!/\.zarr$/i.test(path)) {
    return { images: out, isCube: false, finish: () => Promise.resolve() };
  }
  if (shard !== undefined) {
    throw new UsageError("--shard writes GeoTIFF: --out must end in .tif, got a Zarr store");
  }
  await checkCube(path, overwrite);
  const folder = `${path}.parts`;
  return {
    images: `${folder}/${several ? "{name}" : "image"}.tif`,
    isCube: true,
    async finish(images) {
      const all = images.map(({ output, provenance, uncertainty, support, days, item }) => ({
        output,
        ...(provenance !== undefined && { provenance }),
        ...(uncertainty !== undefined && { uncertainty }),
        ...(support !== undefined && { support }),
        ...(days !== undefined && { days }),
        ...(item !== undefined && { item }),
      }));
      const dated: CubeImage[] = [];
      for (const { item, ...paths } of all) {
        dated.push({ ...paths, time: await timeOf({ ...paths, ...(item && { item }) }) });
      }
      await writeCube(dated, path, { overwrite });
      await removeImages(all, folder);
    },
  };
}
