/**
 * Whether files of one sample show the same piece of ground.
 *
 * @module
 */

import type { GeoTransform } from "../core/mod.ts";
import type { Problem } from "./file_form.ts";
import type { RasterHeader } from "../rasters/mod.ts";

/** Where a file lies. */
export interface Located {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly transform?: GeoTransform;
  /** Its coordinate reference system, as far as it tells two apart. */
  readonly crs: string;
}

/** Where a file lies, of its header. */
export function locate(path: string, { width, height, transform, crs }: RasterHeader): Located {
  const keys = crs === undefined
    ? "none"
    : crs.epsg === undefined
    ? JSON.stringify(crs.geoKeys)
    : `EPSG:${crs.epsg}`;
  return { path, width, height, ...(transform && { transform }), crs: keys };
}

/** Part of a pixel by which grids may differ: writers round. */
const ROUNDING = 0.01;

/** What is wrong with a file's size beside its clear image. */
export function sizeProblem(file: Located, like: Located): Problem | undefined {
  if (file.width === like.width && file.height === like.height) return undefined;
  const message = `it must match its clear image, ${like.width}×${like.height} pixels, got ` +
    `${file.width}×${file.height}`;
  return { kind: "size", message };
}

/** What is wrong with a file's place beside its clear image. */
export function placeProblem(file: Located, like: Located): Problem | undefined {
  if (file.crs !== like.crs) {
    const message = `it must have the CRS of its clear image, ${like.crs}, got ${file.crs}`;
    return { kind: "georeference", message };
  }
  const [own, other] = [file.transform, like.transform];
  if (own === undefined && other === undefined) return undefined;
  const pixel = Math.abs(other?.[1] || 1);
  // Origins in pixels; steps by what they add up to across the image.
  const isNear = own !== undefined && other !== undefined &&
    own.every((value, i) => {
      const across = i === 0 || i === 3 ? 1 : Math.max(like.width, like.height);
      return Math.abs(value - other[i]!) * across <= ROUNDING * pixel;
    });
  if (isNear) return undefined;
  const shown = (transform: GeoTransform | undefined) =>
    transform === undefined ? "none" : `[${transform.join(", ")}]`;
  return {
    kind: "georeference",
    message: `it must lie where its clear image lies, ${shown(other)}, got ${shown(own)}`,
  };
}
