/**
 * Chooses the parts of a scene for a self-check: clear enough, and scattered over the scene.
 *
 * @module
 */

import { mean } from "../../core/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import { FrameRows } from "../rows/frame_rows.ts";
import type { SceneMasks } from "../rows/scene_masks.ts";
import { keepClearOf, restoredShares } from "../keep_clear.ts";
import { reflectanceAt, type Scene } from "../scene.ts";
import { cropped, grown } from "../rows/tiles.ts";

/** A part of a scene with its masks; arrays are [height, width]. */
export interface CheckWindow {
  readonly window: RasterWindow;
  /** 1 where the reference has data and is clear, outside the grown mask. */
  readonly clear: Uint8Array;
  /** Mask of the reference: 0 where it is clear or has no data. */
  readonly classes: Uint8Array;
  /** 1 where another date is clear. */
  readonly seen: Uint8Array;
  /** Number of pixels with data. */
  readonly pixels: number;
  /** Mean blue of the clear pixels, and of the brighter ones among the clouded; NaN if there are none. */
  readonly light: { readonly clear: number; readonly clouded: number };
}

/** Least side of a part, in tiles; a smaller scene is one part. */
const SIDE = 4;
/** Least clear share of a part, and least number of clear pixels. */
const LEAST_SHARE = 0.05;
const LEAST_PIXELS = 64;
/** Parts examined for each part that is needed. */
const TRIES = 4;
/** Multiples of the golden ratio, modulo 1, spread evenly at every length of the sequence. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** First pixels and sizes of the parts of an axis, at least `side`, equal to within a pixel. */
function parts(first: number, size: number, side: number): readonly (readonly [number, number])[] {
  const count = Math.max(1, Math.floor(size / side));
  return Array.from({ length: count }, (_, i) => {
    const from = first + Math.floor(size * i / count);
    return [from, first + Math.floor(size * (i + 1) / count) - from] as const;
  });
}

/** All parts of an area, in an order whose every beginning is scattered over the area. */
export function scatteredWindows(area: RasterWindow, tileSize: number): readonly RasterWindow[] {
  const side = SIDE * tileSize;
  const columns = parts(area.column, area.width, side);
  const all = parts(area.row, area.height, side).flatMap(([row, height]) =>
    columns.map(([column, width]) => ({ column, row, width, height }))
  );
  const turn = (i: number) => ((i + 0.5) * GOLDEN) % 1;
  return all.map((window, i) => ({ window, key: turn(i) }))
    .sort((a, b) => a.key - b.key)
    .map(({ window }) => window);
}

/** Reads the masks and the brightness of a part. */
async function look(
  scene: Scene,
  window: RasterWindow,
  { masks, light: band }: { readonly masks: SceneMasks; readonly light: number },
): Promise<CheckWindow> {
  const { grid, frames, reference, output } = scene;
  const { dilate, feather } = keepClearOf(masks);
  const around = grown(window, { scene: grid, margin: dilate });
  const needed = grown(around, { scene: grid, margin: masks.margin });
  const rows = frames.map((frame) =>
    new FrameRows(frame, [needed.column, needed.column + needed.width])
  );
  for (const each of rows) await each.load(needed.row, needed.row + needed.height);
  const opened = masks.open(rows);
  const wide = await opened[reference]!.read(around);
  const shares = cropped(restoredShares(wide, { ...around, dilate, feather }), around, window);
  const seen = new Uint8Array(shares.length);
  for (const [l, mask] of opened.entries()) {
    if (mask === undefined || l === reference) continue;
    const found = await mask.read(window);
    for (let i = 0; i < seen.length; i++) if (found[i] === 0) seen[i] = 1;
  }
  const own = rows[reference]!;
  const stored = own.window(window);
  const places = output.map((band) => own.read.indexOf(band));
  let pixels = 0;
  const clear = Uint8Array.from(shares, (share, i) => {
    const whole = places.every((place) => !Number.isNaN(stored[i * own.read.length + place]!));
    pixels += whole ? 1 : 0;
    return whole && share === 0 ? 1 : 0;
  });
  const classes = cropped(wide, around, window);
  const place = own.read.indexOf(band);
  const reflectance = reflectanceAt(scene, own.frame);
  const blue = Float32Array.from(
    classes,
    (_, i) => reflectance(stored[i * own.read.length + place]!, band),
  );
  const ground = meanOf(blue, (_, i) => clear[i] === 1);
  return {
    window,
    clear,
    classes,
    seen,
    pixels,
    // Masks contain shadows too, which are darker.
    light: {
      clear: ground,
      clouded: meanOf(blue, (value, i) => classes[i] !== 0 && value > ground),
    },
  };
}

/** Mean of the selected values; NaN if there are none. */
function meanOf(values: Float32Array, counts: (value: number, i: number) => boolean): number {
  const some = values.filter((value, i) => counts(value, i) && !Number.isNaN(value));
  return mean(some);
}

/** Number of values other than 0. */
export function countOf(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + (flag === 0 ? 0 : 1), 0);
}

/**
 * Finds at most `most` parts of an area that are clear enough for a self-check.
 *
 * @returns The chosen parts, and all that were examined.
 */
export async function findWindows(
  scene: Scene,
  { area, tileSize, masks, light, most, signal }: {
    readonly area: RasterWindow;
    readonly tileSize: number;
    readonly masks: SceneMasks;
    /** Index of the model's band that measures brightness. */
    readonly light: number;
    readonly most: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<{ readonly chosen: readonly CheckWindow[]; readonly looked: readonly CheckWindow[] }> {
  const looked: CheckWindow[] = [];
  const chosen: CheckWindow[] = [];
  for (const window of scatteredWindows(area, tileSize).slice(0, TRIES * most)) {
    signal?.throwIfAborted();
    const found = await look(scene, window, { masks, light });
    looked.push(found);
    const clear = countOf(found.clear);
    if (clear >= Math.max(LEAST_PIXELS, LEAST_SHARE * found.clear.length)) chosen.push(found);
    if (chosen.length === most) break;
  }
  return { chosen, looked };
}
