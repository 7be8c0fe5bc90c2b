import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRng, toReflectance } from "../../core/mod.ts";
import { visualMeter, WEAVE_PERIODS } from "../../metrics/mod.ts";
import { weaveMeter } from "../../metrics/weave.ts";
import { readRaster } from "../../rasters/mod.ts";

/** Brownian ground, as spectra of land fall: sums of noise over squares of 2 to 64 pixels. */
function ground(side: number, seed = 1): Float32Array {
  const rng = createRng(seed);
  const image = new Float32Array(side * side).fill(0.12);
  for (let size = 1; size <= 64; size *= 2) {
    const columns = Math.ceil(side / size) + 1;
    const noise = rng.fork(size).normals(columns * columns);
    const at = (y: number, x: number) => noise[y * columns + x]!;
    for (let i = 0; i < image.length; i++) {
      const [y, x] = [Math.floor(i / side) / size, (i % side) / size];
      const [r, c] = [Math.floor(y), Math.floor(x)];
      const [dy, dx] = [y - r, x - c];
      const top = at(r, c) * (1 - dx) + at(r, c + 1) * dx;
      const low = at(r + 1, c) * (1 - dx) + at(r + 1, c + 1) * dx;
      image[i]! += 0.0006 * size ** 0.8 * (top * (1 - dy) + low * dy);
    }
  }
  return image;
}

const SIDE = 128;
const truth = ground(SIDE);
const size = { height: SIDE, width: SIDE, channels: 1, dataRange: 1 };
const bitsOf = (mask: ArrayLike<number>) => Int32Array.from(mask, (value) => value === 0 ? 0 : 1);
const whole = bitsOf(new Uint8Array(SIDE * SIDE).fill(1));

/** Root mean square of what the function adds to the ground, as the meter finds it by period. */
function amplitudes(add: (y: number, x: number) => number, base = truth): readonly number[] {
  const image = base.map((value, i) => value + add(Math.floor(i / SIDE), i % SIDE));
  const measure = weaveMeter({ height: SIDE, width: SIDE, bits: whole, regions: 1 });
  return measure(image).map(([amplitude]) => amplitude!);
}

const AMPLITUDE = 0.003;
const sine = (period: number) => (i: number) =>
  Math.SQRT2 * Math.cos(2 * Math.PI * (i + 0.3) / period);
const sign = (i: number) => i % 2 === 0 ? 1 : -1;
const waveOf = (period: number) => period === 2 ? sign : sine(period);

Deno.test("a weave of known amplitude on ground is recovered within five percent", () => {
  const clear = amplitudes(() => 0);
  assert(clear[0]! < AMPLITUDE / 20, `${clear}`);
  WEAVE_PERIODS.forEach((period, k) => {
    const wave = waveOf(period);
    const patterns: readonly ((y: number, x: number) => number)[] = [
      (_, x) => wave(x),
      (y) => wave(y),
      (y, x) => wave(y) * wave(x),
    ];
    // Ground has more energy at long periods: the weave is drawn that many times above it.
    const drawn = AMPLITUDE * Math.max(1, clear[k]! / AMPLITUDE * 5);
    for (const pattern of patterns) {
      const found = amplitudes((y, x) => drawn * pattern(y, x))[k]!;
      assertAlmostEquals(found / drawn, 1, 0.05, `period ${period}`);
    }
  });
});

Deno.test("a weave is found at its own period, a constant and a gradient at none", () => {
  const flat = new Float32Array(SIDE * SIDE);
  WEAVE_PERIODS.forEach((period, k) => {
    const found = amplitudes((_, x) => waveOf(period)(x), flat);
    assertAlmostEquals(found[k]!, 1, 1e-6);
    found.forEach((value, other) => {
      if (other !== k) assert(value < 0.05, `period ${period}: ${found}`);
    });
  });
  for (const value of amplitudes((y, x) => 3 + y / 8 - x / 4, flat)) {
    assert(value < 1e-6, `${value}`);
  }
});

Deno.test("a weave whose phase differs from block to block is found", () => {
  const phase = (y: number, x: number) => sign(x) * sign(Math.floor(x / 64) + Math.floor(y / 64));
  const [found] = amplitudes((y, x) => phase(y, x), new Float32Array(SIDE * SIDE));
  // Windows reach one pixel into the next block.
  assertAlmostEquals(found!, 1, 0.05);
});

