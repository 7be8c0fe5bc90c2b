/**
 * Finds the file of each band in a folder, by names that end in the band, such as `B02.tif` or
 * `T33UUP_20220404T101559_B8A_20m.jp2`, flat or in the folders R10m, R20m and R60m of L2A products.
 *
 * @module
 */

import { bandOfFileName, InputError, SENTINEL2_NAMES } from "../core/mod.ts";
import { isHidden } from "../files/mod.ts";
import { IMAGE_FILE } from "../rasters/mod.ts";

/** The image files of a folder by band. */
export interface BandFiles {
  /** Path of the folder. */
  readonly folder: string;
  /** Path of each band's file, in the usual order of the bands. */
  readonly files: ReadonlyMap<string, string>;
  /** Path of the scene classification (SCL), the class mask of L2A products. */
  readonly classification?: string;
}

interface Candidate {
  readonly path: string;
  /** Pixel size in metres, from the name or the folder; infinite if unknown. */
  readonly resolution: number;
}

const RESOLUTION_FOLDER = /^R(\d{2})m$/i;
const CLASSIFICATION = /(?:^|[_.-])SCL(?:_\d{2}m)?\.[a-z0-9]+$/i;
/** Number of names in a message. */
const SHOWN = 5;

/** Lists a folder without hidden files, sorted by name. @throws {InputError} If it cannot be read. */
export async function readFolder(folder: string): Promise<readonly Deno.DirEntry[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ name }) => !isHidden(name)).sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    const must = error instanceof Deno.errors.NotFound
      ? "the folder must exist; check its path, or unpack the whole product"
      : `it must be a readable folder, got ${
        error instanceof Error ? error.message.split("\n")[0] : error
      }`;
    throw new InputError(`Cannot read bands of ${folder}: ${must}`, { cause: error });
  }
}

function keepFinest(
  found: Map<string, Candidate>,
  { band, candidate, folder }: {
    readonly band: string;
    readonly candidate: Candidate;
    readonly folder: string;
  },
): void {
  const other = found.get(band);
  if (other !== undefined && other.resolution === candidate.resolution) {
    const [a, b] = [other, candidate].map(({ path }) => path.slice(folder.length + 1));
    throw new InputError(
      `Cannot read bands of ${folder}: each band must have one file, got ${a} and ${b} for ${band}; ` +
        "move one of them away",
    );
  }
  if (other === undefined || candidate.resolution < other.resolution) found.set(band, candidate);
}

/**
 * Finds one file per band, at its finest resolution.
 *
 * @throws {InputError} If the folder cannot be read, holds no band, or holds two files of a band at
 *   one resolution.
 */
export async function findBandFiles(folder: string): Promise<BandFiles> {
  const found = new Map<string, Candidate>();
  const names: string[] = [];

  async function search(path: string, ground: number): Promise<void> {
    for (const { name, isDirectory } of await readFolder(path)) {
      const metres = RESOLUTION_FOLDER.exec(name)?.[1];
      names.push(isDirectory ? `${name}/` : name);
      if (isDirectory) {
        if (metres !== undefined && path === folder) {
          await search(`${path}/${name}`, Number(metres));
        }
        continue;
      }
      if (!IMAGE_FILE.test(name)) continue;
      const band = CLASSIFICATION.test(name) ? "SCL" : bandOfFileName(name);
      if (band === undefined) continue;
      const stated = /_(\d{2})m\.[a-z0-9]+$/i.exec(name)?.[1];
      const resolution = stated === undefined ? ground : Number(stated);
      keepFinest(found, { band, candidate: { path: `${path}/${name}`, resolution }, folder });
    }
  }
  await search(folder, Infinity);

  const files = new Map(
    SENTINEL2_NAMES.flatMap((band) => {
      const path = found.get(band)?.path;
      return path === undefined ? [] : [[band, path] as const];
    }),
  );
  if (files.size === 0) {
    const shown = names.slice(0, SHOWN).join(", ") + (names.length > SHOWN ? ", …" : "");
    throw new InputError(
      `Cannot read bands of ${folder}: it must hold a GeoTIFF or JPEG 2000 file per band, named ` +
        `like B02.tif, got ${shown || "nothing"}`,
    );
  }
  const classification = found.get("SCL")?.path;
  return { folder, files, ...(classification === undefined ? {} : { classification }) };
}
