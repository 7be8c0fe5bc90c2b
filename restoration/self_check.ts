/**
 * An honest accuracy without ground truth: clear parts of the reference are hidden under synthetic
 * clouds, restored as the scene is restored, and compared with what was there.
 *
 * @module
 */

import { InputError, type Raster } from "../core/mod.ts";
import type { RasterWindow } from "../data/mod.ts";
import type { Model } from "../model/mod.ts";
import { copyInput } from "./baselines.ts";
import { cloudsLike } from "./check_clouds.ts";
import { datesOf, withoutModel } from "./check_dates.ts";
import { type CheckScore, CheckSums } from "./check_scores.ts";
import { countOf, findWindows } from "./check_windows.ts";
import type { SceneSky } from "./flight.ts";
import { checkKeepClear, KEEP_CLEAR_DEFAULTS, type KeepClearOptions } from "./keep_clear.ts";
import { cloudStream, hidePart, withHidden, withHiddenSky } from "./hidden_scene.ts";
import { whiteOf } from "./missing_values.ts";
import { restoreRows, type RestoreRowsOptions } from "./restore_rows.ts";
import type { RestoreSamplesOptions } from "./restore_samples.ts";
import { withSampling } from "./sampling.ts";
import type { MaskSource, Scene } from "./scene.ts";
import { sceneInMemory } from "./scene_in_memory.ts";
import { detectorSky, detects } from "./scene_sky.ts";
import { checkLength } from "./series.ts";
import { grown, type Size } from "./tiles.ts";

/** How a scene is checked. */
export interface SelfCheckOptions {
  /** Restorations of parts of the scene, each under clouds of its own, ≥ 1. Default 4. */
  readonly runs?: number;
  /** Decides where the clouds are. Default 0. */
  readonly cloudSeed?: number;
  /**
   * Share of a part that the clouds hide, in (0, 1). Default the reference's own cover in those parts,
   * but at least 0.2 and at most 0.5; of a clear one 0.3.
   */
  readonly cover?: number;
}

/** What a check found; plain JSON. */
export interface SelfCheck {
  /** Scores over the hidden pixels by method: "restored" and the baselines. */
  readonly scores: Readonly<Record<string, CheckScore>>;
  /** Unit of MAE, RMSE and bias; PSNR is for a data range of 1. */
  readonly unit: "reflectance";
  /** Hidden pixels that were scored, over all runs. */
  readonly pixels: number;
  /**
   * Hidden pixels that another date shows, and those that none shows: their number, the errors of
   * "restored" there, and the share of the scene's own clouded pixels that are so.
   */
  readonly origins: {
    readonly otherDate: OriginScore;
    readonly reconstructed: OriginScore;
  };
  /** One for each restoration. */
  readonly runs: readonly {
    readonly window: RasterWindow;
    readonly seed: number;
    readonly pixels: number;
    readonly mae: number;
    readonly rmse: number;
  }[];
  /** Share of the parts that the synthetic clouds were to hide. */
  readonly cover: number;
  /** Of the parts that were looked at: the share that is clear, and that is clouded. */
  readonly clear: number;
  readonly clouded: number;
}

/** One kind of hidden pixels. */
export interface OriginScore {
  readonly pixels: number;
  /** Undefined where there is no such pixel. */
  readonly mae?: number;
  readonly rmse?: number;
  /** Undefined where the scene has no clouds of its own. */
  readonly own?: number;
}

/** A scene to check, and how it is restored. */
export interface CheckedScene {
  readonly scene: Scene;
  readonly area: RasterWindow;
  /** What tells clear from clouded. */
  readonly clouds: SceneSky;
  /** Whether clear pixels are kept by that. */
  readonly keepClear: boolean;
  /** Whether it looks at the pixels, and so at the synthetic clouds too. */
  readonly looks: boolean;
}

