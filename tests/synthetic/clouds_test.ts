import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { createRng, OptionsError, type Raster, SENTINEL2_NAMES } from "../../core/mod.ts";
import { CLOUD_CLASSES } from "../../clouds/mod.ts";
import { syntheticClouds, syntheticScene } from "../../synthetic/mod.ts";

const SIZE = 96;
const scene = syntheticScene(createRng(5), { width: SIZE, height: SIZE });

/** Mean of a band over the pixels of a class; the band by name. */
function classMean(raster: Raster, { band, mask, kind }: {
  readonly band: string;
  readonly mask: ArrayLike<number>;
  readonly kind: number;
}): number {
  const index = raster.bands.indexOf(band);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== kind) continue;
    sum += raster.data[i * raster.bands.length + index]!;
    count++;
  }
  return sum / count;
}

Deno.test("syntheticClouds() is decided by its stream alone", () => {
  const [a, b, c] = [1, 1, 2].map((seed) => syntheticClouds(scene, createRng(seed)).cloudy.data);
  assertEquals(a, b);
  assertNotEquals(a, c);
});

Deno.test("syntheticClouds() covers the share asked for", () => {
  for (const cover of [0.2, 0.5, 0.8]) {
    const options = { cover, haze: 0, shadow: 0, density: 1 };
    const { opacity } = syntheticClouds(scene, createRng(3), { ...options, shadowDistance: 0 });
    const covered = opacity.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) / opacity.length;
    // The share is a quantile of the field: exact but for ties.
    assertAlmostEquals(covered, cover, 2 / opacity.length);
  }
});

Deno.test("syntheticClouds() without cloud and haze leaves the raster as it is", () => {
  const { cloudy, mask, opacity } = syntheticClouds(scene, createRng(3), { cover: 0, haze: 0 });
  assertEquals(cloudy.data, scene.data);
  assert(mask.data.every((value) => value === 0) && opacity.every((value) => value === 0));
});

Deno.test("an overcast sky leaves no clear pixel", () => {
  const { mask } = syntheticClouds(scene, createRng(4), { cover: 1, density: 1 });
  assert(mask.data.every((value) => value === CLOUD_CLASSES.thick || value === CLOUD_CLASSES.thin));
});

Deno.test("thick cloud is as bright as Sentinel-2 sees it, and bluish haze is strongest in the blue", () => {
  const { cloudy, mask } = syntheticClouds(scene, createRng(7), { cover: 0.5, density: 1 });
  const at = { mask: mask.data, kind: CLOUD_CLASSES.thick };
  for (const band of ["B02", "B03", "B04"]) {
    const mean = classMean(cloudy, { ...at, band });
    assertGreater(mean, 3000);
    assertLess(mean, 9000);
  }
  const none = { mask: new Uint8Array(SIZE * SIZE), kind: 0 };
  const hazy = syntheticClouds(scene, createRng(7), { cover: 0, haze: 0.2 }).cloudy;
  const rise = (band: string) =>
    classMean(hazy, { ...none, band }) - classMean(scene, { ...none, band });
  assertGreater(rise("B02"), 300);
  assertGreater(rise("B01"), rise("B04"));
  assertLess(rise("B12"), rise("B02") / 3);
  assertLess(Math.abs(rise("B10")), 5);
});

Deno.test("high clouds show in B10 and low ones do not", () => {
  const b10 = (altitude: number) => {
    const options = { cover: 0.5, density: 1, altitude };
    const { cloudy, mask } = syntheticClouds(scene, createRng(7), options);
    return classMean(cloudy, { band: "B10", mask: mask.data, kind: CLOUD_CLASSES.thick });
  };
  assertLess(b10(0), 150);
  assertGreater(b10(1), 800);
});

Deno.test("shadows lie away from the sun and are darkest in the infrared", () => {
  // A flat ground and the sun in the east: shadows lie to the west of clouds.
  const ground: Raster = { ...scene, data: scene.data.slice() };
  for (let i = 0; i < ground.data.length; i++) ground.data[i] = 2000;
  const options = { cover: 0.15, density: 1, haze: 0, sunAzimuth: 90, shadowDistance: 12 };
  const { cloudy, mask, opacity } = syntheticClouds(ground, createRng(8), options);
  let seen = 0;
  for (let i = 0; i < mask.data.length; i++) {
    if (mask.data[i] !== CLOUD_CLASSES.shadow || i % SIZE + 12 >= SIZE) continue;
    assertGreater(opacity[i + 12]!, 0.25);
    seen++;
  }
  assertGreater(seen, 20);
  const dark = (band: string) =>
    classMean(cloudy, { band, mask: mask.data, kind: CLOUD_CLASSES.shadow });
  assertLess(dark("B08"), 1600);
  assertGreater(dark("B01"), dark("B08"));
});

