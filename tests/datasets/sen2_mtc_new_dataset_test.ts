import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRng, InputError, OptionsError } from "../../core/mod.ts";
import { drawFlipTurn, type FlipTurn, sen2MtcNew, symmetryOf } from "../../datasets/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { cropInto } from "../../datasets/crop.ts";
import { inFolder, makeSen2MtcNew, noiseRaster, RGBN, SIDE, write } from "./look_alikes.ts";

const PIXELS = SIDE * SIDE;

Deno.test("sen2MtcNew() gives RGB frames, the clear RGB image and NIR beside it, in DN", () =>
  inFolder(async (root) => {
    await makeSen2MtcNew(root);
    const dataset = await sen2MtcNew({ root, split: "test", tileSize: SIDE });
    assertEquals([dataset.size, dataset.bands], [2, ["B04", "B03", "B02"]]);
    const sample = await dataset.sample(1, createRng(1));
    // Sorted by code units, as names have no leading zeros.
    assertEquals(sample.name, "T49RDP/R027_12");
    assertEquals([sample.length, sample.height, sample.reference], [3, SIDE, 2]);
    const folder = `${root}/Sen2_MTC/T49RDP`;
    const target = (await readRaster(`${folder}/cloudless/R027_12.tif`)).data;
    for (let frame = 0; frame < 3; frame++) {
      const { data } = await readRaster(`${folder}/cloud/R027_12_${frame}.tif`);
      for (let i = 0; i < PIXELS; i++) {
        assertEquals(sample.auxiliary![frame * PIXELS + i], data[i * 4 + 3]);
        for (let b = 0; b < 3; b++) {
          assertEquals(sample.cloudy[(frame * PIXELS + i) * 3 + b], data[i * 4 + b]);
          assertEquals(sample.target[i * 3 + b], target[i * 4 + b]);
        }
      }
    }
  }));

Deno.test("sen2MtcNew() takes the first frames, or the one that is named, with or without NIR", () =>
  inFolder(async (root) => {
    await makeSen2MtcNew(root);
    const options = { root, split: "val", tileSize: SIDE } as const;
    const all = await (await sen2MtcNew(options)).sample(0, createRng(1));
    const two = await (await sen2MtcNew({ ...options, length: 2 })).sample(0, createRng(1));
    assertEquals([two.length, two.reference], [2, 1]);
    assertEquals(two.cloudy, all.cloudy.slice(0, 2 * PIXELS * 3));
    const mono = { ...options, monoFrame: 1, nir: false } as const;
    const one = await (await sen2MtcNew(mono)).sample(0, createRng(1));
    assertEquals([one.length, one.auxiliary], [1, undefined]);
    assertEquals(one.cloudy, all.cloudy.slice(PIXELS * 3, 2 * PIXELS * 3));
    await assertRejects(() => sen2MtcNew({ ...mono, length: 2 }), OptionsError, "monoFrame");
  }));

Deno.test("sen2MtcNew() says what is missing, and leaves it out on request", () =>
  inFolder(async (root) => {
    await makeSen2MtcNew(root);
    const options = { root, tileSize: SIDE } as const;
    const frame = `${root}/Sen2_MTC/T12TUR/cloud/R027_1_2.tif`;
    await Deno.remove(frame);
    await assertRejects(() => sen2MtcNew(options), InputError, frame);
    assertEquals((await sen2MtcNew({ ...options, skipIncomplete: true })).size, 1);
    // The other splits are not concerned.
    assertEquals((await sen2MtcNew({ ...options, split: "test" })).size, 2);
    await Deno.remove(`${root}/val.txt`);
    await assertRejects(() => sen2MtcNew({ ...options, split: "val" }), InputError, "val.txt");
  }));

Deno.test("sen2MtcNew() names a file that does not hold four bands, NaN, or no data", () =>
  inFolder(async (root) => {
    await makeSen2MtcNew(root);
    const path = `${root}/Sen2_MTC/T49RDP/cloud/R027_1_0.tif`;
    const dataset = await sen2MtcNew({ root, split: "test", tileSize: SIDE });
    const fails = (message: string) =>
      assertRejects(() => dataset.sample(0, createRng(1)), InputError, message);
    await write(path, noiseRaster("x", { bands: 3 }));
    await fails("must have 4 bands");
    await write(path, noiseRaster("x", { bands: 4, dtype: "uint8", high: 200, low: 1 }));
    await fails("pixels must be uint16");
    await write(path, noiseRaster("x", { bands: 4, side: 8 }));
    await fails("16×16 pixels, got 8×8");
    const raster = noiseRaster("x", { bands: 4, dtype: "float32" });
    raster.data[77] = NaN;
    await write(path, raster);
    await fails(`Cannot use ${path}: it must hold numbers, got NaN`);
    await write(path, { ...noiseRaster("x", RGBN), data: new Uint16Array(PIXELS * 4) });
    await fails("must hold data");
    await Deno.writeTextFile(path, "no image");
    await fails(path);
  }));

/** NumPy's rot90(image, 1) of [size, size]: out[i][j] = in[j][size − 1 − i]. */
function rot90(image: readonly (readonly number[])[]): number[][] {
  const last = image.length - 1;
  return image.map((row, i) => row.map((_, j) => image[j]![last - i]!));
}