/** Defaults of {@linkcode SelfCheckOptions}. */
export const CHECK_DEFAULTS = { runs: 4, cloudSeed: 0 } as const;
function checkOptions(
  { runs = CHECK_DEFAULTS.runs, cloudSeed = CHECK_DEFAULTS.cloudSeed, cover = 0.5 }:
    SelfCheckOptions,
): void {
  if (!(Number.isSafeInteger(runs) && runs >= 1)) {
    throw new RangeError(`Cannot check a scene: there must be at least one run, got ${runs}`);
  }
  if (!(Number.isSafeInteger(cloudSeed) && cloudSeed >= 0)) {
    throw new RangeError(
      `Cannot check a scene: cloudSeed must be a non-negative integer, got ${cloudSeed}`,
    );
  }
  if (!(cover > 0 && cover < 1)) {
    throw new RangeError(`Cannot check a scene: the cover must be in (0, 1), got ${cover}`);
  }
}

/** @throws {InputError} If the clouds of a check cannot be painted in a model's bands. */
function checkUnits({ card }: Pick<Model, "card">): void {
  if (card.bands.every((band) => whiteOf(band) !== undefined)) return;
  throw new InputError(
    `Cannot check ${card.name}: synthetic clouds are known of reflectances only, got bands in ` +
      `${[...new Set(card.bands.map(({ unit }) => unit))].join(", ")}; leave the self-check out`,
  );
}

/** Errors of one kind of pixels. */
class OriginSums {
  pixels = 0;
  absolute = 0;
  squares = 0;

  result(channels: number, own: number | undefined): OriginScore {
    const count = this.pixels * channels;
    return {
      pixels: this.pixels,
      ...(count > 0 && { mae: this.absolute / count, rmse: Math.sqrt(this.squares / count) }),
      ...(own !== undefined && { own }),
    };
  }
}

/**
 * Hides clear parts of a scene's reference, restores them, and compares.
 *
 * @param name What messages call the scene.
 * @throws {InputError} If too little of the reference is clear.
 */
