import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createRng, InputError, type Raster } from "../../core/mod.ts";
import { cuhkCr, listCuhkCr } from "../../datasets/mod.ts";
import { HALF_KERNEL } from "../../rasters/half_size.ts";
import { encodePng, halfSize } from "../../rasters/mod.ts";
import { inFolder, makeCuhkCr, noiseRaster, SIDE, writePicture } from "./look_alikes.ts";

const HALF = SIDE / 2;

Deno.test("HALF_KERNEL is the specification's, symmetric, and adds up to 1", () => {
  // §7.3, checked there against the reference.
  const published = [
    ...[-.01171875, -.03515625, .11328125, .43359375],
    ...[.43359375, .11328125, -.03515625, -.01171875],
  ];
  assertEquals(HALF_KERNEL, published);
  assertEquals(HALF_KERNEL.toReversed(), HALF_KERNEL);
  assertEquals(HALF_KERNEL.reduce((sum, weight) => sum + weight, 0), 1);
});

/** Keys' cubic with a = −0.5. */
function cubic(x: number): number {
  const [a, d] = [-0.5, Math.abs(x)];
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
}

Deno.test("HALF_KERNEL is Keys' cubic, stretched by two, at the quarters", () => {
  HALF_KERNEL.forEach((weight, j) => assertEquals(weight, cubic((j - 3.5) / 2) / 2));
});

/** One axis of MATLAB's imresize with antialiasing at any scale, as the specification states it. */
function resized(values: readonly number[], scale: number): number[] {
  const n = values.length;
  return Array.from({ length: Math.ceil(n * scale) }, (_, i) => {
    const centre = (i + 1) / scale + 0.5 * (1 - 1 / scale);
    const first = Math.floor(centre - 2 / scale) - 1;
    const taps = Array.from({ length: Math.ceil(4 / scale) + 4 }, (_, j) => first + j);
    const weights = taps.map((tap) => scale * cubic(scale * (centre - tap)));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return taps.reduce((total, tap, j) => {
      // Symmetric extension of the 1-based index: 0 → 1, −1 → 2, n + 1 → n.
      let at = (((tap - 1) % (2 * n)) + 2 * n) % (2 * n);
      if (at >= n) at = 2 * n - 1 - at;
      return total + weights[j]! / sum * values[at]!;
    }, 0);
  });
}

function grey(rows: readonly (readonly number[])[]): Raster {
  const data = Float32Array.from(rows.flat());
  return { width: rows[0]!.length, height: rows.length, bands: ["1"], dtype: "float32", data };
}

Deno.test("halfSize() is the general antialiased resize at one half, borders included", () => {
  const rng = createRng(3);
  const rows = Array.from(
    { length: 10 },
    (_, y) => Array.from({ length: 6 }, (_, x) => Math.round(255 * rng.uniform(6 * y + x))),
  );
  // Rows first, then columns.
  const down = rows[0]!.map((_, x) => resized(rows.map((row) => row[x]!), 0.5));
  const want = down[0]!.map((_, y) => resized(down.map((column) => column[y]!), 0.5));
  const { data, width, height } = halfSize(grey(rows));
  assertEquals([width, height], [3, 5]);
  // Float32 holds 0 … 255 to 1.5e-5.
  want.flat().forEach((value, i) => assertAlmostEquals(data[i]!, value, 2e-5));
});

Deno.test("halfSize() keeps grey, ramps to the half pixel, and bands apart", () => {
  const size = 32;
  const ramps = Float32Array.from({ length: size * size * 3 }, (_, i) => {
    const [pixel, band] = [Math.floor(i / 3), i % 3];
    return [100, pixel % size, Math.floor(pixel / size)][band]!;
  });
  const bands = ["1", "2", "3"];
  const half = halfSize({ width: size, height: size, bands, dtype: "float32", data: ramps });
  for (let y = 2; y < 14; y++) {
    for (let x = 2; x < 14; x++) {
      const at = (y * 16 + x) * 3;
      assertEquals([...half.data.slice(at, at + 3)], [100, 2 * x + 0.5, 2 * y + 0.5]);
    }
  }
});

Deno.test("halfSize() neither rounds nor clips: an edge overshoots", () => {
  const rows = Array.from(
    { length: 16 },
    () => Array.from({ length: 16 }, (_, x) => x < 7 ? 0 : 255),
  );
  const { data } = halfSize(grey(rows));
  const row = data.slice(0, 8);
  assert(Math.min(...row) < 0 && Math.max(...row) > 255, row.join());
  assert(row.some((value) => !Number.isInteger(value)));
  // Sums of the kernel's ends: pixel 2 sees the edge with its last two weights.
  assertAlmostEquals(row[2]!, 255 * (HALF_KERNEL[6]! + HALF_KERNEL[7]!), 1e-4);
});

Deno.test("halfSize() refuses odd sizes", () => {
  assertThrows(() => halfSize(grey([[1, 2, 3], [4, 5, 6]])), RangeError, "got 3×2");
});