/** A region with a ragged border: every window must lie inside it. */
const REGION = Uint8Array.from(
  { length: SIDE * SIDE },
  (_, i) =>
    Math.hypot(i % SIDE - 60, Math.floor(i / SIDE) - 70) < 45 + 5 * Math.sin(i % SIDE) ? 1 : 0,
);

/** The definition of the header, cell by cell: no sums along rows, complex exponentials. */
function plainWeave(image: Float32Array, mask: Uint8Array, period: number): number {
  const blocks = new Map<string, { sums: number[]; count: number }>();
  const half = period / 2;
  const weight = (i: number) => (i < 0 || i >= period ? 0.25 : 0.75) / period;
  // [pattern down, pattern across] as frequencies; both signs of the diagonal.
  const waves = period === 2 ? [[0, 1], [1, 0], [1, 1]] : [[0, 1], [1, 0], [1, 1], [1, -1]];
  for (let y = period; y + period + half <= SIDE; y += period) {
    for (let x = period; x + period + half <= SIDE; x += period) {
      const sums = waves.flatMap(() => [0, 0]);
      let isInside = true;
      for (let dy = -half; dy < period + half; dy++) {
        for (let dx = -half; dx < period + half; dx++) {
          const i = (y + dy) * SIDE + x + dx;
          if (mask[i] === 0) isInside = false;
          waves.forEach(([down, across], k) => {
            const angle = 2 * Math.PI * (down! * (y + dy) + across! * (x + dx)) / period;
            const value = weight(dy) * weight(dx) * image[i]!;
            sums[2 * k]! += value * Math.cos(angle);
            sums[2 * k + 1]! += value * Math.sin(angle);
          });
        }
      }
      if (!isInside) continue;
      const key = `${Math.floor(y / 64)},${Math.floor(x / 64)}`;
      const block = blocks.get(key) ?? { sums: waves.flatMap(() => [0, 0]), count: 0 };
      sums.forEach((sum, k) => block.sums[k]! += sum);
      block.count++;
      blocks.set(key, block);
    }
  }
  const all = [...blocks.values()];
  const energy = all.reduce(
    (total, { sums, count }) => total + sums.reduce((a, b) => a + b * b, 0) / count,
    0,
  );
  // A real wave has half of its amplitude at either sign of its frequency.
  const both = period === 2 ? 1 : 2;
  return Math.sqrt(both * energy / all.reduce((total, { count }) => total + count, 0));
}

Deno.test("weave is that of a plain loop over cells, inside a ragged region", () => {
  const measure = weaveMeter({ height: SIDE, width: SIDE, bits: bitsOf(REGION), regions: 1 });
  const found = measure(truth).map(([amplitude]) => amplitude!);
  WEAVE_PERIODS.forEach((period, k) => {
    assertAlmostEquals(found[k]! / plainWeave(truth, REGION, period), 1, 1e-6, `period ${period}`);
  });
});

/** Smooths an image with 3×3 means. */
function smooth(image: Float32Array): Float32Array {
  return image.map((value, i) => {
    const [y, x] = [Math.floor(i / SIDE), i % SIDE];
    if (y === 0 || x === 0 || y === SIDE - 1 || x === SIDE - 1) return value;
    let sum = 0;
    for (const dy of [-SIDE, 0, SIDE]) for (const dx of [-1, 0, 1]) sum += image[i + dy + dx]!;
    return sum / 9;
  });
}

/** Standard deviation of the pixels minus the mean of their 25 neighbours, window by window. */
function plainContrast(image: Float32Array, mask: Uint8Array): number {
  const rest: number[] = [];
  for (let y = 2; y < SIDE - 2; y++) {
    for (let x = 2; x < SIDE - 2; x++) {
      const window: number[] = [];
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) window.push((y + dy) * SIDE + x + dx);
      }
      if (window.some((i) => mask[i] === 0)) continue;
      rest.push(image[y * SIDE + x]! - window.reduce((sum, i) => sum + image[i]!, 0) / 25);
    }
  }
  const mean = rest.reduce((a, b) => a + b, 0) / rest.length;
  return Math.sqrt(rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length);
}

Deno.test("contrast is that of a plain loop over windows inside the region", () => {
  const dull = smooth(truth);
  const found = visualMeter(truth, { ...size, regions: { region: REGION } })(dull).region;
  const wanted = plainContrast(dull, REGION) / plainContrast(truth, REGION);
  assert(wanted < 0.7, `${wanted}`);
  assertAlmostEquals(found.contrast! / wanted, 1, 1e-5);
});