export async function checkScene(
  model: Model,
  { scene, area, clouds, keepClear, looks }: CheckedScene,
  { name, check = {}, onProgress, ...options }:
    & Omit<RestoreRowsOptions, "write" | "sky" | "area">
    & {
      readonly name: string;
      readonly check?: SelfCheckOptions;
    },
): Promise<SelfCheck> {
  const settings = { ...CHECK_DEFAULTS, ...check };
  checkOptions(settings);
  checkUnits(model);
  const { runs: count, cloudSeed } = settings;
  const { card } = model;
  const { tileSize } = card;
  const { signal } = options;
  const { chosen, looked } = await findWindows(scene, {
    area,
    tileSize,
    clouds,
    most: count,
    signal,
  });
  const pixels = looked.reduce((sum, one) => sum + one.pixels, 0);
  const clear = looked.reduce((sum, one) => sum + countOf(one.clear), 0);
  if (chosen.length === 0) {
    const share = pixels === 0 ? 0 : 100 * clear / pixels;
    throw new InputError(
      `Cannot check ${name}: some part of the reference must be clear, so that it can be hidden and ` +
        `compared, got ${
          share.toFixed(1)
        } % clear pixels away from clouds; leave the self-check out, ` +
        "or give a better mask",
    );
  }
  const like = cloudsLike(looked, looks);
  const cover = settings.cover ?? like.cover;

  const white = whiteOf(card.bands[0]!)!;
  const frame = scene.frames[scene.reference]!;
  const names = scene.output.map((band) => card.bands[band]!.name);
  const visible = ["B02", "B03", "B04"].every((band) => names.includes(band));
  const sums = new Map<string, CheckSums>();
  const origins = { otherDate: new OriginSums(), reconstructed: new OriginSums() };
  const runs: SelfCheck["runs"][number][] = [];
  for (let run = 0; run < count; run++) {
    const part = chosen[run % chosen.length]!;
    const { window } = part;
    const seed = cloudSeed + run;
    const side = Math.min(window.width, window.height);
    const hidden = await hidePart(scene, {
      // All that tiles see which touch the part.
      window: grown(window, { scene: scene.grid, margin: tileSize }),
      spectra: { bands: card.bands.map((band) => band.name), white },
      clouds: {
        cover,
        density: like.density,
        scale: Math.max(4, Math.min(120, side)),
        shadowDistance: Math.min(30, side / 4),
        shapes: like.shapes,
      },
      rng: cloudStream(seed, window),
    });
    const mask = Uint8Array.from(part.clear, (flag, i) => {
      const x = window.column + i % window.width - hidden.window.column;
      const y = window.row + Math.floor(i / window.width) - hidden.window.row;
      return flag === 1 && hidden.mask[y * hidden.window.width + x] === 1 ? 1 : 0;
    });
    if (countOf(mask) === 0) continue;
    const clouded = withHidden(scene, hidden);
    const sky = looks ? clouds : withHiddenSky(clouds, hidden);
    const restored = new Float32Array(mask.length * names.length);
    await restoreRows(model, clouded, {
      ...options,
      area: window,
      ...(keepClear && { sky }),
      ...(onProgress && {
        onProgress: ({ done, total }) =>
          onProgress({ done: run * total + done, total: count * total }),
      }),
      write({ row, data }) {
        const at = (row - window.row) * window.width * names.length;
        for (let i = 0; i < data.length; i++) {
          const band = scene.output[i % names.length]!;
          restored[at + i] = (data[i]! * frame.gains[band]! + frame.biases[band]!) / white;
        }
      },
    });
    const where = { window, names, white };
    const dates = await datesOf(clouded, where);
    const truth = (await datesOf({ ...scene, frames: [frame] }, where))[0]!.data as Float32Array;
    const results = {
      restored,
      ...Object.fromEntries(
        Object.entries(await withoutModel(dates, { reference: scene.reference, visible }))
          .map(([method, { data }]) => [method, data]),
      ),
    };
    const { width, height } = window;
    for (const [method, prediction] of Object.entries(results)) {
      const own = sums.get(method) ??
        new CheckSums(names);
      sums.set(method, own);
      own.add({ prediction: finite(prediction), truth: finite(truth), mask, width, height });
    }
    const errors = { absolute: 0, squares: 0, pixels: 0 };
    for (const [i, flag] of mask.entries()) {
      if (flag === 0) continue;
      const origin = part.seen[i] === 1 ? origins.otherDate : origins.reconstructed;
      origin.pixels++;
      errors.pixels++;
      for (let b = i * names.length; b < (i + 1) * names.length; b++) {
        const error = Math.abs(restored[b]! - truth[b]!);
        for (const one of [origin, errors]) {
          one.absolute += error;
          one.squares += error * error;
        }
      }
    }
    const numbers = errors.pixels * names.length;
    runs.push({
      window,
      seed,
      pixels: errors.pixels,
      mae: errors.absolute / numbers,
      rmse: Math.sqrt(errors.squares / numbers),
    });
  }
  if (runs.length === 0) {
    throw new InputError(
      `Cannot check ${name}: the clouds of ${count} runs must hide some clear pixel, got none; give ` +
        "more runs, or another seed of the clouds",
    );
  }
  const own = looked.reduce((sum, { classes }) => sum + countOf(classes), 0);
  const ownSeen = looked.reduce(
    (sum, { classes, seen }) =>
      sum + classes.reduce((n, one, i) => n + (one !== 0 && seen[i] === 1 ? 1 : 0), 0),
    0,
  );
  const share = (part: number) => own === 0 ? undefined : part / own;
  return {
    scores: Object.fromEntries([...sums].map(([method, one]) => [method, one.result()])),
    unit: "reflectance",
    pixels: sums.get("restored")!.pixels,
    origins: {
      otherDate: origins.otherDate.result(names.length, share(ownSeen)),
      reconstructed: origins.reconstructed.result(names.length, share(own - ownSeen)),
    },
    runs,
    cover,
    clear: pixels === 0 ? 0 : clear / pixels,
    clouded: like.clouded,
  };
}

/** Metrics take finite numbers only, and no data is as wrong as it can be: black. */
function finite(values: ArrayLike<number>): Float32Array {
  return Float32Array.from(values, (value) => Number.isFinite(value) ? value : 0);
}

