import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import { createRng, type Raster } from "../../core/mod.ts";
import {
  pasteCloud,
  type RealCloud,
  realCloud,
  syntheticClouds,
  syntheticScene,
} from "../../synthetic/mod.ts";

const SIDE = 96;

/** Cloud of three columns: opaque, half and none in front, the last in shadow. */
const CLOUD: RealCloud = {
  width: 3,
  height: 1,
  bands: ["B02", "B04"],
  opacity: Float32Array.from([1, 0.5, 0]),
  light: Float32Array.from([0.5, 0.4, 0.25, 0.2, 0, 0]),
  shade: Float32Array.from([1, 1, 1, 1, 0.5, 0.5]),
};

const GROUND: Raster = {
  width: 4,
  height: 4,
  bands: ["B02", "B04"],
  dtype: "uint16",
  data: Uint16Array.from({ length: 32 }, (_, k) => k % 2 === 0 ? 1000 : 2000),
};

Deno.test("pasteCloud() puts light over dimmed ground and shade on it, and masks both", () => {
  const kinds = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const { cloudy, mask, clouds } = pasteCloud(GROUND, CLOUD, createRng(seed));
    for (let i = 0; i < mask.length; i++) {
      const [blue, red] = [cloudy.data[2 * i]!, cloudy.data[2 * i + 1]!];
      kinds.add(`${blue} ${red} ${mask[i]} ${clouds[i]}`);
    }
  }
  assertEquals([...kinds].sort(), ["3000 3000 1 2", "500 1000 1 0", "5000 4000 1 1"]);
});

Deno.test("pasteCloud() leaves ground without cloud as it is", () => {
  const none = { ...CLOUD, opacity: new Float32Array(3), light: new Float32Array(6) };
  const { cloudy, mask } = pasteCloud(
    GROUND,
    { ...none, shade: new Float32Array(6).fill(1) },
    createRng(1),
  );
  assertEquals(cloudy.data, GROUND.data);
  assert(mask.every((value) => value === 0));
});

Deno.test("pasteCloud() says which bands it needs", () => {
  assertThrows(
    () => pasteCloud({ ...GROUND, bands: ["B02", "B03"] }, CLOUD, createRng(1)),
    RangeError,
    "the bands B02, B03, got B02, B04",
  );
});

Deno.test("realCloud() takes opacity, light and shade of the clouds from a cloudy image", () => {
  const clear = syntheticScene(createRng(3), { width: SIDE, height: SIDE });
  const { cloudy, mask, opacity } = syntheticClouds(clear, createRng(5), {
    cover: 0.3,
    scale: 40,
    density: 0.9,
    haze: 0.01,
  });
  const cloud = realCloud(cloudy)!;
  assertEquals(cloud.bands, clear.bands);
  let [thick, open, error, count] = [0, 0, 0, 0];
  for (let i = 0; i < opacity.length; i++) {
    error += Math.abs(cloud.opacity[i]! - opacity[i]!);
    count++;
    if (opacity[i]! > 0.9) thick = Math.max(thick, 1 - cloud.opacity[i]!);
    if (mask.data[i] === 0 && cloud.opacity[i]! > 0.3) open++;
  }
  assertLess(error / count, 0.08);
  assertLess(thick, 0.5);
  assertLess(open / count, 0.02);
  // Over its own ground the cloud looks as it did.
  const depth = clear.bands.length;
  const blue = clear.bands.indexOf("B02");
  let [difference, before] = [0, 0];
  for (let i = 0; i < opacity.length; i++) {
    const k = i * depth + blue;
    const value = clear.data[k]! * cloud.shade[k]! * (1 - cloud.opacity[i]!) +
      10000 * cloud.light[k]!;
    difference += Math.abs(value - cloudy.data[k]!);
    before += Math.abs(clear.data[k]! - cloudy.data[k]!);
  }
  assertLess(difference, 0.15 * before);
});

Deno.test("realCloud() finds none on a clear image, and asks for the bands that it reads", () => {
  const clear = syntheticScene(createRng(3), { width: SIDE, height: SIDE });
  assertEquals(realCloud(clear), undefined);
  assertThrows(() => realCloud(clear, ["VV"]), RangeError, "VV, B02 and B04");
});

Deno.test("realCloud() of an overcast image is opaque everywhere, with its own light", () => {
  const overcast: Raster = {
    width: 40,
    height: 40,
    bands: ["B02", "B03", "B04"],
    dtype: "uint16",
    data: new Uint16Array(40 * 40 * 3).fill(6000),
  };
  const cloud = realCloud(overcast)!;
  assert(cloud.opacity.every((share) => share === 1));
  assertAlmostEquals(Math.min(...cloud.light), 0.6, 1e-6);
  assertGreater(cloud.shade[0]!, 0.999);
});
