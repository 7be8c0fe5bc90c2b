/**
 * Outline of a raster on the globe, as GeoJSON.
 *
 * @module
 */

import { type Box, isKnownCrs, type RasterHeader, transformPoints, WGS84 } from "../rasters/mod.ts";

/** A ring of longitudes and latitudes. */
type Ring = readonly (readonly [number, number])[];

/** GeoJSON geometry of an outline; two parts where it crosses the antimeridian. */
export type Outline =
  | { readonly type: "Polygon"; readonly coordinates: readonly Ring[] }
  | { readonly type: "MultiPolygon"; readonly coordinates: readonly (readonly Ring[])[] };

/** Outline and box of a raster in WGS 84. */
export interface Footprint {
  readonly geometry: Outline;
  /** West, south, east, north; west > east across the antimeridian. */
  readonly bbox: Box;
}

/** Parts of each side: straight sides are curves in degrees. */
const STEPS = 4;
/** Decimals of a coordinate: a centimetre. */
const DIGITS = 7;

function rounded(value: number): number {
  return Number(value.toFixed(DIGITS)) + 0;
}

function ringOf([west, south, east, north]: Box): Ring {
  return [[west, south], [east, south], [east, north], [west, north], [west, south]];
}

/** The box around points; across the antimeridian if they are more than half the globe apart. */
function boxOf(points: Ring): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [south, north] = [Math.min(...ys), Math.max(...ys)];
  const [west, east] = [Math.min(...xs), Math.max(...xs)];
  if (east - west <= 180) return [west, south, east, north];
  const [left, right] = [xs.filter((x) => x >= 0), xs.filter((x) => x < 0)];
  return [Math.min(...left), south, Math.max(...right), north];
}

/**
 * The outline of a raster, counterclockwise; undefined if it is not georeferenced, or its CRS has no EPSG
 * code or one whose coordinates cannot be transformed.
 */
export function footprintOf(
  { width, height, transform, crs }: Pick<RasterHeader, "width" | "height" | "transform" | "crs">,
): Footprint | undefined {
  if (transform === undefined || crs?.epsg === undefined) return undefined;
  const from = `EPSG:${crs.epsg}`;
  if (!isKnownCrs(from)) return undefined;
  const [a, b, c, d, e, f] = transform;
  const corners = [[0, height], [width, height], [width, 0], [0, 0]] as const;
  const pixels = corners.flatMap(([column, row], i) => {
    const [nextColumn, nextRow] = corners[(i + 1) % corners.length]!;
    return Array.from({ length: STEPS }, (_, k) =>
      [
        column + (nextColumn - column) * k / STEPS,
        row + (nextRow - row) * k / STEPS,
      ] as const);
  });
  // A transform with south up turns the ring around.
  const order = b * f - c * e < 0 ? pixels : pixels.toReversed();
  const points = transformPoints(
    order.map(([x, y]) => [a + b * x + c * y, d + e * x + f * y] as const),
    { from, to: WGS84 },
  ).map(([x, y]) => [rounded(x), rounded(y)] as const);
  const bbox = boxOf(points);
  const [west, south, east, north] = bbox;
  if (west <= east) {
    return { geometry: { type: "Polygon", coordinates: [[...points, points[0]!]] }, bbox };
  }
  const halves: readonly Box[] = [[west, south, 180, north], [-180, south, east, north]];
  return {
    geometry: { type: "MultiPolygon", coordinates: halves.map((half) => [ringOf(half)]) },
    bbox,
  };
}