Deno.test("seam is the mean step across the edge of the mask, relative to the truth's", () => {
  const [hidden, clear] = [REGION, REGION.map((one) => 1 - one)];
  const brighter = truth.map((value, i) => hidden[i] === 1 ? value + 0.02 : value);
  const steps = (image: Float32Array) => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < image.length; i++) {
      for (const j of [(i + 1) % SIDE === 0 ? -1 : i + 1, i + SIDE]) {
        if (j < 0 || j >= image.length || hidden[i] === hidden[j]) continue;
        sum += Math.abs(image[i]! - image[j]!);
        count++;
      }
    }
    return sum / count;
  };
  const measure = visualMeter(truth, {
    ...{ ...size, edge: { hidden, clear } },
    regions: { all: undefined, hidden, clear },
  });
  const wanted = steps(brighter) / steps(truth) - 1;
  assert(wanted > 1, `${wanted}`);
  const { all, hidden: under, clear: open } = measure(brighter);
  for (const { seam } of [all, under, open]) assertAlmostEquals(seam! / wanted, 1, 1e-5);
  assertEquals(measure(truth).all.seam, 0);
});

Deno.test("visual measures take the middle band", () => {
  const three = (f: (value: number, band: number) => number) =>
    Float32Array.from({ length: 3 * truth.length }, (_, i) => f(truth[Math.floor(i / 3)]!, i % 3));
  const measure = visualMeter(three((value) => value), {
    ...{ ...size, channels: 3 },
    regions: { all: undefined },
  });
  const { all } = measure(three((value, band) => value * [0.25, 0.5, 4][band]!));
  assertAlmostEquals(all.weave!, 0.5, 1e-5);
  assertAlmostEquals(all.contrast!, 0.5, 1e-5);
});

Deno.test("visual measures are null with the reason where they are not defined", () => {
  const few = new Uint8Array(SIDE * SIDE).fill(1, 0, 7);
  const measure = visualMeter(truth, {
    ...{ ...size, edge: { hidden: few, clear: few.map((one) => 1 - one) } },
    regions: { few },
  });
  assertEquals(measure(truth).few, {
    ...{ weave: null, weaves: [null, null, null], contrast: null, seam: null },
    missing: { weave: "too few pixels", contrast: "too few pixels", seam: "no edge" },
  });
  const flat = new Float32Array(truth.length).fill(0.1);
  const { all } = visualMeter(flat, { ...size, regions: { all: undefined } })(truth);
  assertEquals(all.missing, { weave: "flat truth", contrast: "flat truth", seam: "no edge" });
  // Room for the short periods only.
  const stripe = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => i < 10 * SIDE ? 1 : 0);
  const { thin } = visualMeter(truth, { ...size, regions: { thin: stripe } })(truth);
  assertEquals([thin.weave, thin.weaves], [1, [1, 1, null]]);
  assertThrows(
    () => visualMeter(flat, { ...{ ...size, dataRange: 0 }, regions: { all: undefined } }),
    RangeError,
    "visual measures",
  );
});

const FOLDER = new URL("../../../shared/data/sen12mscr_ts/", import.meta.url);
const dayOf = (n: number, date: string) =>
  new URL(`s2_ROIs2017_146_ImgNo_${n}_${date}_patch_0.tif`, FOLDER);
const [DAY, LATER] = [dayOf(16, "2018-07-20"), dayOf(17, "2018-07-30")];

Deno.test({
  name:
    "a clear day of a real place has ratio 1 to itself, about 1 to another clear day, more with a weave",
  ignore: !await Deno.stat(DAY).then(() => true, () => false),
  fn: async () => {
    const [day, later] = await Promise.all([DAY, LATER].map((file) => readRaster(file)));
    const { height, width, bands: { length: channels } } = day!;
    const target = toReflectance(day!);
    const measure = visualMeter(target, {
      ...{ height, width, channels, dataRange: 1 },
      regions: { all: undefined },
    });
    const own = measure(target).all;
    assertEquals([own.weave, own.weaves, own.contrast], [1, [1, 1, 1], 1]);
    const other = measure(toReflectance(later!)).all;
    assert(other.weave! < 1.5 && other.weave! > 0.7, `${other.weave}`);
    assert(Math.abs(other.contrast! - 1) < 0.2, `${other.contrast}`);
    // 6 DN, as a network of patches of two pixels leaves them.
    const woven = target.map((value, i) => value + 0.0006 * sign(Math.floor(i / channels) % width));
    const { weaves } = measure(woven).all;
    assert(weaves[0]! > 2, `${weaves}`);
    assertAlmostEquals(weaves[2]!, 1, 0.05);
  },
});
