/**
 * Rasters as their product's naming rule says: bands by their meaning, scale, offset and fill.
 *
 * @module
 */

import { SENTINEL2_NAMES } from "../core/mod.ts";
import type { RasterFile, RasterHeader } from "../rasters/mod.ts";
import type { NamedProduct } from "./product_name.ts";

/** Ranges of the integer pixel types that products use. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  uint8: [0, 255],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
};

/** The fill of a product as the nodata value of a file that states none; undefined for floats. */
export function fillOf(
  { dtype, nodata }: RasterHeader,
  { fill }: Pick<NamedProduct, "fill">,
): number | undefined {
  const range = RANGES[dtype];
  if (nodata !== undefined || fill === undefined || range === undefined) return undefined;
  return fill >= range[0] && fill <= range[1] ? fill : undefined;
}

/** True if the file states no scale, or GDAL's default of 1 and 0. */
function isUnscaled({ scales, offsets = [] }: RasterHeader): boolean {
  return (scales ?? []).every((scale) => scale === 1) && offsets.every((offset) => offset === 0);
}

/** Names of the bands by their meaning. */
function meaningOf(
  { bands: own }: RasterHeader,
  { bands = {}, order = [] }: NamedProduct,
): readonly string[] {
  const isNameless = own.every((name, i) => name === `${i + 1}`);
  if (isNameless && own.length === order.length) return order;
  return own.map((name) => bands[name.toUpperCase()] ?? name);
}

/** A raster read as its product says. */
export interface NamedRaster {
  readonly file: RasterFile;
  /** Source of the scale, if the product's name states it and the file does not. */
  readonly scaling?: string;
  /** Bands that were named by their meaning: "SR_B4 as B04". */
  readonly renamed: readonly string[];
}

/**
 * Names the bands of a raster by their meaning, and gives integer values the scale of the product
 * if the file states none.
 *
 * @param keepNames True if the user named the bands.
 */
export function namedRaster(
  file: RasterFile,
  { product, keepNames = false }: {
    readonly product: NamedProduct;
    readonly keepNames?: boolean;
  },
): NamedRaster {
  const { header } = file;
  const names = keepNames ? header.bands : meaningOf(header, product);
  const renamed = names.flatMap((name, i) =>
    name === header.bands[i] || !SENTINEL2_NAMES.includes(name)
      ? []
      : [`${header.bands[i]} as ${name}`]
  );
  const { scale, offset = 0 } = product;
  const isScaled = scale !== undefined && RANGES[header.dtype] !== undefined &&
    header.dtype !== "uint8" && isUnscaled(header);
  if (!isScaled && names === header.bands) return { file, renamed };
  return {
    renamed,
    ...(isScaled
      ? { scaling: `scale ${scale}, offset ${offset} of ${product.product}, by its name` }
      : {}),
    file: {
      ...file,
      header: {
        ...header,
        bands: names,
        ...(isScaled ? { scales: names.map(() => scale), offsets: names.map(() => offset) } : {}),
      },
      async read({ bands, ...request } = {}) {
        const indices = bands?.map((band) =>
          typeof band === "number" || !names.includes(band) ? band : names.indexOf(band)
        );
        const raster = await file.read({ ...request, ...(indices && { bands: indices }) });
        return {
          ...raster,
          bands: indices?.map((band) => typeof band === "number" ? names[band]! : band) ?? names,
        };
      },
    },
  };
}
