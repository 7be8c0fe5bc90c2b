/**
 * Coordinates between reference systems, by proj4js.
 *
 * @module
 */

import proj4 from "npm:proj4@2.22.0";

/** Longitude and latitude. */
export const WGS84 = "EPSG:4326";

/** West, south, east, north; or minimum x, minimum y, maximum x, maximum y. */
export type Box = readonly [number, number, number, number];

/** Zones of projected systems by the first EPSG code. */
interface Zones {
  readonly first: number;
  readonly zones: readonly [number, number];
  readonly text: string;
}

/** UTM zones, of which proj4js has those of WGS 84 built in. */
const UTM: readonly Zones[] = [
  { first: 32600, zones: [1, 60], text: "+datum=WGS84" },
  { first: 32700, zones: [1, 60], text: "+south +datum=WGS84" },
  { first: 25800, zones: [28, 38], text: "+ellps=GRS80 +towgs84=0,0,0" },
  { first: 26900, zones: [1, 23], text: "+datum=NAD83" },
  { first: 28300, zones: [46, 59], text: "+south +ellps=GRS80 +towgs84=0,0,0" },
  { first: 31960, zones: [18, 25], text: "+south +ellps=GRS80 +towgs84=0,0,0" },
];

/** Other systems of satellite products and of national and continental grids. */
const OTHERS: Readonly<Record<number, string>> = {
  3857:
    "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null",
  3035: "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +towgs84=0,0,0",
  3031: "+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +x_0=0 +y_0=0 +datum=WGS84",
  3413: "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +x_0=0 +y_0=0 +datum=WGS84",
  3577: "+proj=aea +lat_1=-18 +lat_2=-36 +lat_0=0 +lon_0=132 +x_0=0 +y_0=0 +ellps=GRS80 " +
    "+towgs84=0,0,0",
  5070: "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +x_0=0 +y_0=0 +datum=NAD83",
  6933: "+proj=cea +lat_ts=30 +lon_0=0 +x_0=0 +y_0=0 +datum=WGS84",
  2154:
    "+proj=lcc +lat_1=49 +lat_2=44 +lat_0=46.5 +lon_0=3 +x_0=700000 +y_0=6600000 +ellps=GRS80 " +
    "+towgs84=0,0,0",
  4258: "+proj=longlat +ellps=GRS80 +towgs84=0,0,0",
  4269: "+proj=longlat +datum=NAD83",
};

/** Points along each side of a box: its sides are curves in another system. */
const STEPS = 16;

/** Definition of an EPSG code; undefined for a code that is not known here. */
function definition(epsg: number): string | undefined {
  if (epsg === 4326) return WGS84;
  const found = UTM.find(({ first, zones }) =>
    epsg - first >= zones[0] && epsg - first <= zones[1]
  );
  if (found !== undefined) return `+proj=utm +zone=${epsg - found.first} ${found.text} +units=m`;
  return OTHERS[epsg];
}

/** A definition that proj4js understands; undefined for none. */
function resolved(crs: string): string | undefined {
  const code = /^(?:EPSG|urn:ogc:def:crs:EPSG:[^:]*):(\d{4,6})$/i.exec(crs.trim())?.[1];
  if (code !== undefined) return definition(Number(code));
  if (/^(?:OGC:)?CRS:?84$/i.test(crs.trim())) return WGS84;
  try {
    proj4(crs);
    return crs;
  } catch {
    return undefined;
  }
}

/**
 * True if coordinates of a system can be transformed: an EPSG code of WGS 84, UTM and some national and
 * continental grids, a PROJ string, or WKT.
 */
export function isKnownCrs(crs: string): boolean {
  return resolved(crs) !== undefined;
}

/**
 * Transforms points, as x and y, or longitude and latitude.
 *
 * @throws {RangeError} If one of the systems is unknown, or a point lies outside of it.
 *
 * @example
 * ```ts
 * import { transformPoints, WGS84 } from "./projection.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [[x, y]] = transformPoints([[15, 0]], { from: WGS84, to: "EPSG:32633" });
 * assertAlmostEquals(x, 500_000, 1e-6);
 * assertAlmostEquals(y, 0, 1e-6);
 * ```
 */
export function transformPoints<const P extends readonly (readonly [number, number])[]>(
  points: P,
  { from, to }: { readonly from: string; readonly to: string },
): { readonly [K in keyof P]: readonly [number, number] } {
  const [source, target] = [from, to].map((crs) => {
    const text = resolved(crs);
    if (text !== undefined) return text;
    throw new RangeError(
      `Cannot transform coordinates: the CRS must be EPSG:4326, a UTM zone such as EPSG:32633, ` +
        `another of ${Object.keys(OTHERS).join(", ")}, or a PROJ string, got ${crs}`,
    );
  }) as [string, string];
  const convert = proj4(source, target);
  const all = points.map(([x, y]): readonly [number, number] => {
    const [a, b] = convert.forward([x, y]) as [number, number];
    if (Number.isFinite(a) && Number.isFinite(b)) return [a, b];
    throw new RangeError(
      `Cannot transform coordinates from ${from} to ${to}: the point must lie inside both, got ` +
        `${x}, ${y}`,
    );
  });
  return all as { readonly [K in keyof P]: readonly [number, number] };
}

/** The outline of a box, with points along its sides. */
function outline([minX, minY, maxX, maxY]: Box): readonly (readonly [number, number])[] {
  const at = (a: number, b: number, i: number) => a + (b - a) * i / STEPS;
  return Array.from({ length: STEPS }, (_, i) => i).flatMap((i) =>
    [
      [at(minX, maxX, i), minY],
      [maxX, at(minY, maxY, i)],
      [at(maxX, minX, i), maxY],
      [minX, at(maxY, minY, i)],
    ] as const
  );
}

/** The box around a transformed box. @throws {RangeError} As {@linkcode transformPoints}. */
export function transformBox(
  box: Box,
  systems: { readonly from: string; readonly to: string },
): Box {
  const points = transformPoints(outline(box), systems);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
