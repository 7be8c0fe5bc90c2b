import { assert, assertEquals, assertThrows } from "@std/assert";
import { createRng, type Raster } from "../../core/mod.ts";
import { cloudShape, syntheticClouds, syntheticScene } from "../../synthetic/mod.ts";

/** A disc of cloud (4) over land (3). */
function discMask(size: number, radius: number): Raster {
  const data = new Uint8Array(size * size).fill(3);
  const middle = (size - 1) / 2;
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [i % size, Math.floor(i / size)];
    if (Math.hypot(x - middle, y - middle) < radius) data[i] = 4;
  }
  return { width: size, height: size, bands: ["class"], dtype: "uint8", data };
}

Deno.test("cloudShape() is highest in the middle of a cloud and falls across its border", () => {
  const { field, width } = cloudShape(discMask(96, 24));
  const row = Array.from({ length: 48 }, (_, x) => field[48 * width + x]!);
  for (let x = 12; x < 47; x++) assert(row[x + 1]! >= row[x]! - 1e-6, `column ${x}`);
  const mean = field.reduce((sum, value) => sum + value, 0) / field.length;
  const squares = field.reduce((sum, value) => sum + value * value, 0) / field.length;
  assert(Math.abs(mean) < 1e-5);
  assert(Math.abs(squares - 1) < 1e-4);
});

Deno.test("clouds of a shape cover the share asked for and are decided by the stream", () => {
  const scene = syntheticScene(createRng(1), { width: 96, height: 96 });
  const shapes = [cloudShape(discMask(256, 60))];
  for (const cover of [0.2, 0.5, 0.8]) {
    const options = { cover, shapes, haze: 0, shadow: 0, shadowDistance: 0 };
    const { opacity } = syntheticClouds(scene, createRng(3), options);
    const share = opacity.reduce((sum, value) => sum + (value > 1e-4 ? 1 : 0), 0) / opacity.length;
    assert(Math.abs(share - cover) < 0.02, `${share} of ${cover}`);
  }
  const [first, again, other] = [3, 3, 4].map((seed) =>
    syntheticClouds(scene, createRng(seed), { shapes }).opacity
  );
  assertEquals(first, again);
  assert(first!.some((value, i) => value !== other![i]));
});

Deno.test("cloudShape() refuses a mask of several bands, without cloud or of cloud alone", () => {
  const mask = discMask(32, 8);
  assertThrows(() => cloudShape({ ...mask, bands: ["a", "b"] }), TypeError, "one band");
  assertThrows(() => cloudShape(mask, [2]), RangeError, "0 % cloud");
  assertThrows(() => cloudShape(mask, [3, 4]), RangeError, "100 % cloud");
  assertThrows(
    () => syntheticClouds(syntheticScene(createRng(1)), createRng(1), { shapes: [mask as never] }),
    Error,
    "$.clouds.shapes",
  );
});
