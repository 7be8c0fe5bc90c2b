import { assert, assertEquals, assertThrows } from "@std/assert";
import { areaOf, type AreaOptions } from "../../restoration/mod.ts";
import { overlapping, planTiles, rowAhead } from "../../restoration/rows/plan.ts";
import { createSeamMeter } from "../../restoration/rows/seams.ts";

const GRID = { tileSize: 16, overlap: 0.25 };
const SCENE = { width: 100, height: 130 };

function plan(area: [number, number, number, number], shared = 0) {
  const [column, row, width, height] = area;
  return planTiles(SCENE, { ...GRID, area: { column, row, width, height }, shared });
}

Deno.test("planTiles() takes the scene's own grid, and of it what touches the area", () => {
  const { rows, columns, target, all } = plan([20, 30, 10, 10]);
  assertEquals([columns[0], columns[1], columns.at(-1)], [0, 12, 84]);
  assertEquals(rows.at(-1), 114);
  assertEquals(target, all);
  const touched = (starts: readonly number[], first: number, last: number) =>
    starts.flatMap((start, i) => start < last && start + 16 > first ? [i] : []);
  const indices = ([first, last]: readonly [number, number]) =>
    Array.from({ length: last - first }, (_, i) => first + i);
  assertEquals(indices(target.columns), touched(columns, 20, 30));
  assertEquals(indices(target.rows), touched(rows, 30, 40));
});

Deno.test("planTiles() has a ring of tiles more for each evaluation before the last", () => {
  const [one, three] = [plan([50, 60, 1, 1], 1), plan([50, 60, 1, 1], 3)];
  assertEquals(one.all, one.target);
  assertEquals(three.all.rows, [one.target.rows[0] - 2, one.target.rows[1] + 2]);
  assertEquals(plan([0, 0, 100, 130], 3).all, plan([0, 0, 100, 130]).all);
});

Deno.test("a row of tiles ends when the rows it depends on have begun", () => {
  const whole = plan([0, 0, 100, 130], 3);
  assertEquals(rowAhead(whole, 0), 3);
  // The last tile is shifted inwards and overlaps two before it.
  assertEquals(overlapping([0, 12, 24, 26], 3, 16), [1, 4]);
  assertEquals(rowAhead(whole, whole.rows.length - 1), whole.rows.length - 1);
  assertEquals(rowAhead(plan([0, 0, 100, 130]), 4), 4);
});

const HEADER = {
  ...SCENE,
  bands: ["B02"],
  dtype: "uint16",
  transform: [500, 10, 0, 9000, 0, -10],
} as const;

function area(options: AreaOptions): number[] {
  const { column, row, width, height } = areaOf(HEADER, options);
  return [column, row, width, height];
}

Deno.test("areaOf() takes the pixels that a box touches, cut to the scene", () => {
  assertEquals(area({}), [0, 0, 100, 130]);
  assertEquals(area({ bbox: [520, 8950, 540, 8990] }), [2, 1, 2, 4]);
  assertEquals(area({ bbox: [521, 8951, 541, 8989] }), [2, 1, 3, 4]);
  assertEquals(area({ bbox: [0, 0, 505, 8995] }), [0, 0, 1, 130]);
  assertThrows(() => area({ bbox: [0, 0, 400, 8995] }), RangeError, "500,7700,1500,9000");
  const window = { column: 1, row: 2, width: 3, height: 40 };
  assertEquals(area({ window, shard: { index: 2, count: 4 } }), [1, 12, 3, 10]);
  assertThrows(() => area({ window, bbox: [0, 0, 1, 1] }), RangeError, "one of the two");
});

Deno.test("areaOf() cuts shards that cover every row once", () => {
  let next = 0;
  for (let index = 1; index <= 7; index++) {
    const [, row, , height] = area({ shard: { index, count: 7 } });
    assertEquals(row, next);
    next += height!;
  }
  assertEquals(next, 130);
  assertThrows(() => area({ shard: { index: 0, count: 2 } }), RangeError, "1 ≤ i ≤ n");
  assertThrows(() => area({ shard: { index: 1, count: 131 } }), RangeError, "a row for each");
});

/** The seam metric of an image. */
function seams(value: (x: number, y: number) => number, restored = (_x: number) => true) {
  const meter = createSeamMeter(plan([0, 0, 100, 130]), 1);
  for (let y = 0; y < 130; y++) {
    meter.add(Float32Array.from({ length: 100 }, (_, x) => value(x, y)), restored);
  }
  return meter.result();
}

Deno.test("the seam metric is 1 for an image that knows no tiles, and rises with steps at borders", () => {
  const noise = (x: number, y: number) => Math.sin(x * 12.9898 + y * 78.233) * 43758.5453 % 1;
  const even = seams(noise);
  // Some thousand jumps: their means differ by a few hundredths.
  assert(Math.abs(even.columns!.ratio - 1) < 0.1 && Math.abs(even.rows!.ratio - 1) < 0.1);
  // Tiles begin at multiples of 12 and end 4 pixels after.
  const stepped = seams((x, y) => noise(x, y) + 3 * Math.floor(x / 12));
  assert(stepped.columns!.ratio > 1.5, `${stepped.columns!.ratio}`);
  assert(Math.abs(stepped.rows!.ratio - even.rows!.ratio) < 1e-6);
});

Deno.test("the seam metric counts restored pixels only, and the border between both sides of a row", () => {
  const half = seams((x) => x % 2, (x) => x < 50);
  const whole = seams((x) => x % 2);
  assert(half.columns!.count < whole.columns!.count / 1.8);
  const step = seams((_x, y) => y >= 24 ? 1 : 0);
  assert(step.rows!.border > 0 && step.rows!.elsewhere === 0);
});
