/**
 * Finds the file of each band in a folder, by names that end in the band, such as `B02.tif` or
 * `T33UUP_20220404T101559_B8A_20m.jp2`, flat or in the folders R10m, R20m and R60m of L2A products.
 *
 * @module
 */

import { bandOfFileName, InputError, SENTINEL2_NAMES, shellWord } from "../core/mod.ts";
import { isHidden } from "../files/mod.ts";
import { IMAGE_FILE, type RasterHeader } from "../rasters/mod.ts";
import { productOfPart, productOfPath } from "./naming_rules.ts";
import type { NamedProduct } from "./product_name.ts";

/** The image files of a folder by band. */
export interface BandFiles {
  /** Path of the folder. */
  readonly folder: string;
  /** Path of each band's file, in the usual order of the bands. */
  readonly files: ReadonlyMap<string, string>;
  /**
   * Path of the product's own quality mask: SCL of L2A, Fmask of HLS, QA_PIXEL of Landsat, CLM of
   * Theia.
   */
  readonly classification?: string;
  /** The product that the names of the files, or else of the folder, are of. */
  readonly named?: NamedProduct;
  /** Value of pixels without data in files that state none. Default that of the product. */
  readonly fill?: number;
  /** Names of the files for messages. Default their paths in the folder. */
  readonly labels?: ReadonlyMap<string, string>;
  /** Checks the header of each file, which may contradict what names it. */
  readonly check?: (path: string, header: RasterHeader) => void;
}

interface Candidate {
  readonly path: string;
  /** Pixel size in metres, from the name or the folder; infinite if unknown. */
  readonly resolution: number;
}

const RESOLUTION_FOLDER = /^R(\d{2})m$/i;
/** Quality masks by the end of their names. */
const CLASSIFICATION = /(?:^|[_.-])(?:SCL(?:_\d{2}m)?|Fmask|QA_PIXEL|CLM_R1)\.[a-z0-9]+$/i;
/** Theia's folder of masks. */
const MASK_FOLDER = /^MASKS$/;
/** Names of bands in file names, with the prefixes of Landsat's surface products. */
const OWN_BAND = /(?:^|[_.-])((?:SR_|ST_)?B(?:\d{1,2}|8A))(?:_\d{2}m)?\.[a-z0-9]+$/i;
/** Number of names in a message. */
const SHOWN = 5;

/** The Sentinel-2 band that a file of a product holds by its meaning. */
function bandOf(fileName: string, product: NamedProduct | undefined): string | undefined {
  if (product?.bands === undefined) return bandOfFileName(fileName);
  const own = OWN_BAND.exec(fileName)?.[1]?.toUpperCase() ?? "";
  const band = product.bands[own];
  return band !== undefined && SENTINEL2_NAMES.includes(band) ? band : undefined;
}

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
  // Theia has each band without and with correction of slopes (SRE, FRE).
  const isFlat = ({ path }: Candidate) => /_F[RL]E_[^/]*$/.test(path);
  const isChoice = other !== undefined && isFlat(other) !== isFlat(candidate);
  if (isChoice) {
    if (isFlat(candidate)) found.set(band, candidate);
    return;
  }
  if (other !== undefined && other.resolution === candidate.resolution) {
    const [a, b] = [other, candidate].map(({ path }) => path.slice(folder.length + 1));
    throw new InputError(
      `Cannot read bands of ${folder}: each band must have one file, got ${a} and ${b} for ${band}; ` +
        "move one of them away",
    );
  }
  if (other === undefined || candidate.resolution < other.resolution) found.set(band, candidate);
}

/** Advice for a folder without bands. */
function folderHint(folder: string, names: readonly string[]): string {
  const images = names.filter((name) => IMAGE_FILE.test(name));
  if (images.length > 0) {
    return `to restore images, pass the files: ${shellWord(`${folder}/${images[0]!}`)} …`;
  }
  if (names.some((name) => /\.SAFE\/$/i.test(name))) return "pass one of the products in it";
  return "pass the product's folder (NAME.SAFE), or the folder of its bands (IMG_DATA)";
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
  const outer = productOfPath(folder);
  let named = outer;

  async function search(path: string, ground: number): Promise<void> {
    for (const { name, isDirectory } of await readFolder(path)) {
      const metres = RESOLUTION_FOLDER.exec(name)?.[1];
      names.push(isDirectory ? `${name}/` : name);
      if (isDirectory) {
        if (path === folder && (metres !== undefined || MASK_FOLDER.test(name))) {
          await search(`${path}/${name}`, Number(metres ?? Infinity));
        }
        continue;
      }
      if (!IMAGE_FILE.test(name)) continue;
      const own = productOfPart(name) ?? outer;
      const isMask = CLASSIFICATION.test(name);
      const band = isMask
        ? "SCL"
        : MASK_FOLDER.test(path.slice(folder.length + 1))
        ? undefined
        : bandOf(name, own);
      if (band !== undefined && own !== undefined && !isMask) named = own;
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
        `like B02.tif, got ${shown || "nothing"}; ${folderHint(folder, names)}`,
    );
  }
  const classification = found.get("SCL")?.path;
  return {
    folder,
    files,
    ...(classification === undefined ? {} : { classification }),
    ...(named === undefined ? {} : { named }),
  };
}