/** Flip, then turns, as written in the specification. */
function flippedAndTurned(image: number[][], { flip, turns }: FlipTurn): number[][] {
  let result = flip === "vertical"
    ? image.toReversed()
    : flip === "horizontal"
    ? image.map((row) => row.toReversed())
    : image;
  for (let i = 0; i < turns; i++) result = rot90(result);
  return result;
}

const FLIPS = ["none", "vertical", "horizontal"] as const;
const ALL: readonly FlipTurn[] = FLIPS.flatMap((flip) =>
  [0, 1, 2, 3].map((turns) => ({ flip, turns }))
);

Deno.test("symmetryOf() flips first and then turns counter-clockwise, as numpy does", () => {
  const size = 3;
  const image = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
  const raster = {
    width: size,
    height: size,
    bands: ["1"],
    dtype: "uint8",
    data: Uint8Array.from(image.flat()),
  } as const;
  for (const pair of ALL) {
    const out = new Float32Array(9);
    cropInto(out, { raster, crop: { column: 0, row: 0, size, symmetry: symmetryOf(pair) } });
    assertEquals([...out], flippedAndTurned(image, pair).flat(), JSON.stringify(pair));
  }
});

Deno.test("drawFlipTurn() draws all twelve pairs equally often", () => {
  const counts = new Map<string, number>();
  const draws = 12000;
  for (let i = 0; i < draws; i++) {
    const { flip, turns } = drawFlipTurn(createRng(5).fork(i));
    counts.set(`${flip} ${turns}`, (counts.get(`${flip} ${turns}`) ?? 0) + 1);
  }
  assertEquals(counts.size, 12);
  const expected = draws / 12;
  const chi2 = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  // The 99.9th percentile of χ² with 11 degrees of freedom.
  assert(chi2 < 31.26, `χ² = ${chi2}`);
});

Deno.test("sen2MtcNew() turns all images of a training sample alike, in all eight ways", () =>
  inFolder(async (root) => {
    await makeSen2MtcNew(root);
    const plain = await (await sen2MtcNew({ root, tileSize: SIDE, augment: false }))
      .sample(0, createRng(1));
    const dataset = await sen2MtcNew({ root, tileSize: SIDE });
    const seen = new Map<number, number>();
    const crop = { column: 0, row: 0, size: SIDE };
    for (let seed = 0; seed < 60; seed++) {
      const sample = await dataset.sample(0, createRng(seed));
      const found = [0, 1, 2, 3, 4, 5, 6, 7].filter((symmetry) => {
        const out = new Float32Array(PIXELS * 3);
        const bands = ["1", "2", "3"];
        const whole = { width: SIDE, height: SIDE, bands, dtype: "float32", data: plain.target };
        cropInto(out, { raster: whole as never, crop: { ...crop, symmetry } });
        return out.every((value, i) => value === sample.target[i]);
      });
      assertEquals(found.length, 1);
      const symmetry = found[0]!;
      seen.set(symmetry, (seen.get(symmetry) ?? 0) + 1);
      for (let frame = 0; frame < 3; frame++) {
        const [out, nir] = [new Float32Array(PIXELS * 3), new Float32Array(PIXELS)];
        const turned = { ...crop, symmetry };
        const part = (data: Float32Array, bands: string[]) =>
          ({ width: SIDE, height: SIDE, bands, dtype: "float32", data }) as const;
        const image = plain.cloudy.subarray(frame * PIXELS * 3, (frame + 1) * PIXELS * 3);
        cropInto(out, { raster: part(image, ["1", "2", "3"]), crop: turned });
        assertEquals(out, sample.cloudy.slice(frame * PIXELS * 3, (frame + 1) * PIXELS * 3));
        const beside = plain.auxiliary!.subarray(frame * PIXELS, (frame + 1) * PIXELS);
        cropInto(nir, { raster: part(beside, ["1"]), crop: turned });
        assertEquals(nir, sample.auxiliary!.slice(frame * PIXELS, (frame + 1) * PIXELS));
      }
    }
    assertEquals(seen.size, 8);
    // Both flips lead to the mirrored ones: two thirds of all.
    const mirrored = [1, 2, 4, 7].reduce((sum, symmetry) => sum + (seen.get(symmetry) ?? 0), 0);
    assert(mirrored > 25 && mirrored < 55, `${mirrored} of 60`);
  }));

Deno.test("sen2MtcNew() crops tiles at random in training and in the middle elsewhere", () =>
  inFolder(async (root) => {
    await makeSen2MtcNew(root);
    const train = await sen2MtcNew({ root, tileSize: 4, augment: false });
    const whole = (await (await sen2MtcNew({ root, tileSize: SIDE, augment: false }))
      .sample(0, createRng(1))).target;
    const corners = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const { target } = await train.sample(0, createRng(seed));
      const at = whole.findIndex((_, i) =>
        i % 3 === 0 && target.slice(0, 12).every((value, j) => value === whole[i + j])
      );
      assert(at >= 0);
      corners.add(at / 3);
    }
    assert(corners.size > 10, `${corners.size} corners`);
    const middle = await sen2MtcNew({ root, tileSize: 4, split: "test" });
    const [a, b] = [await middle.sample(0, createRng(1)), await middle.sample(0, createRng(2))];
    assertEquals(a, b);
  }));
