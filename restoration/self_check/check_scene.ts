/**
 * Self-check of an open scene: clouds parts of it, restores them and compares, one after the other.
 *
 * @module
 */

import { InputError } from "../../core/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import type { Model } from "../../model/mod.ts";
import { type CloudLikeness, cloudsLike } from "./check_clouds.ts";
import { baselines } from "../baselines/baselines.ts";
import { datesOf } from "./check_dates.ts";
import { CHECK_DEFAULTS, checkCheckOptions, checkUnits } from "./check_options.ts";
import { type CheckRun, CheckTotals } from "./check_totals.ts";
import { type CheckWindow, countOf, findWindows } from "./check_windows.ts";
import {
  type CloudedPart,
  cloudPart,
  cloudStream,
  withCloudedMasks,
  withCloudedPart,
} from "./clouded_scene.ts";
import type { RestoreRowsOptions } from "../rows/options.ts";
import { maskWindow } from "../rows/mask_window.ts";
import { restoreRows } from "../rows/restore_rows.ts";
import type { SceneMasks } from "../rows/scene_masks.ts";
import { reflectanceAt, type Scene } from "../scene.ts";
import type { SelfCheck, SelfCheckOptions } from "./self_check_result.ts";
import { grown } from "../rows/tiles.ts";

/** A scene to check. */
export interface CheckedScene {
  readonly scene: Scene;
  /** Days of the dates, as `2018-03-07`. Default unknown. */
  readonly days?: readonly (string | undefined)[];
  readonly area: RasterWindow;
  readonly masks: SceneMasks;
  /** Keeps clear pixels by these masks. */
  readonly keepClear: boolean;
  /** True if the masks are detected from the pixels, and so find the synthetic clouds themselves. */
  readonly detects: boolean;
}

/** Options of {@linkcode checkScene}: those of the restoration and of the check. */
export interface CheckSceneOptions extends Omit<RestoreRowsOptions, "write" | "masks" | "area"> {
  /** Name of the scene in messages. */
  readonly name: string;
  readonly check?: SelfCheckOptions;
}

/** Counts pixels with data, clear and clouded pixels, and clouded ones that are clear on another date. */
function tally(looked: readonly CheckWindow[]) {
  const sum = (of: (part: CheckWindow) => number) =>
    looked.reduce((all, part) => all + of(part), 0);
  return {
    pixels: sum(({ pixels }) => pixels),
    clear: sum(({ clear }) => countOf(clear)),
    own: sum(({ classes }) => countOf(classes)),
    ownSeen: sum(({ classes, seen }) => countOf(classes.map((one, i) => one && seen[i]!))),
  };
}

/** Clouds a part of the scene; the mask has the clear pixels below the clouds, which are scored. */
async function cloud(
  scene: Scene,
  { part: { window, clear }, model: { card }, like, cover, seed }: {
    readonly part: CheckWindow;
    readonly model: Pick<Model, "card">;
    readonly like: CloudLikeness;
    readonly cover: number;
    readonly seed: number;
  },
): Promise<{ readonly clouded: CloudedPart; readonly mask: Uint8Array }> {
  const side = Math.min(window.width, window.height);
  const clouded = await cloudPart(scene, {
    // Everything that the tiles of the part see.
    window: grown(window, { scene: scene.grid, margin: card.tileSize }),
    bands: card.bands.map(({ name }) => name),
    clouds: {
      cover,
      density: like.density,
      scale: Math.max(4, Math.min(120, side)),
      shadowDistance: Math.min(30, side / 4),
      shapes: like.shapes,
    },
    rng: cloudStream(seed, window),
  });
  const { column, row, width } = clouded.window;
  const mask = clear.map((flag, i) => {
    const x = window.column + i % window.width - column;
    const y = window.row + Math.floor(i / window.width) - row;
    return flag === 1 && clouded.mask[y * width + x] === 1 ? 1 : 0;
  });
  return { clouded, mask };
}

/** Restores a part of the scene, [height, width, bands of the result] in reflectance. */
async function restorePart(
  model: Model,
  scene: Scene,
  { window, ...options }: Omit<RestoreRowsOptions, "write" | "area"> & {
    readonly window: RasterWindow;
  },
): Promise<{ readonly restored: Float32Array; readonly deviation?: Float32Array }> {
  const frame = scene.frames[scene.reference]!;
  const reflectance = reflectanceAt(scene, frame);
  const { output } = scene;
  const depth = output.length;
  const restored = new Float32Array(window.width * window.height * depth);
  const deviations = options.ensemble && new Float32Array(restored.length);
  await restoreRows(model, scene, {
    ...options,
    area: window,
    write({ row, data, deviation }) {
      const at = (row - window.row) * window.width * depth;
      for (let i = 0; i < data.length; i++) {
        const band = output[i % depth]!;
        restored[at + i] = reflectance(data[i]!, band);
        if (deviation !== undefined) {
          deviations![at + i] = deviation[i]! * Math.abs(frame.gains[band]!) /
            scene.reflectanceScale!;
        }
      }
    },
  });
  return { restored, deviation: deviations };
}

