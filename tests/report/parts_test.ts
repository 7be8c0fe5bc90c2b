import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { coverOf, worstWindow } from "../../report/clouds.ts";
import { errorMap, errorMaps } from "../../report/errors.ts";
import { percent } from "../../report/format.ts";
import { markup, raw } from "../../report/html.ts";
import { inScene, layoutOf } from "../../report/layout.ts";
import { colourChoices } from "../../report/colour_choices.ts";
import { codingOf, encode, Payload } from "../../report/payload.ts";
import { createShrinker, crop, shrink } from "../../report/pixels.ts";
import { finiteQuantile, roundUp } from "../../report/scale.ts";
import { stretchOf } from "../../report/stretch.ts";
import { decode, inflate, undoDifferences } from "../../report/browser/decode.js";
import { ramp } from "../../report/browser/paint.js";
import { ticksOf } from "../../report/browser/spectra.js";

Deno.test("errorMap() is the mean over the bands that have data, divided by the data range", () => {
  const a = Float32Array.of(100, 300, 500, NaN, NaN, NaN);
  const b = Float32Array.of(200, 100, 400, 0, 10, 10);
  assertEquals([...errorMap(a, b, { depth: 2, dataRange: 1000 })].map((x) => Math.fround(x)), [
    Math.fround(0.15),
    Math.fround(0.1),
    NaN,
  ]);
});

Deno.test("error maps share the model's scale, a round number above 99 % of its errors", () => {
  const truth = new Float32Array(1000);
  const ours = Float32Array.from(truth, (_, i) => i < 995 ? 0.0123 : 5);
  const theirs = Float32Array.from(truth, () => 40);
  const { high, maps } = errorMaps({ ours, theirs }, truth, { depth: 1, dataRange: 1 });
  assertEquals(high, 0.015);
  assertEquals(maps.map(({ method }) => method), ["ours", "theirs"]);
  assertEquals(maps[1]!.mean, 40);
});

Deno.test("roundUp() and finiteQuantile() hold at their edges", () => {
  assertEquals([0.1, 0.1001, 0.15, 0.151, 7, 9, 95].map(roundUp), [
    0.1,
    0.15,
    0.15,
    0.2,
    8,
    10,
    100,
  ]);
  assertEquals([0, NaN, Infinity].map(roundUp), [1, 1, 1]);
  assertEquals([0, 0.5, 1].map((share) => finiteQuantile([3, NaN, 1, 2], share)), [1, 2, 3]);
});

Deno.test("percent() never rounds to 0 % or 100 %", () => {
  assertEquals(
    [0, 0.0001, 0.0312, 0.22, 0.9951, 0.9999, 1].map(percent),
    ["0 %", "< 0.1 %", "3.1 %", "22 %", "99.5 %", "> 99.9 %", "100 %"],
  );
});

Deno.test("coverOf() counts pixels with data only", () => {
  assertEquals(coverOf(Uint8Array.of(1, 0, 255, 1)), 2 / 3);
  assertEquals(coverOf(Uint8Array.of(255, 255)), null);
  assertEquals(coverOf(undefined), null);
});

Deno.test("worstWindow() finds the most cloud, and the centre of ties", () => {
  const mask = new Uint8Array(8 * 6);
  const place = { width: 8, height: 6, size: { width: 2, height: 2 } };
  assertEquals(worstWindow(mask, place), { column: 3, row: 2, width: 2, height: 2 });
  mask[6] = mask[7] = mask[15] = 1;
  mask[40] = 1;
  assertEquals(worstWindow(mask, place), { column: 6, row: 0, width: 2, height: 2 });
  const large = { ...place, size: { width: 99, height: 2 } };
  assertEquals(worstWindow(mask, large), { column: 0, row: 0, width: 8, height: 2 });
});

Deno.test("layoutOf() bounds what is shown, whatever the scene", () => {
  for (const [width, height] of [[1, 1], [256, 256], [700, 90], [10980, 10980], [90000, 40]]) {
    for (const [bands, images] of [[1, 2], [13, 5], [13, 32], [4, 3]]) {
      const { single, step, detail } = layoutOf({ width: width!, height: height! }, {
        bands: bands!,
        images: images!,
      });
      const name = `${width}×${height}, ${bands} bands, ${images} images`;
      assert(detail.width * detail.height * bands! * images! <= 7.5e6, name);
      assert(
        detail.width <= Math.min(width!, 512) && detail.height <= Math.min(height!, 512),
        name,
      );
      assert(Math.ceil(Math.max(width!, height!) / step) <= 1024, name);
      if (single) assertEquals([detail, step], [{ width: width!, height: height! }, 1], name);
    }
  }
  assert(layoutOf({ width: 256, height: 256 }, { bands: 13, images: 5 }).single);
});

Deno.test("inScene() keeps the detail inside of the area", () => {
  const area = { column: 100, row: 50, width: 1000, height: 700 };
  const rest = { area, step: 4, detail: { width: 300, height: 300 } };
  assertEquals(inScene({ column: 10, row: 5 }, rest), {
    column: 140,
    row: 70,
    width: 300,
    height: 300,
  });
  assertEquals(inScene({ column: 249, row: 174 }, rest), {
    column: 800,
    row: 450,
    width: 300,
    height: 300,
  });
});

