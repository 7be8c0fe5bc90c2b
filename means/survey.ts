/**
 * The survey of a composite: features at a fixed selection of pixels of the scene, wherever a date is
 * clear, and clear ground by cells. It does not depend on the reference, so one pass over the scene
 * serves every date as the reference.
 *
 * A pixel is selected by a hash of its position. Selection, features and sums are the same for every
 * cut of the scene into windows.
 *
 * @module
 */

import type { MeanScene, MeanSurvey, MeanSurveyData, MeanWindow, Region } from "./mean.ts";
import { addToCells, type Cells, emptyCells } from "./cells.ts";
import { clearGround } from "./clear_ground.ts";
import { FEATURES_PER_BAND, FrameFeatures, grainOf } from "./features.ts";
import { checkScene, checkWindow } from "./window.ts";

/** The clear selected pixels of one date, in ascending order of position. */
export interface DateSample {
  /** Positions row·width + column, ascending. */
  readonly keys: Float64Array;
  /** Features, [keys.length, bands · FEATURES_PER_BAND], as of `FrameFeatures`. */
  readonly features: Float32Array;
}

/** Survey of a scene: samples and sums of its clear ground. */
export interface CompositeSurvey extends MeanSurveyData {
  /** Pixels that it saw. */
  readonly pixels: number;
  /** Clear pixels of each date among them. */
  readonly clear: readonly number[];
  /** Share of the scene's pixels that were selected at random, in (0, 1]. */
  readonly share: number;
  /** Selected pixels of each date. */
  readonly samples: readonly DateSample[];
  /** Clear ground of each date. */
  readonly cells: readonly Cells[];
  /** Grain of each band, as of `grainOf`. */
  readonly grains: readonly number[];
}

/** Growing sample of one date. */
class Collector {
  keys: Float64Array = new Float64Array(1024);
  features: Float32Array;
  count = 0;

  constructor(readonly size: number) {
    this.features = new Float32Array(1024 * size);
  }

  /** Adds a key; returns where its features go in `features`. */
  add(key: number): number {
    if (this.count === this.keys.length) {
      const [keys, features] = [this.keys, this.features];
      this.keys = new Float64Array(2 * keys.length);
      this.keys.set(keys);
      this.features = new Float32Array(2 * features.length);
      this.features.set(features);
    }
    this.keys[this.count] = key;
    return this.count++ * this.size;
  }

  sorted(): DateSample {
    const { keys, features, size, count } = this;
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    order.sort((i, j) => keys[i]! - keys[j]!);
    const sample = { keys: new Float64Array(count), features: new Float32Array(count * size) };
    order.forEach((from, to) => {
      sample.keys[to] = keys[from]!;
      sample.features.set(features.subarray(from * size, (from + 1) * size), to * size);
    });
    return sample;
  }
}

/** Uniform 32-bit hash of a position. */
function hash(row: number, column: number): number {
  let h = Math.imul(row, 0x9e3779b1) ^ Math.imul(column, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Starts the survey of a composite.
 *
 * @param options.samples Pixels to select, about.
 * @param options.grow Pixels around hidden ones that count as hidden.
 */
export function surveyScene(
  scene: MeanScene,
  { samples, grow }: { readonly samples: number; readonly grow: number },
): MeanSurvey {
  checkScene(scene);
  const { width, height, bands, days, surveyed: pixels = width * height } = scene;
  const density = Math.min(1, samples / pixels);
  const limit = density * 2 ** 32;
  const collectors = days.map(() => new Collector(bands * FEATURES_PER_BAND));
  const cells = days.map(() => emptyCells(scene));
  const clearCounts = days.map(() => 0);
  const pairs = { count: 0, alike: new Float64Array(bands) };

  /** Counts the bands in which a pixel equals its neighbour to the east. */
  function addPair(values: Float32Array, at: number): void {
    pairs.count++;
    for (let b = at; b < at + bands; b++) {
      if (values[b] === values[b + bands]) pairs.alike[b - at]!++;
    }
  }

  function addFrame(window: MeanWindow, core: Region, frame: number): void {
    const clear = clearGround(window, { frame, bands, grow });
    const values = window.frames[frame]!;
    const { height, width: wide } = window;
    const ground = new FrameFeatures({ values, clear, height, width: wide, bands });
    const collector = collectors[frame]!;
    const end = core.column + core.width;
    for (let row = core.row; row < core.row + core.height; row++) {
      const y = row - window.row;
      // Index in the window of the pixel at column 0 of the scene.
      const first = y * window.width - window.column;
      clearCounts[frame]! += addToCells(cells[frame]!, {
        row,
        column: core.column,
        count: core.width,
        clear,
        values,
        at: first + core.column,
        bands,
      });
      if (limit === 0) continue;
      for (let column = core.column; column < end; column++) {
        if (clear[first + column] === 0 || hash(row, column) >= limit) continue;
        const at = collector.add(row * width + column);
        const x = column - window.column;
        ground.write({ x, y, out: collector.features, at });
        const i = first + column;
        if (x + 1 < window.width && clear[i + 1] === 1) addPair(values, i * bands);
      }
    }
  }

  return {
    add: (window, core = window) => {
      checkWindow(scene, { window, core, frames: days.map((_, l) => l) });
      days.forEach((_, frame) => addFrame(window, core, frame));
    },
    finish: (): CompositeSurvey => ({
      scene,
      pixels,
      clear: clearCounts.slice(),
      share: density * pixels / (width * height),
      samples: collectors.map((collector) => collector.sorted()),
      cells,
      grains: Array.from(pairs.alike, (alike) => grainOf(alike / Math.max(1, pairs.count))),
    }),
  };
}
