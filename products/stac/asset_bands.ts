/**
 * Chooses the assets of an item that hold its bands, and its quality mask.
 *
 * @module
 */

import { bandOfFileName, SENTINEL2_NAMES } from "../../core/mod.ts";
import { pathInAddress } from "../../files/mod.ts";
import { IMAGE_FILE } from "../../rasters/mod.ts";
import { productOfPart, productOfPath } from "../naming_rules.ts";
import type { NamedProduct } from "../product_name.ts";
import { bandsOfAsset, type StacBand } from "./band_fields.ts";
import { bandOfCommonName, bandOfOwnName } from "./common_names.ts";
import { shownValue, stacError } from "./document.ts";
import type { StacAsset, StacItem } from "./item.ts";

/** An asset and the bands that it holds, under the names of Sentinel-2 where they have one. */
export interface BandAsset {
  readonly asset: StacAsset;
  readonly bands: readonly StacBand[];
  /** Name of each band; undefined for one that has no meaning here. */
  readonly names: readonly (string | undefined)[];
}

/** Assets of an item by what they hold. */
export interface ItemBands {
  /** The asset of each band, in the usual order of the bands. */
  readonly single: ReadonlyMap<string, BandAsset>;
  /** Assets with several bands. */
  readonly stacks: readonly BandAsset[];
  /** The product's own quality mask. */
  readonly mask?: StacAsset;
  /** The product that the item's names are of. */
  readonly named?: NamedProduct;
}

const IMAGE_TYPE = /^image\/(?:tiff|vnd\.stac\.geotiff|jp2|jpeg2000)\b/i;
/** Roles of pictures and metadata. */
const NO_DATA_ROLE = /^(?:thumbnail|overview|visual|metadata|browse|date|angle)/i;
/** Quality masks by key or file name: SCL of L2A, Fmask of HLS, QA_PIXEL of Landsat, CLM of Theia. */
const MASK = /^(?:scl|fmask|qa_pixel|clm|clm_r1)(?:[_-](?:\d{2}m|jp2))?$/i;
/** Own names of bands inside a producer's names, with the prefixes of Landsat's. */
const OWN = /(?:^|[_.-])((?:SR_|ST_)?B(?:\d{1,2}|8A))(?:_\d{2}m)?(?:\.[a-z0-9]+)?$/i;

function isImage({ type, href, roles }: StacAsset): boolean {
  if (roles.some((role) => NO_DATA_ROLE.test(role))) return false;
  return type === undefined ? IMAGE_FILE.test(pathInAddress(href)) : IMAGE_TYPE.test(type);
}

/** Name of a file without folders and query string. */
function fileName({ href }: StacAsset): string {
  return pathInAddress(href).replace(/^.*[\\/]/, "");
}

/** Band of the product's own name of a band (`SR_B4`, `OLI_B4`, `B04`), by its naming rule. */
function byProduct(text: string, { bands }: NamedProduct): string | undefined {
  const own = OWN.exec(text)?.[1]?.toUpperCase();
  if (own === undefined || bands === undefined) return undefined;
  const band = bands[own] ?? bands[`SR_${own}`];
  return band !== undefined && SENTINEL2_NAMES.includes(band) ? band : undefined;
}

/** Facts that decide which of several names of a band counts. */
interface Naming {
  readonly named: NamedProduct | undefined;
  /** True if names such as B04 are those of Sentinel-2. */
  readonly isSentinel2: boolean;
}

/** Meaning of a band, from its names, the key of its asset and the name of its file. */
function meaningOf(
  band: StacBand | undefined,
  { asset, naming: { named, isSentinel2 }, isOnly }: {
    readonly asset: StacAsset;
    readonly naming: Naming;
    /** True if the asset holds this band alone. */
    readonly isOnly: boolean;
  },
): string | undefined {
  const { name, common, wavelength } = band ?? {};
  const file = fileName(asset);
  const texts = [name, ...(isOnly ? [asset.key] : [])].flatMap((text) => text ?? []);
  const find = (of: (text: string) => string | undefined, all: readonly string[] = texts) =>
    all.map(of).find((found) => found !== undefined);
  const byCommon = common === undefined ? undefined : bandOfCommonName(common, wavelength);
  if (named?.bands !== undefined) {
    return find((text) => byProduct(text, named), isOnly ? [...texts, file] : texts) ?? byCommon;
  }
  const byName = find(bandOfOwnName);
  const byKey = find((text) => bandOfCommonName(text.replace(/-jp2$/, ""), wavelength));
  const byFile = isOnly ? bandOfFileName(file) : undefined;
  // The numbers of another sensor's bands are not those of Sentinel-2.
  return isSentinel2
    ? byName ?? byCommon ?? byKey ?? byFile
    : byCommon ?? byName ?? byKey ?? byFile;
}

