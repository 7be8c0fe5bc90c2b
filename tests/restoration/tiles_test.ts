import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { rasterInMemory } from "../../rasters/mod.ts";
import { FrameRows } from "../../restoration/rows/frame_rows.ts";
import { blendWeights, createStripBlend, tileGrid } from "../../restoration/mod.ts";

Deno.test("tileGrid() covers every pixel with tiles inside the scene that overlap enough", () => {
  for (const [width, height] of [[64, 64], [65, 100], [509, 240], [1000, 64]] as const) {
    for (const overlap of [0.25, 0.4, 0.5]) {
      const tiles = tileGrid({ width, height }, { tileSize: 64, overlap });
      const covered = new Uint8Array(width * height);
      for (const { column, row } of tiles) {
        assert(column >= 0 && row >= 0 && column + 64 <= width && row + 64 <= height);
        for (let y = row; y < row + 64; y++) {
          covered.fill(1, y * width + column, y * width + column + 64);
        }
      }
      assert(!covered.includes(0));
      const columns = [...new Set(tiles.map(({ column }) => column))].sort((a, b) => a - b);
      for (let i = 1; i < columns.length; i++) {
        assert(columns[i]! - columns[i - 1]! <= 64 * (1 - overlap));
      }
    }
  }
});

Deno.test("tileGrid() gives one tile where the scene is no larger, and refuses other overlaps", () => {
  const options = { tileSize: 64, overlap: 0.25 };
  assertEquals(tileGrid({ width: 40, height: 64 }, options), [{ column: 0, row: 0 }]);
  assertThrows(() => tileGrid({ width: 9, height: 9 }, { tileSize: 8, overlap: 0.1 }), RangeError);
  assertThrows(() => tileGrid({ width: 0, height: 9 }, options), RangeError, "0×9");
});

/** A file of one band with these numbers. */
function rowsOf(image: readonly number[], { width, height }: { width: number; height: number }) {
  const file = rasterInMemory({
    width,
    height,
    bands: ["B02"],
    dtype: "float32",
    data: Float32Array.from(image),
  });
  const frame = { file, place: { column: 0, row: 0 }, bands: [0], fill: [0] };
  return new FrameRows({ ...frame, gains: [2], biases: [1], missing: [6] }, [0, width]);
}

Deno.test("FrameRows reflects a tile that hangs over, in the model's units, NaN for nodata", async () => {
  const scene = { width: 3, height: 2 };
  const rows = rowsOf([1, 2, 3, 4, 5, 6], scene);
  await rows.load(0, 2);
  const tile = new Float32Array(25);
  rows.cut(tile, 0, { scene, tileSize: 5, origin: { column: 0, row: 0 } });
  assertEquals(Array.from(tile.slice(0, 10)), [3, 5, 7, 5, 3, 9, 11, NaN, 11, 9]);
  assertEquals(Array.from(tile.slice(10, 15)), [3, 5, 7, 5, 3]);
});

Deno.test("FrameRows has no data where its file does not lie", async () => {
  const rows = rowsOf([1, 2, 3, 4], { width: 2, height: 2 });
  const moved = new FrameRows({ ...rows.frame, place: { column: -1, row: 1 } }, [0, 4]);
  await moved.load(0, 3);
  const tile = new Float32Array(9);
  moved.cut(tile, 0, {
    scene: { width: 4, height: 3 },
    tileSize: 3,
    origin: { column: 0, row: 0 },
  });
  // The file's pixel at the scene's (0, 0) is (−1, 1): its last row is the scene's first.
  assertEquals(Array.from(tile.slice(0, 3)), [NaN, 7, 9]);
  assert(tile.slice(3).every(Number.isNaN));
});

Deno.test("FrameRows forgets the rows above, and reads on from where it is", async () => {
  const size = { width: 1, height: 300 };
  const rows = rowsOf(Array.from({ length: 300 }, (_, i) => i + 10), size);
  await rows.load(0, 100);
  rows.drop(299);
  assertEquals(rows.row(50), undefined);
  await rows.load(200, 300);
  const { data, at } = rows.row(250)!;
  assertEquals(data[at], 260);
});

Deno.test("the ramps of two neighbouring tiles sum to 1", () => {
  const weights = blendWeights(64, 16);
  for (let i = 0; i < 16; i++) assertAlmostEquals(weights[48 + i]! + weights[i]!, 1, 1e-6);
  assert(weights.slice(16, 48).every((weight) => weight === 1));
});

/** The tiles of an image, added row by row and taken as soon as they are finished. */
function blended(
  image: (column: number, row: number, band: number) => number,
  { width, height, bands, tileSize }: {
    width: number;
    height: number;
    bands: number;
    tileSize: number;
  },
): Float32Array {
  const blend = createStripBlend({ column: 0, row: 0, width }, {
    bands,
    tileSize,
    ramp: tileSize / 4,
  });
  const grid = tileGrid({ width, height }, { tileSize, overlap: 0.25 });
  const tops = [...new Set(grid.map(({ row }) => row))];
  const out = new Float32Array(width * height * bands);
  let done = 0;
  for (const [i, top] of tops.entries()) {
    for (const origin of grid.filter(({ row }) => row === top)) {
      const tile = Float32Array.from({ length: tileSize ** 2 * bands }, (_, k) => {
        const pixel = Math.floor(k / bands);
        const [x, y] = [pixel % tileSize, Math.floor(pixel / tileSize)];
        return image(origin.column + x, origin.row + y, k % bands);
      });
      blend.add(tile, origin);
    }
    const end = tops[i + 1] ?? height;
    out.set(blend.take(end), done * width * bands);
    done = end;
  }
  return out;
}

Deno.test("blending the tiles of an image gives the image back", () => {
  const size = { width: 45, height: 37, bands: 2, tileSize: 16 };
  const at = (x: number, y: number, b: number) => Math.sin((y * 45 + x) * 2 + b) * 5000;
  // Float32 sums of at most four tiles of values up to 5000.
  for (const [i, value] of blended(at, size).entries()) {
    const pixel = Math.floor(i / 2);
    assertAlmostEquals(value, at(pixel % 45, Math.floor(pixel / 45), i % 2), 5e-3);
  }
});

Deno.test("blended tiles that disagree meet without a step", () => {
  const blend = createStripBlend({ column: 0, row: 0, width: 28 }, {
    bands: 1,
    tileSize: 16,
    ramp: 4,
  });
  blend.add(new Float32Array(256).fill(0), { column: 0, row: 0 });
  blend.add(new Float32Array(256).fill(1), { column: 12, row: 0 });
  const row = blend.take(16).slice(0, 28);
  assertEquals([row[11], row[16]], [0, 1]);
  // In four columns 0 and 1 meet with weights w and 1 − w: variance w(1 − w), w = sin²(π/16·(2i + 1)).
  const variances = [1, 3, 5, 7].map((i) => (Math.sin(Math.PI * i / 8) / 2) ** 2);
  const mean = variances.reduce((sum, value) => sum + value) / 4;
  assertAlmostEquals(blend.disagreement(), Math.sqrt(mean), 1e-6);
  // sin² ramps over four pixels rise by sin(π/8) at most.
  const steepest = Math.sin(Math.PI / 8) + 1e-6;
  for (let x = 1; x < 28; x++) {
    assert(row[x]! - row[x - 1]! >= 0 && row[x]! - row[x - 1]! < steepest);
  }
});