/** Options of {@linkcode selfCheck}. */
export type SelfCheckSeriesOptions =
  & Omit<RestoreSamplesOptions, "samples" | "seeds">
  & SelfCheckOptions
  & KeepClearOptions
  & {
    /** Samples whose mean is checked. Default one restoration. */
    readonly samples?: number;
    /**
     * What is clouded, [height, width]: 0 where it is clear; of the reference, or a list for all dates.
     * Default what the built-in detector finds.
     */
    readonly mask?: Uint8Array | readonly Uint8Array[];
  };

/**
 * Checks the restoration of rasters in memory: hides clear parts of the reference under synthetic
 * clouds, restores them with the same options, and says how far the result is from what was there,
 * beside what costs no model.
 *
 * The clouds are like the reference's own where it has some: their cover, their shapes, their thickness.
 * The other dates stay as they are.
 *
 * @param frames The dates, one raster each.
 * @throws {InputError} If too little of the reference is clear.
 * @throws {TypeError} If bands or sizes do not fit the model, or there is no mask and no detector for
 *   its bands.
 * @throws {RangeError} If an option is out of range, or as `restoreSeries`.
 */
export async function selfCheck(
  model: Model,
  frames: readonly Raster[],
  given: SelfCheckSeriesOptions = {},
): Promise<SelfCheck> {
  const { options } = withSampling(model, given);
  const { runs, cloudSeed, cover, mask, dilate, feather, anyLength = false, ...rest } = options;
  const { reference = frames.length - 1, ...restore } = rest;
  checkLength(model, { length: frames.length, anyLength });
  copyInput(frames, { reference });
  const scene = sceneInMemory(model, frames, { reference });
  const { width, height } = scene.grid;
  if (mask === undefined && !detects(model)) {
    throw new TypeError(
      `Cannot look for clouds: the detector needs B02, B03 and B04, model ${model.card.name} has ` +
        `${model.card.bands.map(({ name }) => name).join(", ")}; give a mask`,
    );
  }
  const masks = mask === undefined
    ? []
    : mask instanceof Uint8Array
    ? frames.map((_, l) => l === reference ? mask : undefined)
    : mask;
  const clouds = mask === undefined
    ? detectorSky(scene, model)
    : maskSky(masks, { width, height, reference });
  const grow = {
    ...(dilate !== undefined && { dilate }),
    ...(feather !== undefined && { feather }),
  };
  checkKeepClear({ ...KEEP_CLEAR_DEFAULTS, ...grow });
  const check = {
    ...(runs !== undefined && { runs }),
    ...(cloudSeed !== undefined && { cloudSeed }),
    ...(cover !== undefined && { cover }),
  };
  return await checkScene(model, {
    scene,
    area: { column: 0, row: 0, width, height },
    clouds: { ...clouds, ...grow },
    keepClear: false,
    looks: mask === undefined,
  }, { ...restore, name: "the reference", check });
}

/** Masks in memory. @throws {TypeError} If one is not of the size, or there is none of the reference. */
function maskSky(
  masks: readonly (Uint8Array | undefined)[],
  { width, height, reference }: Size & { readonly reference: number },
): SceneSky {
  const wrong = masks.find((mask) => mask !== undefined && mask.length !== width * height);
  if (wrong !== undefined || masks[reference] === undefined) {
    throw new TypeError(
      `Cannot use the mask: it must have a number for each of ${width}×${height} pixels, got ` +
        (wrong === undefined ? "none of the reference" : wrong.length),
    );
  }
  const sources = masks.map((mask): MaskSource | undefined =>
    mask && {
      read: (window) =>
        Promise.resolve(
          Uint8Array.from({ length: window.width * window.height }, (_, i) => {
            const x = window.column + i % window.width;
            const y = window.row + Math.floor(i / window.width);
            return mask[y * width + x]!;
          }),
        ),
    }
  );
  return {
    margin: 0,
    open: () => ({
      mask: sources[reference]!,
      others: sources.filter((source, l) => source !== undefined && l !== reference)
        .map((source) => source!),
    }),
  };
}
