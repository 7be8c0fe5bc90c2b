/**
 * Contract of a mean, for built-ins and plugins alike.
 *
 * @module
 */

import { createRng } from "../../core/mod.ts";
import {
  type Mean,
  MEAN_ORIGIN,
  type MeanImage,
  type MeanSurvey,
  type MeanWindow,
  type Region,
} from "../../means/mod.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

/** Properties that a mean declares. */
export interface MeanContract {
  /** True if clear pixels of the reference come back unchanged. Default true. */
  readonly keepsClear?: boolean;
  /** Index of the reference frame. Default 0; null for a mean without one. */
  readonly reference?: 0 | null;
  /** Pixels around hidden ones that count as hidden, too. Default 0. */
  readonly grow?: number;
}

const [WIDTH, HEIGHT, BANDS] = [150, 110, 3];
const DAYS = [40, 30, 65];
/** Pixels that every frame hides, and some that have no data in any. */
const HIDDEN: Region = { row: 40, column: 50, height: 20, width: 30 };
const EMPTY: Region = { row: 0, column: 0, height: 6, width: 9 };

/**
 * Registers the tests of a mean.
 *
 * @param name Name of the mean in the tests' names.
 * @param make Makes the mean.
 * @param contract Properties that it declares.
 */
export function testMean(
  name: string,
  make: () => Mean,
  { keepsClear = true, reference = 0, grow = 0 }: MeanContract = {},
): void {
  const test = (what: string, fn: () => void) => Deno.test(`${name} ${what}`, fn);
  const scene = { width: WIDTH, height: HEIGHT, bands: BANDS, days: DAYS };
  const whole = series();
  const index = reference ?? undefined;

  function survey(add: (survey: MeanSurvey) => void) {
    const phase = make().survey(scene);
    add(phase);
    return make().fit(phase.finish(), index);
  }

  const once = survey((phase) => phase.add(whole));
  const image = make().apply(once, whole);

  test("has a value and evidence for every pixel", () => {
    const pixels = WIDTH * HEIGHT;
    assertEquals(image.image.length, pixels * BANDS);
    for (const part of ["support", "days", "error", "origin"] as const) {
      assertEquals(image[part].length, pixels, part);
    }
    assert(image.support.every((value) => value >= 0 && value <= 1));
    assert(image.days.every((value) => !(value < 0)));
    assert(image.error.every((value) => !(value < 0)));
  });

  test("claims no evidence where no frame is clear", () => {
    forEach(HIDDEN, (i) => {
      assertEquals(image.support[i], 0);
      assert(Number.isNaN(image.days[i]!));
      assert(![MEAN_ORIGIN.reference, MEAN_ORIGIN.dates].some((seen) => seen === image.origin[i]));
    });
  });

  test("has no value only where it says so", () => {
    image.origin.forEach((origin, i) => {
      const bands = image.image.subarray(i * BANDS, (i + 1) * BANDS);
      assertEquals(bands.some(Number.isNaN), origin === MEAN_ORIGIN.none);
    });
  });

  test("is the same in windows and surveys of any cut, to the bit", () => {
    const parts = regions(61, 53);
    const fit = survey((phase) => {
      for (const core of parts.toReversed()) {
        phase.add(cut(whole, around(core, make().surveyMargin)), core);
      }
    });
    for (const core of parts) {
      const part = make().apply(fit, cut(whole, around(core, make().margin)), core);
      for (const key of ["image", "support", "days", "error", "origin"] as const) {
        assertEquals(
          part[key],
          regionOf(image, key, core),
          `${key} at ${core.row}, ${core.column}`,
        );
      }
    }
  });

  test("says what the dates alone tell without changing the rest, the same in any cut", () => {
    const { dates, ...rest } = make().apply(once, whole, whole, { dates: true });
    assertEquals(rest, image);
    if (dates === undefined) return;
    for (const core of regions(61, 53)) {
      const window = cut(whole, around(core, make().margin));
      const own = make().apply(once, window, core, { dates: true }).dates!;
      assertEquals(own.image, part(dates.image, core, BANDS));
      assertEquals(own.error, part(dates.error, core, 1));
    }
    forEach(HIDDEN, (i) => assert(Number.isNaN(dates.image[i * BANDS]!)));
  });

  test("reads only the frames that its fit uses", () => {
    const only = <T>(list: readonly T[]) =>
      list.map((item, l) => once.uses.includes(l) ? item : undefined);
    const bare = { ...whole, frames: only(whole.frames), masks: only(whole.masks) };
    assertEquals(make().apply(once, bare), image);
  });

  test("has a fit of plain data", () => {
    assertEquals(make().apply(structuredClone(once), whole), image);
  });

  test("leaves frames and masks as they are", () => {
    const given = structuredClone(whole);
    const phase = make().survey(scene);
    phase.add(given);
    make().apply(make().fit(phase.finish(), index), given);
    assertEquals(given, whole);
  });

  test("accepts a series of one, and says what it did", () => {
    const one = { ...whole, frames: whole.frames.slice(0, 1), masks: whole.masks.slice(0, 1) };
    const phase = make().survey({ ...scene, days: [0] });
    phase.add(one);
    const alone = make().apply(make().fit(phase.finish(), index), one);
    assert(alone.image.some(Number.isFinite));
    assert(alone.support.every((value, i) => value === 0 || one.masks[0]![i] === 0));
  });

  test("refuses a mask of another size", () => {
    const masks = [...whole.masks.slice(0, 2), new Uint8Array(5)];
    assertThrows(() => {
      const phase = make().survey(scene);
      phase.add({ ...whole, masks });
      const fit = make().fit(phase.finish(), index);
      make().apply(fit, { ...whole, masks: [masks[2], masks[2], masks[2]] });
    }, RangeError);
  });

  if (index === undefined) return;

  test("refuses a reference that is no frame", () => {
    const phase = make().survey(scene);
    phase.add(whole);
    const data = phase.finish();
    assertThrows(() => make().fit(data, 3), RangeError, "0 to 2, got 3");
    assertThrows(() => make().fit(data, -1), RangeError);
  });

  if (!keepsClear) return;

  test("returns the clear pixels of the reference unchanged", () => {
    const truth = whole.frames[index]!;
    let count = 0;
    const near = whole.masks[index]!;
    image.origin.forEach((origin, i) => {
      const [y, x] = [Math.floor(i / WIDTH), i % WIDTH];
      if (clearAround(near, y, x, grow) && Number.isFinite(truth[i * BANDS]!)) {
        count++;
        assertEquals(origin, MEAN_ORIGIN.reference);
        assertEquals(image.support[i], 1);
        assertEquals(image.error[i], 0);
        const [from, to] = [i * BANDS, (i + 1) * BANDS];
        assertEquals(image.image.subarray(from, to), truth.subarray(from, to));
      } else if (near[i] !== 0) assert(origin !== MEAN_ORIGIN.reference);
      else if (origin === MEAN_ORIGIN.reference) {
        assertEquals(image.image[i * BANDS], truth[i * BANDS]);
      }
    });
    assert(count > 1000);
  });
}

