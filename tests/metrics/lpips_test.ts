import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { createLpips, type Lpips, type LpipsNet, lpipsShapes } from "../../metrics/mod.ts";
import type { EngineName } from "../../engine/mod.ts";
import { switchEngine, testOn, testOnEngines } from "../engines.ts";
import { assertGolden, type Golden, golden } from "../golden.ts";
import { channelsLast } from "./golden_pairs.ts";
import { recipeWeights } from "./lpips_recipe.ts";
import { RUN_SLOW } from "../slow.ts";

const reference: Golden = await golden("lpips");
const weights = { alex: await recipeWeights("alex"), vgg: await recipeWeights("vgg") };
const SIZE = { height: 64, width: 64 } as const;

/** Image a or b of a sample, [64, 64, 3]. */
function image(name: "img_a" | "img_b", sample: number): Float32Array {
  return channelsLast({ data: reference.values[name]!, shape: reference.shapes[name]! }, sample);
}

function noise(height: number, width: number, purpose: string): Float32Array {
  return createRng(8).fork(purpose).uniforms(height * width * 3).map((value) => 2 * value - 1);
}

/** Runs f with LPIPS and frees it. */
async function withLpips(net: LpipsNet, f: (lpips: Lpips) => Promise<void>): Promise<void> {
  const lpips = createLpips(weights[net]);
  await f(lpips);
  await lpips.dispose();
}

testOnEngines("LPIPS with AlexNet is the reference's, layer by layer", async () => {
  await withLpips("alex", async (lpips) => {
    const layers: number[] = [];
    const sums: number[] = [];
    for (const sample of [0, 1]) {
      const [a, b] = [image("img_a", sample), image("img_b", sample)];
      layers.push(...await lpips.layers(a, b, SIZE));
      sums.push(await lpips.distance(a, b, SIZE));
    }
    assertGolden(layers, reference, "alex_layers");
    assertGolden(sums, reference, "alex");
  });
});

testOnEngines("LPIPS of images in 0..255 is the reference's", async () => {
  await withLpips("alex", async (lpips) => {
    const sums: number[] = [];
    for (const sample of [0, 1]) {
      const [a, b] = (["img_a", "img_b"] as const)
        .map((name) => image(name, sample).map((value) => (value + 1) * 127.5));
      sums.push(await lpips.distance(a!, b!, SIZE));
    }
    assertGolden(sums, reference, "alex_255");
  });
}, ["native", "wasm"]);

for (const engine of ["native", "wasm"] as const) {
  testOn(engine, "LPIPS with VGG16 is the reference's, layer by layer", async () => {
    await withLpips("vgg", async (lpips) => {
      const layers: number[] = [];
      for (const sample of [0, 1]) {
        layers.push(...await lpips.layers(image("img_a", sample), image("img_b", sample), SIZE));
      }
      assertGolden(layers, reference, "vgg_layers");
      assertGolden(
        [0, 1].map((sample) => layers.slice(5 * sample, 5 * sample + 5).reduce((a, b) => a + b)),
        reference,
        "vgg",
      );
    });
  }, { ignore: engine === "wasm" && !RUN_SLOW });
}

// The other engines take many seconds for 64×64 pixels.
testOnEngines("LPIPS with VGG16 of a small image is that of wasm", async (engine: EngineName) => {
  const [a, b] = [noise(17, 21, "a"), noise(17, 21, "b")];
  const size = { height: 17, width: 21 };
  await withLpips("vgg", async (lpips) => {
    const found = await lpips.layers(a, b, size);
    await switchEngine("wasm");
    const wanted = await lpips.layers(a, b, size);
    const { atol } = reference.checks.vgg_layers!;
    found.forEach((value, i) => assertAlmostEquals(value, wanted[i]!, atol!, `layer ${i}`));
    assertGreater(Math.min(...wanted), 1000 * atol!);
  });
  await switchEngine(engine);
}, ["cpu", "webgpu"]);

testOn("native", "LPIPS of images of many sizes at once is that of each alone", async () => {
  const sizes = [31, 35, 40, 33, 37, 32].map((height) => ({ height, width: 71 - height }));
  const pair = ({ height, width }: typeof sizes[number]) =>
    [noise(height, width, "a"), noise(height, width, "b")] as const;
  await withLpips("alex", async (lpips) => {
    const distance = (size: typeof sizes[number]) => lpips.distance(...pair(size), size);
    const found = await Promise.all([...sizes, ...sizes].map(distance));
    await switchEngine("wasm");
    for (const [i, size] of [...sizes, ...sizes].entries()) {
      assertAlmostEquals(found[i]!, await distance(size), reference.checks.alex!.atol!);
    }
  });
  await switchEngine("native");
});

testOn("wasm", "LPIPS is symmetric, and 0 for equal images", async () => {
  await withLpips("alex", async (lpips) => {
    const [a, b] = [image("img_a", 0), image("img_b", 0)];
    const there = await lpips.distance(a, b, SIZE);
    assertGreater(there, 0);
    assertAlmostEquals(await lpips.distance(b, a, SIZE), there, 1e-9);
    assertEquals(await lpips.distance(a, a, SIZE), 0);
  });
});

