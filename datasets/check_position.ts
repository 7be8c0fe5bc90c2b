/**
 * Position of a file on the ground, compared with that of its clear image.
 *
 * @module
 */

import type { GeoTransform } from "../core/mod.ts";
import type { Problem } from "./file_form.ts";
import type { RasterHeader } from "../rasters/mod.ts";

/** Size and position of a file. */
export interface Located {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly transform?: GeoTransform;
  /** Its coordinate reference system, as a key for comparison. */
  readonly crs: string;
}

/** Reads size and position from a file's header. */
export function locate(path: string, { width, height, transform, crs }: RasterHeader): Located {
  const keys = crs === undefined
    ? "none"
    : crs.epsg === undefined
    ? JSON.stringify(crs.geoKeys)
    : `EPSG:${crs.epsg}`;
  return { path, width, height, ...(transform && { transform }), crs: keys };
}

/** Tolerance between grids in pixels, as writers round. */
const ROUNDING = 0.01;

/** Returns a problem if the size differs from that of the clear image. */
export function sizeProblem(file: Located, like: Located): Problem | undefined {
  if (file.width === like.width && file.height === like.height) return undefined;
  const message = `it must match its clear image, ${like.width}×${like.height} pixels, got ` +
    `${file.width}×${file.height}`;
  return { kind: "size", message };
}

/** Returns a problem if the position differs from that of the clear image. */
export function positionProblem(file: Located, like: Located): Problem | undefined {
  if (file.crs !== like.crs) {
    const message = `it must have the CRS of its clear image, ${like.crs}, got ${file.crs}`;
    return { kind: "georeference", message };
  }
  const [own, other] = [file.transform, like.transform];
  if (own === undefined && other === undefined) return undefined;
  const pixel = Math.abs(other?.[1] || 1);
  // Differences in pixels at the far corner: steps add up across the image.
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
    message: `its transform must be that of its clear image, ${shown(other)}, got ${shown(own)}`,
  };
}