Deno.test("crop() cuts a window, and shrink() averages blocks", () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => i);
  const from = { column: 2, row: 1, width: 4, height: 3 };
  const to = { column: 3, row: 2, width: 2, height: 1 };
  assertEquals([...crop(data, { from, to, depth: 2 })], [10, 11, 12, 13]);
  const small = shrink(Float32Array.of(1, 3, 5, NaN, 8, NaN), { width: 3, height: 2 }, {
    depth: 1,
    step: 2,
  });
  assertEquals([small.width, small.height, ...small.data], [2, 1, (1 + 3 + 8) / 3, 5]);
  const rows = createShrinker({ width: 3, height: 2 }, { depth: 1, step: 2 });
  rows.add(Float32Array.of(1, 3, 5), 0);
  rows.add(Float32Array.of(NaN, 8, NaN), 1);
  assertEquals([...rows.result()], [(1 + 3 + 8) / 3, 5]);
});

Deno.test("the page's script unpacks a payload", async () => {
  const values = Float32Array.from({ length: 60 }, (_, i) => i === 7 ? NaN : 20 + 199 * i);
  const coding = codingOf([{ id: "", label: "", data: values }], 2);
  const payload = new Payload();
  const first = payload.addValues(values, 12, coding);
  const second = payload.addImage(values, { width: 6, depth: 2 }, coding);
  const bytes = await inflate(payload.text());
  assertEquals([first, second, bytes.length], [0, 60, 120]);
  const planes = [undoDifferences(bytes.subarray(0, 60), 12)];
  planes.push(undoDifferences(bytes.subarray(60, 90), 6), undoDifferences(bytes.subarray(90), 6));
  for (const [i, value] of values.entries()) {
    const codes = [planes[0]![i]!, planes[1 + i % 2]![Math.floor(i / 2)]!];
    assertEquals(codes, [encode(value, coding), encode(value, coding)]);
    const back: number = decode(codes[0], coding);
    if (Number.isNaN(value)) assertEquals([codes[0], back], [0, NaN]);
    // Half a step of the square root's scale, at this value.
    else {
      const root = Math.sqrt((value - coding.low) / (coding.high - coding.low));
      const step = (coding.high - coding.low) * (2 * root + 1 / 254) / 254;
      assertAlmostEquals(back, value, step / 2 + 1e-3);
    }
  }
});

Deno.test("codingOf() gives constant and empty images a range", () => {
  const of = (...values: number[]) =>
    codingOf([{ id: "", label: "", data: Float32Array.from(values) }], 1);
  assertEquals(of(NaN), { low: 0, high: 1, power: 1 });
  assertEquals(of(5, 5), { low: 5, high: 6, power: 1 });
});

Deno.test("stretchOf() uses the clear pixels of the reference, else the result", () => {
  const image = (first: number) => Float32Array.from({ length: 200 }, (_, i) => first + i);
  const reference = image(100);
  const clouds = new Uint8Array(100);
  for (let pixel = 50; pixel < 100; pixel++) {
    clouds[pixel] = 1;
    reference.fill(9000, 2 * pixel, 2 * pixel + 2);
  }
  const restored = image(5000);
  assertEquals(stretchOf({ reference, restored, clouds }, 2), [[100, 198], [101, 199]]);
  const whole = stretchOf({ reference, restored, clouds: undefined }, 2);
  assertEquals(whole, [[5002, 5196], [5003, 5197]]);
  assertEquals(stretchOf({ reference, restored, clouds: clouds.fill(1) }, 2), whole);
  const empty = new Float32Array(200).fill(NaN);
  assertEquals(stretchOf({ reference, restored: empty, clouds }, 2), [[0, 1], [0, 1]]);
});

Deno.test("colourChoices() offers what the bands allow", () => {
  const labels = (bands: readonly string[]) => colourChoices(bands).map(({ label }) => label);
  assertEquals(labels(["R", "G", "B"]).slice(0, 2), [
    "True colour (B04, B03, B02)",
    "B04, greyscale",
  ]);
  assertEquals(labels(["B02", "B03", "B04", "B08"])[1], "Near infrared (B08, B04, B03)");
  assertEquals(labels(["VV", "VH"]), [
    "First bands (VV, VH, VH)",
    "VV, greyscale",
    "VH, greyscale",
  ]);
  assertEquals(labels(["pan"]), ["First bands (pan, pan, pan)"]);
});

Deno.test("markup escapes values that are not HTML", () => {
  const name = `<img src=x onerror="a('b')">&`;
  assertEquals(
    markup`<p title="${name}">${[name, null, false, 3, raw("<b>")]}</p>`.html,
    `<p title="&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;">` +
      `&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;3<b></p>`,
  );
});

Deno.test("the script's ramp and ticks have their ends", () => {
  const table: number[][] = ramp(["#000000", "#ff8000"]);
  assertEquals([table[0], table[255]], [[0, 0, 0], [255, 128, 0]]);
  assertEquals(ticksOf(0, 0.63, 5), [0, 0.2, 0.4, 0.6]);
  assertEquals(ticksOf(-3, 12, 5), [0, 5, 10]);
});