/** @throws {InputError} If the file's own name is that of another band. */
function checkName(
  item: StacItem,
  { asset, names: [band] }: BandAsset,
  { named, isSentinel2 }: Naming,
): void {
  const file = fileName(asset);
  const own = named?.bands !== undefined
    ? byProduct(file, named)
    : isSentinel2
    ? bandOfFileName(file)
    : undefined;
  if (own === undefined || own === band) return;
  throw stacError(
    item.name,
    `assets.${asset.key} must be the band that its file is named for, ${own} (${file}), got ${band}`,
  );
}

/** Ground size of a pixel that an asset states, in metres; infinite if it states none. */
function resolutionOf({ fields, key, href }: StacAsset): number {
  const stated = fields.gsd ?? fields["raster:spatial_resolution"];
  if (typeof stated === "number") return stated;
  const name = /[_-](\d{2})m(?:$|\.)/i;
  return Number((name.exec(key) ?? name.exec(fileName({ href } as StacAsset)))?.[1] ?? Infinity);
}

/** True if an asset is to be preferred: finer, or of equal size and a GeoTIFF instead of JPEG 2000. */
function isBetter(one: StacAsset, other: StacAsset): boolean {
  const [a, b] = [one, other].map(resolutionOf) as [number, number];
  if (a !== b) return a < b;
  const isJp2 = (asset: StacAsset) =>
    /jp2|jpeg2000/i.test(asset.type ?? "") || /\.jp2$/i.test(pathInAddress(asset.href));
  return isJp2(other) && !isJp2(one);
}

/** The product that an item's names are of: its id, the name of the product, or of a file. */
export function productOfItem({ id, properties, assets }: StacItem): NamedProduct | undefined {
  const uri = properties["s2:product_uri"];
  const names = [...(typeof uri === "string" ? [uri] : []), id];
  return names.map(productOfPart).find((found) => found !== undefined) ??
    assets.map(({ href }) => productOfPath(pathInAddress(href))).find((found) =>
      found !== undefined
    );
}

/** True if an item is of Sentinel-2, by its product, platform or constellation. */
function isOfSentinel2({ properties }: StacItem, named: NamedProduct | undefined): boolean {
  if (named !== undefined) return /^Sentinel-?2/i.test(named.sensor);
  return [properties.constellation, properties.platform].some((one) =>
    /^sentinel-?2/i.test(String(one))
  );
}

/**
 * Finds the assets of the bands of an item. Of several assets of a band, the finest counts; of equal
 * ones, GeoTIFF.
 *
 * @throws {InputError} If no asset holds a band, or one contradicts its file.
 */
export function bandsOfItem(item: StacItem): ItemBands {
  const named = productOfItem(item);
  const naming = { named, isSentinel2: isOfSentinel2(item, named) };
  const single = new Map<string, BandAsset>();
  const stacks: BandAsset[] = [];
  let mask: StacAsset | undefined;
  const images = item.assets.filter(isImage);
  for (const asset of images) {
    const stem = fileName(asset).replace(/\.[^.]*$/, "");
    const last = /(?:^|[_.-])(scl|fmask|qa_pixel|clm_r1)(?:_\d{2}m)?$/i.exec(stem)?.[1];
    if (MASK.test(asset.key) || last !== undefined) {
      if (mask === undefined || isBetter(asset, mask)) mask = asset;
      continue;
    }
    const bands = bandsOfAsset(asset, item.name);
    if (bands.length > 1) {
      const names = bands.map((band) => meaningOf(band, { asset, naming, isOnly: false }));
      if (names.some((name) => name !== undefined)) stacks.push({ asset, bands, names });
      continue;
    }
    const band = meaningOf(bands[0], { asset, naming, isOnly: true });
    if (band === undefined) continue;
    const found = { asset, bands, names: [band] };
    checkName(item, found, naming);
    const other = single.get(band);
    if (other === undefined || isBetter(asset, other.asset)) single.set(band, found);
  }
  if (single.size === 0 && stacks.length === 0) {
    const keys = images.map(({ key }) => key).join(", ");
    throw stacError(
      item.name,
      `assets must hold bands with names (bands, eo:bands) or common names, got ${
        images.length === 0
          ? `no GeoTIFF or JPEG 2000 among ${
            shownValue(item.assets.map(({ key }) => key).slice(0, 8))
          }`
          : `none in ${keys}`
      }`,
    );
  }
  return {
    single: new Map(
      SENTINEL2_NAMES.flatMap((name) => {
        const found = single.get(name);
        return found === undefined ? [] : [[name, found] as const];
      }),
    ),
    stacks,
    ...(mask && { mask }),
    ...(named && { named }),
  };
}
