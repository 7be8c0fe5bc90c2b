/**
 * The dates of a season that help a model most: those that show what the reference hides, fit it and
 * are near in time.
 *
 * Ranks by parts of the whole scene, so a window or a shard is restored from the same dates.
 *
 * @module
 */

import { CLOUD_CLASSES } from "../clouds/mod.ts";
import type { RasterWindow } from "../rasters/mod.ts";
import { FrameRows } from "./rows/frame_rows.ts";
import type { SceneMasks } from "./rows/scene_masks.ts";
import { grown } from "./rows/tiles.ts";
import type { Scene } from "./scene.ts";
import type { OpenSeries } from "./open_series.ts";

/** A date and what speaks for it. */
export interface RankedDate {
  /** Index of the date. */
  readonly date: number;
  /** Days from the reference; undefined if unknown. */
  readonly days?: number;
  /** Clear share of the parts that were looked at, in [0, 1]; undefined without a mask. */
  readonly clear?: number;
  /** Share that it shows of what the reference hides; undefined if nothing is hidden. */
  readonly shows?: number;
  /** RMS difference from the reference on common clear ground, in the scene's unit; undefined without. */
  readonly difference?: number;
}

/** Parts that are looked at, and their side; every n-th pixel of theirs counts. */
const PARTS = 9;
const SIDE = 256;
const STEP = 4;
/** Days after which a date counts 1/e. */
const DAYS_SCALE = 30;
/** Common pixels from which a difference is known. */
const LEAST_COMMON = 50;
/** Share of a pixel's worth that another date which shows it adds. */
const AGAIN = 0.2;
/** Difference of two dates, relative to the values, below which they fit equally well. */
const NOISE = 0.02;
const MS_PER_DAY = 86_400_000;

/** Parts of a scene on a 3 × 3 lattice. */
function partsOf({ grid: { width, height } }: Scene): readonly RasterWindow[] {
  const side = Math.sqrt(PARTS);
  const starts = (length: number) => [
    ...new Set(
      Array.from(
        { length: side },
        (_, i) =>
          Math.max(0, Math.min(length - SIDE, Math.round((length - SIDE) * i / (side - 1)))),
      ),
    ),
  ];
  return starts(height).flatMap((row) =>
    starts(width).map((column) => ({
      column,
      row,
      width: Math.min(SIDE, width - column),
      height: Math.min(SIDE, height - row),
    }))
  );
}

/** Rank of a part in an order that starts in the middle and spreads. */
function spread(part: number, { length }: { readonly length: number }): number {
  const rank = (part + length - Math.floor(length / 2)) % length;
  // Multiples of the golden ratio fill an interval evenly.
  return (rank * 0.6180339887498949) % 1;
}

/** Pixels of a date. */
interface Look {
  /** 1 where the date is clear and has data; undefined without a mask. */
  readonly clear: Uint8Array | undefined;
  /** 1 where it has data. */
  readonly has: Uint8Array;
  /** Values [pixels, bands] in the scene's unit. */
  readonly values: Float32Array;
}

/** Every n-th pixel of a part on each date. */
async function look(
  scene: Scene,
  window: RasterWindow,
  masks: SceneMasks | undefined,
): Promise<readonly Look[]> {
  const { column, row, width, height } = grown(window, {
    scene: scene.grid,
    margin: masks?.margin ?? 0,
  });
  const rows = scene.frames.map((frame) => new FrameRows(frame, [column, column + width]));
  for (const each of rows) await each.load(row, row + height);
  const opened = masks?.open(rows);
  const looks: Look[] = [];
  for (const [l, each] of rows.entries()) {
    const classes = await opened?.[l]?.read(window);
    const stored = each.window(window);
    const { length: depth } = each.read;
    const pixels: number[] = [];
    for (let y = 0; y < window.height; y += STEP) {
      for (let x = 0; x < window.width; x += STEP) pixels.push(y * window.width + x);
    }
    const has = Uint8Array.from(pixels, (p) => Number.isNaN(stored[p * depth]!) ? 0 : 1);
    const { gains, biases } = each.frame;
    looks.push({
      has,
      clear: classes &&
        Uint8Array.from(
          pixels,
          (p, i) => has[i] === 1 && classes[p] === CLOUD_CLASSES.clear ? 1 : 0,
        ),
      values: Float32Array.from({ length: pixels.length * depth }, (_, i) => {
        const band = each.read[i % depth]!;
        return stored[pixels[Math.floor(i / depth)]! * depth + i % depth]! * gains[band]! +
          biases[band]!;
      }),
    });
  }
  return looks;
}

/** Pixels of all parts, by date. */
function joined(parts: readonly (readonly Look[])[], date: number): Look {
  const looks = parts.map((part) => part[date]!);
  const bytes = (of: (one: Look) => Uint8Array) =>
    Uint8Array.from(looks.flatMap((one) => Array.from(of(one))));
  return {
    has: bytes(({ has }) => has),
    clear: looks.some(({ clear }) => clear === undefined)
      ? undefined
      : bytes(({ clear }) => clear!),
    values: Float32Array.from(looks.flatMap(({ values }) => Array.from(values))),
  };
}

