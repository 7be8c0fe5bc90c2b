import { assert, assertEquals, assertGreater, assertLess, assertNotEquals } from "@std/assert";
import { createRng, SENTINEL2_NAMES } from "../../core/mod.ts";
import { cloudMask } from "../../clouds/mod.ts";
import { syntheticClouds, syntheticScene } from "../../synthetic/mod.ts";

const SIZE = { width: 128, height: 112 };

Deno.test("syntheticScene() gives a georeferenced L1C raster without nodata", () => {
  const scene = syntheticScene(createRng(1), SIZE);
  assertEquals([scene.width, scene.height, scene.bands], [128, 112, SENTINEL2_NAMES]);
  assertEquals([scene.dtype, scene.nodata, scene.crs?.epsg], ["uint16", 0, 32633]);
  assertEquals(scene.transform?.[1], 10);
  assert(scene.data.every((value) => value > 0 && value < 8000));
});

Deno.test("syntheticScene() is decided by its stream and the day", () => {
  const [a, b, c] = [1, 1, 2].map((seed) => syntheticScene(createRng(seed), SIZE).data);
  assertEquals(a, b);
  assertNotEquals(a, c);
  assertNotEquals(a, syntheticScene(createRng(1), { ...SIZE, day: 40 }).data);
});

Deno.test("vegetation of a synthetic scene is greener in summer than in winter", () => {
  const index = (day: number) => {
    const { data } = syntheticScene(createRng(3), { ...SIZE, day });
    let sum = 0;
    for (let i = 0; i < data.length; i += 13) {
      const [red, infrared] = [data[i + 3]!, data[i + 7]!];
      sum += (infrared - red) / (infrared + red);
    }
    return sum / (data.length / 13);
  };
  assertGreater(index(170), index(15) + 0.1);
});

Deno.test("cloudMask() finds thick synthetic cloud and takes little land for cloud", () => {
  const scene = syntheticScene(createRng(4), SIZE);
  const share = (mask: ArrayLike<number>) =>
    Array.from(mask).reduce((sum, value) => sum + value, 0) / mask.length;
  assertLess(share(cloudMask(scene)), 0.01);
  const { cloudy, mask } = syntheticClouds(scene, createRng(4), { cover: 0.5, density: 1 });
  const found = cloudMask(cloudy);
  const thick = Array.from(mask.data, (value) => value === 1);
  const hit = thick.filter((value, i) => value && found[i] === 1).length;
  assertGreater(hit / thick.filter(Boolean).length, 0.95);
});
