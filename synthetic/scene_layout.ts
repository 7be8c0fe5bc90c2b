/**
 * Layout of a procedural landscape: relief, rivers, woods, parcels, roads and towns, without
 * seasons or spectra.
 *
 * @module
 */

import type { Rng } from "../core/mod.ts";
import { noiseField } from "./noise_field.ts";

/** Land cover classes. */
export const LAND = { parcel: 0, water: 1, wood: 2, edge: 3, road: 4, town: 5, bank: 6 } as const;

/** A landscape without seasons; all arrays are [height, width]. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Land cover, of {@linkcode LAND}. */
  readonly land: Uint8Array;
  /** Hash of the parcel, or of the building plot in towns. */
  readonly plot: Uint32Array;
  /** Elevation, with standard deviation 1. */
  readonly elevation: Float32Array;
  /** Direction of the furrows of the parcel, in radians. */
  readonly furrow: Float32Array;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A well mixed 32-bit hash of up to three integers. */
export function hash(a: number, b: number, c = 0): number {
  let h = Math.imul(a | 0, 0x9E3779B1) ^ Math.imul(b | 0, 0x85EBCA77) ^
    Math.imul(c | 0, 0xC2B2AE3D);
  h = Math.imul(h ^ (h >>> 15), 0x2C1B3C6D);
  h = Math.imul(h ^ (h >>> 12), 0x297A2D39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A uniform number in [0, 1) from a hash. */
export function unit(h: number): number {
  return h / 2 ** 32;
}

/** Approximate distance in pixels to the zero contour of a field. */
function contourDistance(field: Float32Array, width: number): (i: number) => number {
  return (i) => {
    const dx = (field[i + 1] ?? field[i]!) - (field[i - 1] ?? field[i]!);
    const dy = (field[i + width] ?? field[i]!) - (field[i - width] ?? field[i]!);
    return Math.abs(field[i]!) / Math.max(Math.hypot(dx, dy) / 2, 0.004);
  };
}

/** Parcel of a point. The region of the nearest seed has parallel parcels of its own sizes. */
function parcelAt(
  { x, y }: Point,
  { seeds, salt }: { readonly seeds: readonly Point[]; readonly salt: number },
): { plot: number; edge: boolean; angle: number } {
  let region = 0;
  let nearest = Infinity;
  for (const [i, seed] of seeds.entries()) {
    const distance = (seed.x - x) ** 2 + (seed.y - y) ** 2;
    if (distance < nearest) [nearest, region] = [distance, i];
  }
  const draw = (k: number) => unit(hash(region, k, salt));
  const angle = Math.PI * draw(1);
  const [long, short] = [20 + 30 * draw(2), 8 + 12 * draw(3)];
  const along = Math.cos(angle) * x + Math.sin(angle) * y;
  const across = (Math.cos(angle) * y - Math.sin(angle) * x) / short;
  const row = Math.floor(across);
  const rowDraw = hash(region, row, salt + 1);
  const length = long * (0.6 + 1.1 * unit(rowDraw));
  const position = along / length + unit(hash(rowDraw, 7));
  const cell = Math.floor(position);
  const margin = Math.min(
    (across - row) * short,
    (row + 1 - across) * short,
    (position - cell) * length,
    (cell + 1 - position) * length,
  );
  const plot = hash(rowDraw, cell, salt + 2);
  return { plot, edge: margin < 0.55 && unit(hash(plot, 3)) < 0.6, angle };
}

/** Points of a gently curved road from one town to another, half a pixel apart. */
function* wayPoints(from: Point, to: Point, bend: number): Generator<Point> {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [nx, ny] = [-(to.y - from.y) / length, (to.x - from.x) / length];
  for (let i = 0; i <= length; i += 0.5) {
    const u = i / length;
    const off = bend * length *
      (0.5 * Math.sin(Math.PI * u) + 0.18 * Math.sin(3 * Math.PI * u + bend * 40));
    yield {
      x: from.x + (to.x - from.x) * u + nx * off,
      y: from.y + (to.y - from.y) * u + ny * off,
    };
  }
}

/** Draws roads between towns and out of the scene; most are one pixel wide. */
function drawRoads(
  land: Uint8Array,
  { width, height, towns, rng }: {
    readonly width: number;
    readonly height: number;
    readonly towns: readonly Point[];
    readonly rng: Rng;
  },
): void {
  const outside = towns.map((_, i) => {
    const angle = 2 * Math.PI * rng.uniform(i);
    const reach = width + height;
    return { x: width / 2 + reach * Math.cos(angle), y: height / 2 + reach * Math.sin(angle) };
  });
  const ends = [...towns.slice(1), ...outside];
  const starts = [...towns.slice(0, -1), ...towns];
  for (const [i, from] of starts.entries()) {
    const bend = 0.25 * (rng.fork("bend").uniform(i) - 0.5);
    for (const { x, y } of wayPoints(from, ends[i]!, bend)) {
      const [column, row] = [Math.round(x), Math.round(y)];
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      land[row * width + column] = LAND.road;
      if (i % 3 === 0 && column + 1 < width) land[row * width + column + 1] = LAND.road;
    }
  }
}

interface Town extends Point {
  readonly radius: number;
  readonly angle: number;
}

/** Street or building plot of a point in a town. */
function townAt(
  { x, y }: Point,
  { town, salt }: { readonly town: Town; readonly salt: number },
): { street: boolean; plot: number } {
  const u = Math.cos(town.angle) * (x - town.x) + Math.sin(town.angle) * (y - town.y);
  const v = Math.cos(town.angle) * (y - town.y) - Math.sin(town.angle) * (x - town.x);
  const street = (Math.abs(u) % 13) < 1 || (Math.abs(v + 3 * Math.sin(u / 17)) % 9) < 1;
  const size = 2 + (hash(Math.floor(u / 13), Math.floor(v / 9), salt) % 3);
  return { street, plot: hash(Math.floor(u / size), Math.floor(v / size), salt + size) };
}

/** Lays out a landscape; the same stream gives the same landscape. */
export function layOut(
  { width, height, townCount }: {
    readonly width: number;
    readonly height: number;
    readonly townCount: number;
  },
  rng: Rng,
): Layout {
  const size = { width, height };
  const count = width * height;
  const elevation = noiseField(
    { ...size, scale: 160, octaves: 7, persistence: 0.45 },
    rng.fork("relief"),
  );
  const course = noiseField(
    { ...size, scale: 170, octaves: 4, persistence: 0.4 },
    rng.fork("river"),
  );
  const woods = noiseField({ ...size, scale: 70, octaves: 5, persistence: 0.5 }, rng.fork("wood"));
  const sprawl = noiseField({ ...size, scale: 24, octaves: 3 }, rng.fork("sprawl"));
  const bendX = noiseField({ ...size, scale: 60, octaves: 2 }, rng.fork("bend x"));
  const bendY = noiseField({ ...size, scale: 60, octaves: 2 }, rng.fork("bend y"));
  const salt = rng.fork("salt").integer(2 ** 24);
  const positions = rng.fork("spots");
  const seeds = Array.from({ length: Math.max(3, Math.round(count / 90 ** 2)) }, (_, i) => ({
    x: width * positions.uniform(2 * i),
    y: height * positions.uniform(2 * i + 1),
  }));
  const draw = rng.fork("towns");
  const towns: Town[] = Array.from({ length: townCount }, (_, i) => ({
    x: width * (0.1 + 0.8 * draw.uniform(4 * i)),
    y: height * (0.1 + 0.8 * draw.uniform(4 * i + 1)),
    radius: 10 + 26 * draw.uniform(4 * i + 2) ** 2,
    angle: Math.PI * draw.uniform(4 * i + 3),
  }));
  const riverWidth = 1.6 + 3 * rng.fork("width").uniform();
  const distance = contourDistance(course, width);
  const land = new Uint8Array(count);
  const plot = new Uint32Array(count);
  const furrow = new Float32Array(count);
  const roads = new Uint8Array(count);
  drawRoads(roads, { ...size, towns, rng: rng.fork("roads") });
  for (let i = 0; i < count; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const parcel = parcelAt({ x: x + 2.5 * bendX[i]!, y: y + 2.5 * bendY[i]! }, { seeds, salt });
    plot[i] = parcel.plot;
    furrow[i] = parcel.angle;
    // Woods fill whole parcels in the plain and grow freely on high ground.
    const wooded = woods[i]! + 0.5 * elevation[i]! > 1.05 || unit(hash(parcel.plot, 11)) < 0.06;
    land[i] = wooded ? LAND.wood : parcel.edge ? LAND.edge : LAND.parcel;
    for (const town of towns) {
      const apart = Math.hypot(x - town.x, y - town.y) + 10 * sprawl[i]!;
      if (apart > town.radius) continue;
      const { street, plot: building } = townAt({ x, y }, { town, salt });
      // Towards the edge of a town, gardens and fields lie between the houses.
      if (!street && unit(hash(building, 51)) > 1.7 * (1 - apart / town.radius) + 0.2) continue;
      plot[i] = building;
      land[i] = street ? LAND.road : LAND.town;
    }
    if (roads[i] === LAND.road) land[i] = LAND.road;
    const bank = distance(i) - riverWidth;
    if (bank < 0 && land[i] !== LAND.road) land[i] = LAND.water;
    else if (bank < 2.2 && land[i] === LAND.parcel) land[i] = LAND.bank;
    if (course[i]! < -2.3 || course[i]! > 2.5) land[i] = LAND.water;
  }
  return { ...size, land, plot, elevation, furrow };
}