/** RMS difference of two dates where both are clear; undefined if that is nowhere. */
function difference(a: Look, b: Look): number | undefined {
  const pixels = a.has.length;
  const depth = a.values.length / pixels;
  let [sum, count] = [0, 0];
  for (let p = 0; p < pixels; p++) {
    if ((a.clear ?? a.has)[p] === 0 || (b.clear ?? b.has)[p] === 0) continue;
    let own = 0;
    for (let i = p * depth; i < (p + 1) * depth; i++) own += (a.values[i]! - b.values[i]!) ** 2;
    if (Number.isNaN(own)) continue;
    sum += own / depth;
    count++;
  }
  return count < LEAST_COMMON ? undefined : Math.sqrt(sum / count);
}

function meanSquare(values: Float32Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value * value;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** Share of the flags that are set where others are. */
function share(flags: Uint8Array, where: (pixel: number) => boolean): number | undefined {
  let [set, all] = [0, 0];
  for (let p = 0; p < flags.length; p++) {
    if (!where(p)) continue;
    all++;
    set += flags[p]!;
  }
  return all === 0 ? undefined : set / all;
}

/**
 * Chooses dates one after the other, each the one that adds most to those before.
 *
 * @returns The chosen dates, the best first, without the reference.
 */
function greedy(
  looks: readonly Look[],
  { reference, ranked, count }: {
    readonly reference: number;
    readonly ranked: readonly RankedDate[];
    readonly count: number;
  },
): readonly RankedDate[] {
  const own = looks[reference]!;
  const hidden = Uint8Array.from(
    own.has,
    (has, p) => has === 1 && (own.clear ?? own.has)[p] === 0 ? 1 : 0,
  );
  // Where nothing is hidden, the clearest dates help most.
  const wanted = hidden.includes(1) ? hidden : own.has;
  const level = Math.sqrt(meanSquare(own.values)) || 1;
  const known = ranked.flatMap((one) => one.difference ?? []).sort((a, b) => a - b);
  // A date without common ground is taken for an average one.
  const unknown = known[known.length >> 1] ?? level;
  const worth = ({ days = 0, difference = unknown }: RankedDate) =>
    Math.exp(-Math.abs(days) / DAYS_SCALE) / (difference ** 2 + (NOISE * level) ** 2);
  const covered = new Uint8Array(own.has.length);
  const left = [...ranked];
  const chosen: RankedDate[] = [];
  while (chosen.length < count && left.length > 0) {
    let [best, most] = [0, -1];
    for (const [i, one] of left.entries()) {
      const clear = looks[one.date]!.clear ?? looks[one.date]!.has;
      // Without any other merit, the nearer and better fitting date comes first.
      let gain = 1e-3;
      for (let p = 0; p < clear.length; p++) {
        if (wanted[p] === 1 && clear[p] === 1) gain += covered[p] === 1 ? AGAIN : 1;
      }
      if (gain * worth(one) > most) [best, most] = [i, gain * worth(one)];
    }
    const [one] = left.splice(best, 1);
    chosen.push(one!);
    const clear = looks[one!.date]!.clear ?? looks[one!.date]!.has;
    for (let p = 0; p < clear.length; p++) if (clear[p] === 1) covered[p] = 1;
  }
  return chosen;
}

/**
 * Chooses the dates that help most, by clearness, days and fit.
 *
 * @param masks Masks of the dates; default: only days and fit count.
 * @param count Number of dates besides the reference.
 * @param until Time of `performance.now()` after which no further part is looked at; the first one always
 *   is. Default none: all parts are.
 * @returns The chosen dates, the best first, without the reference, and the share of the parts that was
 *   looked at.
 */
export async function chooseDates(
  { scene, dates }: Pick<OpenSeries, "scene" | "dates">,
  { masks, count, until = Infinity, signal }: {
    readonly masks: SceneMasks | undefined;
    readonly count: number;
    readonly until?: number;
    readonly signal?: AbortSignal;
  },
): Promise<{ readonly chosen: readonly RankedDate[]; readonly looked: number }> {
  const windows = partsOf(scene);
  const found = new Map<number, readonly Look[]>();
  // The middle first: any first parts are spread over the scene.
  const order = windows.keys().toArray().sort((a, b) => spread(a, windows) - spread(b, windows));
  for (const part of order) {
    signal?.throwIfAborted();
    if (found.size > 0 && performance.now() > until) break;
    found.set(part, await look(scene, windows[part]!, masks));
  }
  const parts = windows.keys().filter((part) => found.has(part))
    .map((part) => found.get(part)!).toArray();
  const looks = dates.map((_, l) => joined(parts, l));
  const { reference } = scene;
  const own = looks[reference]!;
  const day = (l: number) => dates[l] && Date.parse(`${dates[l]}T00:00:00Z`) / MS_PER_DAY;
  const ranked = dates.keys().filter((l) => l !== reference).map((date): RankedDate => {
    const { clear } = looks[date]!;
    const [then, now] = [day(date), day(reference)];
    return {
      date,
      ...(then && now && { days: then - now }),
      ...(clear && {
        clear: share(clear, () => true)!,
        shows: share(clear, (p) => own.has[p] === 1 && own.clear?.[p] === 0),
      }),
      difference: difference(own, looks[date]!),
    };
  }).toArray();
  return {
    chosen: greedy(looks, { reference, ranked, count }),
    looked: parts.length / windows.length,
  };
}
