/**
 * Where a scene is checked: parts of it, spread over it, that are clear enough.
 *
 * @module
 */

import { mean } from "../../core/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import type { SceneSky } from "../rows/flight.ts";
import { FrameRows } from "../rows/frame_rows.ts";
import { KEEP_CLEAR_DEFAULTS, restoredShares } from "../keep_clear.ts";
import { reflectanceAt, type Scene } from "../scene.ts";
import { cropped, grown } from "../rows/tiles.ts";

/** A part of a scene, and what is known of its sky; arrays are [height, width]. */
export interface CheckWindow {
  readonly window: RasterWindow;
  /** 1 where the reference has data and is clear, away from its clouds as these are grown. */
  readonly clear: Uint8Array;
  /** What the reference's mask has: 0 where it is clear or has no data. */
  readonly classes: Uint8Array;
  /** 1 where another date is clear. */
  readonly seen: Uint8Array;
  /** Pixels with data. */
  readonly pixels: number;
  /** Mean blue of the clear pixels, and of the clouded ones that are brighter than that; NaN: none. */
  readonly light: { readonly clear: number; readonly clouded: number };
}

/** Least side of a part, in tiles; parts of smaller scenes are the whole, and none is twice as long. */
const SIDE = 4;
/** Least share of a part, and least number of pixels, that must be clear. */
const LEAST_SHARE = 0.05;
const LEAST_PIXELS = 64;
/** Parts that are looked at for each that is wanted. */
const TRIES = 4;
/** Turning by the golden ratio never comes back to where it was, and leaves no gap for long. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** First pixels and sizes of the parts of an axis, at least `side`, all alike but for a pixel. */
function parts(first: number, size: number, side: number): readonly (readonly [number, number])[] {
  const count = Math.max(1, Math.floor(size / side));
  return Array.from({ length: count }, (_, i) => {
    const from = first + Math.floor(size * i / count);
    return [from, first + Math.floor(size * (i + 1) / count) - from] as const;
  });
}

/** All parts of an area, in an order whose beginning is spread over the area. */
export function spreadWindows(area: RasterWindow, tileSize: number): readonly RasterWindow[] {
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

/** Looks at a part of a scene. */
async function look(
  scene: Scene,
  window: RasterWindow,
  { clouds, light: band }: { readonly clouds: SceneSky; readonly light: number },
): Promise<CheckWindow> {
  const { grid, frames, reference, output } = scene;
  const { dilate, feather } = { ...KEEP_CLEAR_DEFAULTS, ...clouds };
  const around = grown(window, { scene: grid, margin: dilate });
  const needed = grown(around, { scene: grid, margin: clouds.margin });
  const rows = frames.map((frame) =>
    new FrameRows(frame, [needed.column, needed.column + needed.width])
  );
  for (const each of rows) await each.load(needed.row, needed.row + needed.height);
  const masks = clouds.open(rows);
  const wide = await masks[reference]!.read(around);
  const shares = cropped(restoredShares(wide, { ...around, dilate, feather }), around, window);
  const seen = new Uint8Array(shares.length);
  for (const [l, mask] of masks.entries()) {
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
    // Shadows, which masks have as well, are darker.
    light: {
      clear: ground,
      clouded: meanOf(blue, (value, i) => classes[i] !== 0 && value > ground),
    },
  };
}

/** The mean of some numbers; NaN of none. */
function meanOf(values: Float32Array, counts: (value: number, i: number) => boolean): number {
  const some = values.filter((value, i) => counts(value, i) && !Number.isNaN(value));
  return mean(some);
}

export function countOf(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + (flag === 0 ? 0 : 1), 0);
}

/**
 * At most `most` parts of an area that are clear enough to hide something there.
 *
 * @returns Those, and all that were looked at.
 */
export async function findWindows(
  scene: Scene,
  { area, tileSize, clouds, light, most, signal }: {
    readonly area: RasterWindow;
    readonly tileSize: number;
    readonly clouds: SceneSky;
    /** The model's band that tells bright from dark. */
    readonly light: number;
    readonly most: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<{ readonly chosen: readonly CheckWindow[]; readonly looked: readonly CheckWindow[] }> {
  const looked: CheckWindow[] = [];
  const chosen: CheckWindow[] = [];
  for (const window of spreadWindows(area, tileSize).slice(0, TRIES * most)) {
    signal?.throwIfAborted();
    const found = await look(scene, window, { clouds, light });
    looked.push(found);
    const clear = countOf(found.clear);
    if (clear >= Math.max(LEAST_PIXELS, LEAST_SHARE * found.clear.length)) chosen.push(found);
    if (chosen.length === most) break;
  }
  return { chosen, looked };
}