Deno.test("cuhkCr() gives RGB and NIR at half the size, in grey values", () =>
  inFolder(async (root) => {
    await makeCuhkCr(root);
    const options = { root: `${root}/rgb`, nirRoot: `${root}/nir`, tileSize: HALF } as const;
    const dataset = await cuhkCr({ ...options, split: "test" });
    assertEquals([dataset.size, dataset.bands], [2, ["R", "G", "B", "NIR"]]);
    const sample = await dataset.sample(1, createRng(1));
    assertEquals([sample.name, sample.length, sample.height], ["test/2", 1, HALF]);
    for (const [part, image] of [["label", sample.target], ["cloud", sample.cloudy]] as const) {
      const half = (kind: "rgb" | "nir", channels: 1 | 3) => {
        const values = { bands: channels, dtype: "uint8", low: 1, high: 255 } as const;
        return halfSize(noiseRaster(`${kind}test/${part}/2.png`, values)).data;
      };
      const [rgb, nir] = [half("rgb", 3), half("nir", 1)];
      for (let i = 0; i < HALF * HALF; i++) {
        assertEquals([...image.slice(4 * i, 4 * i + 4)], [...rgb.slice(3 * i, 3 * i + 3), nir[i]]);
      }
    }
    // Validation is the test split, as published.
    const val = await (await cuhkCr({ ...options, split: "val" })).sample(1, createRng(1));
    assertEquals(val, sample);
    const rgb = await cuhkCr({ root: options.root, tileSize: HALF });
    assertEquals([rgb.bands.length, (await rgb.sample(0, createRng(1))).target.length], [3, 192]);
  }));

Deno.test("cuhkCr() takes the first channel of NIR files with three", () =>
  inFolder(async (root) => {
    await makeCuhkCr(root);
    const options = { root: `${root}/rgb`, nirRoot: `${root}/nir`, tileSize: HALF } as const;
    const before = await (await cuhkCr(options)).sample(0, createRng(1));
    const nir = noiseRaster("nirtrain/label/1.png", {
      bands: 1,
      dtype: "uint8",
      low: 1,
      high: 255,
    });
    const three = Uint8Array.from(
      { length: SIDE * SIDE * 3 },
      (_, i) => i % 3 === 0 ? nir.data[i / 3]! : 9,
    );
    const picture = { width: SIDE, height: SIDE, channels: 3, data: three } as const;
    await Deno.writeFile(`${root}/nir/train/label/1.png`, encodePng(picture));
    assertEquals((await (await cuhkCr(options)).sample(0, createRng(1))).target, before.target);
  }));

Deno.test("cuhkCr() matches NIR by name, by number, else by position and says so", () =>
  inFolder(async (root) => {
    const make = async (kind: "rgb" | "nir", names: readonly string[]) => {
      for (const part of ["label", "cloud"]) {
        await Deno.remove(`${root}/${kind}/train/${part}`, { recursive: true }).catch(() => {});
        for (const name of names) {
          const path = `${root}/${kind}/train/${part}/${name}.png`;
          await writePicture(path, { channels: kind === "rgb" ? 3 : 1 });
        }
      }
    };
    const list = () => listCuhkCr({ root: `${root}/rgb`, nirRoot: `${root}/nir`, split: "train" });
    const pairs = async () =>
      (await list()).samples.map(({ target }) =>
        target.map(({ path }) => path.replace(/^.*\/(.*)\.png$/, "$1")).join(" ")
      );
    await make("rgb", ["x2", "x10"]);
    await make("nir", ["x2", "x10"]);
    assertEquals(await pairs(), ["x10 x10", "x2 x2"]);
    // By position "x10" would meet "n002": lists are sorted as text.
    await make("nir", ["n002", "n010"]);
    assertEquals(await pairs(), ["x10 n010", "x2 n002"]);
    assert((await list()).notes[0]!.includes("would be paired with n002.png"));
    await make("nir", ["p", "q"]);
    assertEquals(await pairs(), ["x10 p", "x2 q"]);
    assert((await list()).notes[0]!.includes("by its position in the list only"));
    await make("nir", ["p", "q", "r"]);
    const { findings } = await list();
    assertEquals(findings.map(({ kind }) => kind), ["mismatch"]);
    await assertRejects(
      () => cuhkCr({ root: `${root}/rgb`, nirRoot: `${root}/nir`, tileSize: HALF }),
      InputError,
      "as many files",
    );
  }));

Deno.test("cuhkCr() names files that are missing, no PNG, cut off, damaged or odd in size", () =>
  inFolder(async (root) => {
    await makeCuhkCr(root);
    const path = `${root}/rgb/train/cloud/1.png`;
    const options = { root: `${root}/rgb`, nirRoot: `${root}/nir`, tileSize: HALF } as const;
    const dataset = await cuhkCr(options);
    const fails = (message: string) =>
      assertRejects(() => dataset.sample(0, createRng(1)), InputError, message);
    const whole = await Deno.readFile(path);
    await Deno.writeFile(path, whole.subarray(0, 200));
    await fails(`Cannot read picture ${path}: it is cut off`);
    const damaged = whole.slice();
    damaged[100]! ^= 8;
    await Deno.writeFile(path, damaged);
    await fails("it is damaged");
    await Deno.writeTextFile(path, "no picture");
    await fails("must be a PNG file");
    await writePicture(path, { channels: 1 });
    await fails("must have 3 bands");
    await writePicture(path, { channels: 3, side: 15 });
    await fails("must be even");
    await Deno.remove(path);
    await fails("must exist");
    await assertRejects(() => cuhkCr(options), InputError, path);
    assertEquals((await cuhkCr({ ...options, skipIncomplete: true })).size, 1);
  }));