/** A run of a check. */
interface Run {
  readonly part: CheckWindow;
  readonly like: CloudLikeness;
  readonly cover: number;
  /** Seed of the clouds. */
  readonly seed: number;
  /** Names of the result's bands. */
  readonly names: readonly string[];
  readonly options: Omit<RestoreRowsOptions, "write" | "masks" | "area">;
}

/** Clouds and restores a part; undefined if the clouds cover no clear pixel. */
async function checkPart(
  model: Model,
  { scene, days, masks, keepClear, detects }: CheckedScene,
  { part, like, cover, seed, names, options }: Run,
): Promise<CheckRun | undefined> {
  const { window } = part;
  const { reference, frames } = scene;
  const { clouded, mask } = await cloud(scene, { part, model, like, cover, seed });
  if (countOf(mask) === 0) return undefined;
  const covered = withCloudedPart(scene, clouded);
  const found = detects ? masks : withCloudedMasks(masks, { ...clouded, reference });
  const images = await restorePart(model, covered, {
    ...options,
    window,
    masks: keepClear ? found : undefined,
  });
  const [truth] = await datesOf({ ...scene, frames: [frames[reference]!] }, { window, names });
  const dates = await datesOf(covered, { window, names });
  const classes = await maskWindow(covered, found, window);
  const others = await baselines(dates, { reference, masks: classes, dates: days });
  return { part, seed, mask, truth: truth!.data, ...images, baselines: others };
}

/** Properties of the clouds for the examined parts. @throws {InputError} If none of them is clear enough. */
function checkClear(
  name: string,
  { chosen, looked }: Awaited<ReturnType<typeof findWindows>>,
): ReturnType<typeof tally> & { readonly like: CloudLikeness } {
  const counts = tally(looked);
  if (chosen.length > 0) return { ...counts, like: cloudsLike(looked) };
  const share = counts.pixels === 0 ? 0 : 100 * counts.clear / counts.pixels;
  throw new InputError(
    `Cannot check ${name}: some part of the reference must be clear, so that it can be clouded and ` +
      `compared, got ${share.toFixed(1)} % clear pixels away from clouds; leave the self-check ` +
      "out, or give a better mask",
  );
}

/**
 * Covers clear parts of the reference with synthetic clouds, restores them, and compares.
 *
 * @throws {InputError} If too little of the reference is clear, or the model's unit isn't reflectance.
 * @throws {RangeError} If an option is out of range.
 */
export async function checkScene(
  model: Model,
  checked: CheckedScene,
  { name, check = {}, onProgress, ...options }: CheckSceneOptions,
): Promise<SelfCheck> {
  const { runs = CHECK_DEFAULTS.runs, cloudSeed = CHECK_DEFAULTS.cloudSeed } = check;
  checkCheckOptions(check);
  checkUnits(model);
  const { scene, area, masks } = checked;
  const { card } = model;
  const windows = await findWindows(scene, {
    area,
    tileSize: card.tileSize,
    masks,
    light: Math.max(0, card.bands.findIndex(({ name }) => name === "B02")),
    most: runs,
    signal: options.signal,
  });
  const { pixels, clear, own, ownSeen, like } = checkClear(name, windows);
  const { cover = like.cover } = check;
  const names = scene.output.map((band) => card.bands[band]!.name);
  const totals = new CheckTotals(names);
  for (let run = 0; run < runs; run++) {
    const part = windows.chosen[run % windows.chosen.length]!;
    const progress: CheckSceneOptions["onProgress"] = onProgress &&
      (({ done, total }) => onProgress({ done: run * total + done, total: runs * total }));
    const result = await checkPart(model, checked, {
      part,
      like,
      cover,
      seed: cloudSeed + run,
      names,
      options: { ...options, onProgress: progress },
    });
    if (result !== undefined) totals.add(result);
  }
  if (totals.pixels === 0) {
    throw new InputError(
      `Cannot check ${name}: the clouds of ${runs} runs must cover some clear pixel, got ` +
        "none; use more runs, or another seed of the clouds",
    );
  }
  return {
    ...totals.result(own === 0 ? undefined : ownSeen / own),
    cover,
    clear: clear / pixels,
    clouded: like.clouded,
  };
}
