import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { blendWeights, createBlend, cutTile, tileGrid } from "../../restoration/mod.ts";

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

Deno.test("cutTile() reflects where the tile hangs over", () => {
  const tile = new Float32Array(25);
  const image = [1, 2, 3, 4, 5, 6];
  const scene = { width: 3, height: 2 };
  cutTile(tile, 0, { image, scene, bands: 1, tileSize: 5, origin: { column: 0, row: 0 } });
  assertEquals(Array.from(tile.slice(0, 10)), [1, 2, 3, 2, 1, 4, 5, 6, 5, 4]);
  assertEquals(Array.from(tile.slice(10, 15)), [1, 2, 3, 2, 1]);
});

Deno.test("the ramps of two neighbouring tiles sum to 1", () => {
  const weights = blendWeights(64, 16);
  for (let i = 0; i < 16; i++) assertAlmostEquals(weights[48 + i]! + weights[i]!, 1, 1e-6);
  assert(weights.slice(16, 48).every((weight) => weight === 1));
});

Deno.test("blending the tiles of an image gives the image back", () => {
  const scene = { width: 45, height: 37 };
  const bands = 2;
  const image = Float32Array.from({ length: 45 * 37 * 2 }, (_, i) => Math.sin(i) * 5000);
  const blend = createBlend(scene, { bands, tileSize: 16, ramp: 4 });
  for (const origin of tileGrid(scene, { tileSize: 16, overlap: 0.25 })) {
    const tile = new Float32Array(16 * 16 * 2);
    cutTile(tile, 0, { image, scene, bands, tileSize: 16, origin });
    blend.add(tile, origin);
  }
  // Float32 sums of at most four tiles of values up to 5000.
  for (const [i, value] of blend.image().entries()) assertAlmostEquals(value, image[i]!, 5e-3);
});

Deno.test("blended tiles that disagree meet without a step", () => {
  const scene = { width: 28, height: 16 };
  const blend = createBlend(scene, { bands: 1, tileSize: 16, ramp: 4 });
  blend.add(new Float32Array(256).fill(0), { column: 0, row: 0 });
  blend.add(new Float32Array(256).fill(1), { column: 12, row: 0 });
  const row = blend.image().slice(0, 28);
  assertEquals([row[11], row[16]], [0, 1]);
  // sin² ramps over four pixels rise by sin(π/8) at most.
  const steepest = Math.sin(Math.PI / 8) + 1e-6;
  for (let x = 1; x < 28; x++) {
    assert(row[x]! - row[x - 1]! >= 0 && row[x]! - row[x - 1]! < steepest);
  }
});