Deno.test("syntheticClouds() works on RGB and NIR and keeps pixels without data", () => {
  const rgb: Raster = {
    width: 8,
    height: 8,
    bands: ["R", "G", "B", "NIR"],
    dtype: "uint16",
    data: new Uint16Array(256).fill(1500),
    nodata: 0,
  };
  rgb.data.fill(0, 0, 4);
  const { cloudy, mask, opacity } = syntheticClouds(rgb, createRng(1), { cover: 1, density: 1 });
  assertEquals(Array.from(cloudy.data.slice(0, 4)), [0, 0, 0, 0]);
  assertEquals([mask.data[0], opacity[0]], [0, 0]);
  assert(cloudy.data.slice(4).every((value) => value > 0));
});

Deno.test("syntheticClouds() refuses unknown options, bad values and bands it has no optics for", () => {
  assertThrows(
    () => syntheticClouds(scene, createRng(1), { cover: 2 }),
    OptionsError,
    "$.clouds.cover",
  );
  const typo = { covr: 1 } as Record<string, number>;
  assertThrows(() => syntheticClouds(scene, createRng(1), typo), OptionsError, "known: cover");
  const radar = { ...scene, bands: SENTINEL2_NAMES.map((name) => name === "B10" ? "VV" : name) };
  assertThrows(() => syntheticClouds(radar, createRng(1)), RangeError, "VV");
});

/** Grey ground under one sky without haze and shadow. */
function skyOver(options: Parameters<typeof syntheticClouds>[2]) {
  const data = new Uint16Array(SIZE * SIZE * SENTINEL2_NAMES.length).fill(1500);
  const ground: Raster = {
    width: SIZE,
    height: SIZE,
    bands: SENTINEL2_NAMES,
    dtype: "uint16",
    data,
  };
  const sky = { cover: 0.4, scale: 40, density: 1, haze: 0, shadow: 0, shadowDistance: 0 };
  const { cloudy, mask } = syntheticClouds(ground, createRng(9), { ...sky, ...options });
  const plane = (band: string) => {
    const index = SENTINEL2_NAMES.indexOf(band);
    return Array.from({ length: SIZE * SIZE }, (_, i) => cloudy.data[i * 13 + index]!);
  };
  return { plane, mask: mask.data };
}

Deno.test("parallax moves clouds along the track, the later a band looks the farther", () => {
  const { plane, mask } = skyOver({ parallax: 4 });
  const first = plane("B02");
  const clouded = (value: number) => value > 2500 ? 1 : 0;
  for (const [band, seconds] of [["B03", 0.527], ["B04", 1.005], ["B01", 2.314]] as const) {
    const seen = plane(band);
    // The shift at which most pixels agree on whether there is cloud.
    let best = { agreed: -1, x: 0, y: 0 };
    for (let y = -12; y <= 12; y++) {
      for (let x = -4; x <= 4; x++) {
        let agreed = 0;
        for (let i = 0; i < seen.length; i++) {
          const [column, row] = [i % SIZE, Math.floor(i / SIZE)];
          if (Math.min(column, row, SIZE - 1 - column, SIZE - 1 - row) < 12) continue;
          const from = (row - y) * SIZE + column - x;
          agreed += clouded(seen[i]!) === clouded(first[from]!) ? 1 : 0;
        }
        if (agreed > best.agreed) best = { agreed, x, y };
      }
    }
    // Sentinel-2 flies to 194°, south by west: down and a little to the left.
    const way = 4 * seconds;
    assertEquals([best.x, best.y], [Math.round(-0.242 * way) + 0, Math.round(0.97 * way)], band);
  }
  // Whatever a band sees of clouds is in the mask.
  for (const band of SENTINEL2_NAMES) {
    const values = plane(band);
    if (band === "B10") continue;
    assert(values.every((value, i) => mask[i] !== 0 || Math.abs(value - 1500) < 1000), band);
  }
});

Deno.test("drop size, water vapour and tint change the bands that they should", () => {
  const [usual, large, dry] = [{}, { shortwave: 0.5 }, { vapour: 1.5 }].map(skyOver);
  const thick = usual!.mask.map((kind) => kind === CLOUD_CLASSES.thick ? 1 : 0);
  const mean = ({ plane }: NonNullable<typeof usual>, band: string) => {
    const values = plane(band).filter((_, i) => thick[i] === 1);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  for (const band of SENTINEL2_NAMES) {
    const [own, drops, vapour] = [usual!, large!, dry!].map((sky) => mean(sky, band));
    if (band === "B11" || band === "B12") assertLess(drops!, 0.75 * own!);
    else assertEquals(drops, own);
    if (band === "B09") assertGreater(vapour!, 1.2 * own!);
    else assertEquals(vapour, own);
  }
  const tinted = skyOver({ tint: 0.1 });
  const change = SENTINEL2_NAMES.map((band) => mean(tinted, band) / mean(usual!, band));
  assertGreater(Math.max(...change) - Math.min(...change), 0.1);
});

Deno.test("texture makes lumps within thick cloud", () => {
  const deviation = (texture: number) => {
    const { plane, mask } = skyOver({ texture, cover: 1 });
    const values = plane("B04").filter((_, i) => mask[i] === CLOUD_CLASSES.thick);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return Math.sqrt(square) / mean;
  };
  assertGreater(deviation(0.2), 1.5 * deviation(0.025));
});
