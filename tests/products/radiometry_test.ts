import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { dataTypeOf, type PixelArray, type Raster, SENTINEL2_NAMES } from "../../core/mod.ts";
import {
  openScene,
  type Radiometry,
  sentinel2Radiometry,
  type Sentinel2RadiometryOptions,
} from "../../products/mod.ts";
import { writeCog, type WriteCogOptions } from "../../rasters/mod.ts";
import { RUN_SLOW } from "../slow.ts";

const SIDE = 200;
const PLAIN = "scene.tif";
const N0509 = "S2B_MSIL2A_20240424T054639_N0509_R048_T43SCS_20240424T080948.tif";
const N0206 = "S2B_MSIL2A_20180424T054639_N0206_R048_T43SCS_20180424T080948.tif";

/** Numbers from `low` to `low + spread`, evenly spread, in every band. */
function numbers(low: number, spread: number, bands: number): Uint16Array {
  return Uint16Array.from(
    { length: SIDE * SIDE * bands },
    (_, i) => low + Math.floor(((Math.imul(i, 2654435761) >>> 0) / 2 ** 32) * spread),
  );
}

async function radiometryOf(
  data: PixelArray,
  { name = PLAIN, bands = ["B02", "B03", "B04"], nodata, cog = {}, ...options }:
    & Sentinel2RadiometryOptions
    & {
      readonly name?: string;
      readonly bands?: readonly string[];
      readonly nodata?: number;
      readonly cog?: WriteCogOptions;
    } = {},
): Promise<Radiometry> {
  const folder = await Deno.makeTempDir();
  try {
    const raster: Raster = {
      width: SIDE,
      height: SIDE,
      bands,
      data,
      dtype: dataTypeOf(data),
      ...(nodata === undefined ? {} : { nodata }),
    };
    await writeCog(`${folder}/${name}`, raster, cog);
    const scene = await openScene(`${folder}/${name}`);
    try {
      const { warning, ...found } = await sentinel2Radiometry(scene, options);
      return { ...found, ...(warning && { warning: warning.replaceAll(folder, "…") }) };
    } finally {
      await scene.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const same = (value: number) => [value, value, value];

Deno.test("sentinel2Radiometry() applies the offset of the product's baseline", async () => {
  const found = await radiometryOf(numbers(1050, 3000, 3), { name: N0509 });
  assertEquals([found.scales, found.offsets], [same(1e-4), same(-0.1)]);
  assertEquals(found.evidence, "N0509 in the name: -1000 DN; scale 1/10000 as usual");
  assertEquals(found.warning, undefined);
  const before = await radiometryOf(numbers(1200, 3000, 3), { name: N0206 });
  assertEquals([before.offsets, before.warning], [same(0), undefined]);
  assertStringIncludes(before.evidence, "N0206 in the name: no offset");
});

Deno.test("sentinel2Radiometry() lets scale and offset of the file win", async () => {
  const cog = { scales: same(2e-4), offsets: [-0.1, -0.2, 0] };
  const found = await radiometryOf(numbers(1050, 3000, 3), { name: N0509, cog });
  assertEquals([found.scales, found.offsets], [cog.scales, cog.offsets]);
  assertStringIncludes(
    found.evidence,
    "offset of -1000 to 0 DN stated in the file; scale 0.0002 stated in the file",
  );
  // Of a scale alone the offset is still the product's.
  const scaled = await radiometryOf(numbers(1050, 3000, 3), {
    name: N0509,
    cog: { scales: same(1e-4) },
  });
  assertEquals(scaled.offsets, same(-0.1));
  // What GDAL writes where nothing was stated.
  const trivial = { scales: same(1), offsets: same(0) };
  assertEquals((await radiometryOf(numbers(100, 3000, 3), { cog: trivial })).scales, same(1e-4));
});

Deno.test("sentinel2Radiometry() does what it is told about the offset", async () => {
  const given = await radiometryOf(numbers(1050, 3000, 3), { name: N0509, offset: 0 });
  assertEquals([given.offsets, given.warning], [same(0), undefined]);
  const added = await radiometryOf(numbers(1050, 3000, 3), { offset: -1000 });
  assertEquals(added.offsets, same(-0.1));
  assertStringIncludes(added.evidence, "-1000 DN as given");
});

Deno.test("sentinel2Radiometry() warns where the offset seems to be in the numbers", async () => {
  const { offsets, warning } = await radiometryOf(numbers(1050, 3000, 3));
  assertEquals(offsets, same(0));
  assert(/^…\/scene\.tif: .* 10[5-9]\d or more .*: --s2-offset -1000$/.test(warning!), warning);
  // One dark band is enough to see that it is not.
  const data = numbers(1050, 3000, 3);
  for (let i = 0; i < data.length; i += 3) data[i]! -= 700;
  assertEquals((await radiometryOf(data)).warning, undefined);
  // A cloud over everything has no dark surfaces and tells nothing.
  assertEquals((await radiometryOf(numbers(4000, 3000, 3))).warning, undefined);
});

Deno.test("sentinel2Radiometry() warns where the offset makes reflectances negative", async () => {
  const { offsets, warning } = await radiometryOf(numbers(300, 3000, 3), { name: N0509 });
  assertEquals(offsets, same(-0.1));
  assert(/^…\/S2B\S+: .* 3[0-9]\d \(1st.*: --s2-offset 0$/.test(warning!), warning);
  const cog = { scales: same(1e-4), offsets: same(-0.1) };
  assertStringIncludes((await radiometryOf(numbers(300, 3000, 3), { cog })).warning!, "negative");
});

Deno.test("sentinel2Radiometry() looks past nodata and bands that are not Sentinel-2's", async () => {
  const data = numbers(1050, 3000, 3);
  for (let i = 0; i < data.length; i += 2) data[i] = 0;
  assertStringIncludes((await radiometryOf(data)).warning!, "--s2-offset -1000");
  for (let i = 0; i < data.length; i += 2) data[i] = 65535;
  assertStringIncludes((await radiometryOf(data, { nodata: 65535 })).warning!, "-1000");
  const bands = ["VV", "VH", "x"];
  assertEquals((await radiometryOf(numbers(1050, 3000, 3), { bands })).warning, undefined);
  assertEquals((await radiometryOf(new Uint16Array(SIDE * SIDE * 3))).warning, undefined);
});

Deno.test("sentinel2Radiometry() tells reflectance from numbers in float files", async () => {
  const dn = Float32Array.from(numbers(100, 3000, 3));
  const stored = await radiometryOf(dn);
  assertEquals(stored.scales, same(1e-4));
  assertStringIncludes(stored.evidence, "99 % of the sampled values are below");
  const reflectance = await radiometryOf(dn.map((value) => value / 10000), { name: N0509 });
  assertEquals([reflectance.scales, reflectance.offsets], [same(1), same(0)]);
  assertStringIncludes(reflectance.evidence, "the values are reflectance");
  const kept = Float32Array.from(numbers(1050, 3000, 3), (value) => value / 10000);
  assertStringIncludes((await radiometryOf(kept)).warning!, "--s2-offset -1000");
  const given = await radiometryOf(kept, { offset: -1000 });
  given.offsets.forEach((offset) => assertAlmostEquals(offset, -0.1, 1e-12));
});

Deno.test("sentinel2Radiometry() takes 8 bits as 1/255", async () => {
  const found = await radiometryOf(new Uint8Array(SIDE * SIDE * 3).fill(200));
  assertEquals([found.scales, found.offsets], [same(1 / 255), same(0)]);
  assertStringIncludes(found.warning!, "in a picture with stretched colours they are not");
});

const CITIES = new URL("../../../shared/data/oscd/", import.meta.url).pathname;
const SERIES = new URL("../../../shared/data/sen12mscr_ts/", import.meta.url).pathname;

function entries(folder: string): readonly string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => `${folder}${name}`).sort();
  } catch {
    return [];
  }
}

Deno.test({
  name: "sentinel2Radiometry() warns of no real scene without the offset, clear or clouded",
  ignore: entries(CITIES).length === 0 || entries(SERIES).length === 0,
  async fn() {
    const cities = entries(CITIES).filter((_, i) => i % 5 === 0)
      .flatMap((city) => entries(`${city}/`).slice(0, 1));
    const series = entries(SERIES).filter((_, i) => RUN_SLOW || i % 6 === 0);
    for (const source of [...cities, ...series]) {
      const scene = await openScene(source);
      assertEquals(scene.header.bands, SENTINEL2_NAMES);
      const { warning } = await sentinel2Radiometry(scene);
      await scene.close();
      assertEquals(warning, undefined, source);
    }
  },
});