/** Three frames of one ground under other light, with noise, clouds and some pixels without data. */
function series(): MeanWindow {
  const rng = createRng(4);
  const ground = rng.fork("ground").normals(WIDTH * HEIGHT * BANDS);
  const frames = DAYS.map((_, l) => {
    const noise = rng.fork(l).normals(ground.length);
    return Float32Array.from(ground, (value, i) => {
      const wave = Math.sin(i % (WIDTH * BANDS) / 40) + Math.cos(i / (WIDTH * BANDS * 9));
      return (0.2 + 0.03 * value + 0.05 * wave) * (1 + 0.1 * l) + 0.02 * l + 0.002 * noise[i]!;
    });
  });
  const masks = frames.map((_, l) => {
    const mask = new Uint8Array(WIDTH * HEIGHT);
    forEach(HIDDEN, (i) => mask[i] = 1);
    forEach({ row: 20 + 25 * l, column: 15 + 30 * l, height: 40, width: 35 }, (i) => mask[i] = 3);
    return mask;
  });
  for (const frame of frames) {
    forEach(EMPTY, (i) => frame.fill(NaN, i * BANDS, (i + 1) * BANDS));
    frames[1]!.fill(NaN, 0, 20 * BANDS);
  }
  return { row: 0, column: 0, width: WIDTH, height: HEIGHT, frames, masks };
}

function clearAround(mask: Uint8Array, y: number, x: number, by: number): boolean {
  for (let v = Math.max(0, y - by); v <= Math.min(HEIGHT - 1, y + by); v++) {
    for (let u = Math.max(0, x - by); u <= Math.min(WIDTH - 1, x + by); u++) {
      if (mask[v * WIDTH + u] !== 0) return false;
    }
  }
  return true;
}

function forEach({ row, column, height, width }: Region, visit: (i: number) => void): void {
  for (let y = row; y < row + height; y++) {
    for (let x = column; x < column + width; x++) visit(y * WIDTH + x);
  }
}

/** Regions of at most `width` × `height` pixels that cover the scene. */
function regions(width: number, height: number): Region[] {
  const rows = Math.ceil(HEIGHT / height);
  const columns = Math.ceil(WIDTH / width);
  return Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns) * height, i % columns * width];
    return {
      row,
      column,
      height: Math.min(height, HEIGHT - row),
      width: Math.min(width, WIDTH - column),
    };
  });
}

function around({ row, column, height, width }: Region, by: number): Region {
  const [top, left] = [Math.max(0, row - by), Math.max(0, column - by)];
  return {
    row: top,
    column: left,
    height: Math.min(HEIGHT, row + height + by) - top,
    width: Math.min(WIDTH, column + width + by) - left,
  };
}

function cut(window: MeanWindow, region: Region): MeanWindow {
  return {
    ...region,
    frames: window.frames.map((frame) => part(frame!, region, BANDS)),
    masks: window.masks.map((mask) => part(mask!, region, 1)),
  };
}

function regionOf(image: MeanImage, key: Exclude<keyof MeanImage, "dates">, region: Region) {
  return part(image[key], region, key === "image" ? BANDS : 1);
}

function part<T extends Float32Array | Uint8Array>(array: T, region: Region, values: number): T {
  const out = array.slice(0, region.height * region.width * values) as T;
  for (let y = 0; y < region.height; y++) {
    const from = ((region.row + y) * WIDTH + region.column) * values;
    out.set(array.subarray(from, from + region.width * values), y * region.width * values);
  }
  return out;
}