testOn("wasm", "LPIPS takes rows for rows and red for red", async () => {
  await withLpips("alex", async (lpips) => {
    const [a, b] = [noise(40, 60, "wide"), noise(40, 60, "wide b")];
    const size = { height: 40, width: 60 };
    const turn = (pixels: Float32Array) =>
      pixels.map((_, i) => {
        const [pixel, channel] = [Math.floor(i / 3), i % 3];
        return pixels[((pixel % 40) * 60 + Math.floor(pixel / 40)) * 3 + channel]!;
      });
    const blue = (pixels: Float32Array) => pixels.map((_, i) => pixels[i - i % 3 + 2 - i % 3]!);
    const wanted = await lpips.distance(a, b, size);
    const turned = await lpips.distance(turn(a), turn(b), { height: 60, width: 40 });
    const swapped = await lpips.distance(blue(a), blue(b), size);
    assertGreater(Math.abs(turned - wanted), 1e-6);
    assertGreater(Math.abs(swapped - wanted), 1e-6);
  });
});

testOn("wasm", "a mask of LPIPS weighs places by the pixels that count", async () => {
  await withLpips("alex", async (lpips) => {
    const a = noise(64, 96, "left");
    // Only the left third differs.
    const b = a.map((value, i) => Math.floor(i / 3) % 96 < 32 ? -value : value);
    const size = { height: 64, width: 96 };
    const where = (inside: (x: number) => boolean) =>
      Uint8Array.from({ length: 64 * 96 }, (_, i) => inside(i % 96) ? 1 : 0);
    const distance = (mask?: Uint8Array) =>
      lpips.distance(a, b, { ...size, ...(mask !== undefined && { mask }) });
    const whole = await distance();
    assertAlmostEquals(await distance(where(() => true)), whole, 1e-12);
    assertGreater(await distance(where((x) => x < 32)), 1.5 * whole);
    // What a place of the last layer sees reaches 97 pixels beyond it: little is left, not nothing.
    assertLess(await distance(where((x) => x >= 80)), 0.5 * whole);
  });
});

testOn(
  "wasm",
  "LPIPS of a mask is the mean over the map where the first layer alone differs",
  async () => {
    // Heads of 0 leave one term, whose map has 15×15 places for 64×64 pixels.
    const params = Object.fromEntries(
      Object.entries(weights.alex.params).map(([name, { shape, data }]) => [
        name,
        { shape, data: /^lin[1-4]/.test(name) ? data.map(() => 0) : data },
      ]),
    );
    const lpips = createLpips({ net: "alex", params });
    const [a, b] = [image("img_a", 0), image("img_b", 0)];
    const rows = [0, 1, 2, 3].map((part) =>
      Uint8Array.from({ length: 64 * 64 }, (_, i) => Math.floor(i / 64 / 16) === part ? 1 : 0)
    );
    const whole = await lpips.distance(a, b, SIZE);
    let [sum, places] = [0, 0];
    for (const mask of rows) {
      // Rows of places by the part of their pixels that this quarter has.
      const share = Array.from({ length: 15 }, (_, place) => {
        const own = Array.from({ length: 64 }, (_, y) => y)
          .filter((y) => Math.floor(y * 15 / 64) === place);
        return own.filter((y) => mask[y * 64] === 1).length / own.length;
      }).reduce((total, part) => total + part, 0);
      sum += share * await lpips.distance(a, b, { ...SIZE, mask });
      places += share;
    }
    assertAlmostEquals(places, 15, 1e-12);
    assertAlmostEquals(sum / places, whole, 1e-9);
    await lpips.dispose();
  },
);

testOn("wasm", "LPIPS refuses images that do not fit", async () => {
  await withLpips("alex", async (lpips) => {
    const [a, b] = [image("img_a", 0), image("img_b", 0)];
    await assertRejects(() => lpips.distance(a.slice(3), b, SIZE), TypeError, "[64, 64, 3]");
    const small = { height: 30, width: 64 };
    const cut = (pixels: Float32Array) => pixels.slice(0, 30 * 64 * 3);
    await assertRejects(() => lpips.distance(cut(a), cut(b), small), RangeError, "at least 31");
    const broken = a.with(7, Infinity);
    await assertRejects(() => lpips.distance(broken, b, SIZE), RangeError, "finite, got Infinity");
    const mask = new Uint8Array(64 * 64);
    await assertRejects(() => lpips.distance(a, b, { ...SIZE, mask }), RangeError, "a pixel");
    const short = { ...SIZE, mask: new Uint8Array(3) };
    await assertRejects(() => lpips.distance(a, b, short), TypeError, "[64, 64] numbers, got 3");
  });
});

for (const [net, least] of [["alex", 31], ["vgg", 16]] as const) {
  testOn("wasm", `the smallest image of ${net} is ${least}×${least}`, async () => {
    await withLpips(net, async (lpips) => {
      const size = { height: least, width: least };
      const found = await lpips.distance(noise(least, least, "a"), noise(least, least, "b"), size);
      assert(found > 0 && Number.isFinite(found));
    });
  });
}

Deno.test("createLpips() checks every name, shape and number", () => {
  const { params } = weights.alex;
  const make = (changed: typeof params) => () => createLpips({ net: "alex", params: changed });
  assertEquals(Object.keys(lpipsShapes("vgg")).length, 2 * 13 + 5);
  const { lin3: _, ...headless } = params;
  assertThrows(make(headless), TypeError, "there must be lin3");
  assertThrows(
    make({ ...params, "features.1.weight": params.lin0! }),
    TypeError,
    "no place for features.1.weight",
  );
  const filter = params["features.3.weight"]!;
  assertThrows(
    make({ ...params, "features.3.weight": { ...filter, shape: [64, 192, 5, 5] } }),
    TypeError,
    "features.3.weight must be [192, 64, 5, 5], got [64, 192, 5, 5]",
  );
  const nan = { ...filter, data: filter.data.with(5, NaN) };
  assertThrows(
    make({ ...params, "features.3.weight": nan }),
    TypeError,
    "features.3.weight must be finite, got NaN at element 5",
  );
});
