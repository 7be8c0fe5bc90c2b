/**
 * Runs of a self-check: clouds parts of a scene, restores them and computes what they are compared with.
 *
 * @module
 */

import type { RasterWindow } from "../../rasters/mod.ts";
import type { Model } from "../../model/mod.ts";
import { baselines } from "../baselines/baselines.ts";
import type { CardMean } from "../composite/card_mean.ts";
import { composeScene } from "../composite/compose_scene.ts";
import { type PlannedScene, sceneMean } from "../composite/scene_mean.ts";
import type { FinishedRows } from "../rows/finish_rows.ts";
import { maskWindow } from "../rows/mask_window.ts";
import type { RestoreRowsOptions } from "../rows/options.ts";
import { restoreRows } from "../rows/restore_rows.ts";
import type { SceneMasks } from "../rows/scene_masks.ts";
import { grown } from "../rows/tiles.ts";
import { reflectanceAt, type Scene } from "../scene.ts";
import type { CloudLikeness } from "./check_clouds.ts";
import { datesOf } from "./check_dates.ts";
import type { CheckRun } from "./check_totals.ts";
import { type CheckWindow, countOf } from "./check_windows.ts";
import {
  type CloudedPart,
  cloudPart,
  cloudStream,
  withCloudedMasks,
  withCloudedPart,
} from "./clouded_scene.ts";

/** A mean that a check makes of all dates of the clouded scene, and compares with. */
export interface CheckedMean {
  readonly mean: CardMean;
  /** Masks of all dates. */
  readonly masks: SceneMasks;
  /** Day of each date; all equal where one is unknown. */
  readonly days: readonly number[];
}

/** A scene to check. */
export interface CheckedScene {
  readonly scene: Scene;
  /** Days of the dates, as `2018-03-07`. Default unknown. */
  readonly days?: readonly (string | undefined)[];
  readonly area: RasterWindow;
  readonly masks: SceneMasks;
  /**
   * Mean that the model reverts to or that stands in for it. Default: the composite that the result is
   * compared with is made of each part alone.
   */
  readonly mean?: CheckedMean | undefined;
  /** Keeps clear pixels by these masks. */
  readonly keepClear: boolean;
  /** True if the masks are detected from the pixels, and so find the synthetic clouds themselves. */
  readonly detects: boolean;
}

/** A run of a check. */
export interface PlannedRun {
  readonly part: CheckWindow;
  /** Seed of the clouds. */
  readonly seed: number;
  readonly options: Omit<RestoreRowsOptions, "write" | "masks" | "area">;
}

/** Options of {@linkcode checkRuns}. */
export interface CheckRunsOptions {
  readonly like: CloudLikeness;
  readonly cover: number;
  /** Names of the result's bands. */
  readonly names: readonly string[];
}

/** Everything that the tiles of a part see. */
function seenOf({ window }: CheckWindow, { scene, tileSize }: {
  readonly scene: Scene;
  readonly tileSize: number;
}): RasterWindow {
  return grown(window, { scene: scene.grid, margin: tileSize });
}

function overlap(a: RasterWindow, b: RasterWindow): boolean {
  return a.column < b.column + b.width && b.column < a.column + a.width &&
    a.row < b.row + b.height && b.row < a.row + a.height;
}

/**
 * Groups runs whose parts are clouded at once. A mean takes a pass over the whole scene, which runs
 * share as long as none sees the clouds of another; without a mean each is a group.
 */
export function groupRuns(
  runs: readonly PlannedRun[],
  { scene, mean, tileSize }: Pick<CheckedScene, "scene" | "mean"> & { readonly tileSize: number },
): readonly (readonly PlannedRun[])[] {
  if (mean === undefined) return runs.map((run) => [run]);
  const groups: PlannedRun[][] = [];
  for (const run of runs) {
    const own = seenOf(run.part, { scene, tileSize });
    const group = groups.find((others) =>
      !others.some(({ part }) => overlap(own, seenOf(part, { scene, tileSize })))
    );
    if (group === undefined) groups.push([run]);
    else group.push(run);
  }
  return groups;
}

/** Clouds a part of the scene; the mask has the clear pixels below the clouds, which are scored. */
async function cloud(
  scene: Scene,
  { part, seed }: PlannedRun,
  { model: { card }, like, cover }: CheckRunsOptions & { readonly model: Pick<Model, "card"> },
): Promise<{ readonly clouded: CloudedPart; readonly mask: Uint8Array }> {
  const { window, clear } = part;
  const side = Math.min(window.width, window.height);
  const clouded = await cloudPart(scene, {
    window: seenOf(part, { scene, tileSize: card.tileSize }),
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

/** Image of a part, [height, width, bands of the result] in reflectance. */
interface PartImage {
  readonly restored: Float32Array;
  readonly deviation?: Float32Array | undefined;
}

/** Collects the rows of a part in reflectance. */
function collector(scene: Scene, window: RasterWindow): PartImage & {
  readonly deviation: Float32Array;
  readonly write: (rows: FinishedRows) => void;
} {
  const { output } = scene;
  const frame = scene.frames[scene.reference]!;
  const reflectance = reflectanceAt(scene, frame);
  const depth = output.length;
  const restored = new Float32Array(window.width * window.height * depth);
  const deviations = new Float32Array(restored.length);
  return {
    restored,
    deviation: deviations,
    write({ row, data, deviation }) {
      const at = (row - window.row) * window.width * depth;
      for (let i = 0; i < data.length; i++) {
        const band = output[i % depth]!;
        restored[at + i] = reflectance(data[i]!, band);
        if (deviation === undefined) continue;
        deviations[at + i] = deviation[i]! * Math.abs(frame.gains[band]!) / scene.reflectanceScale!;
      }
    },
  };
}

/** Restores a part of the scene. */
async function restorePart(
  model: Model,
  scene: Scene,
  { window, ...options }: Omit<RestoreRowsOptions, "write" | "area"> & {
    readonly window: RasterWindow;
  },
): Promise<PartImage> {
  const { write, restored, deviation } = collector(scene, window);
  await restoreRows(model, scene, { ...options, area: window, write });
  return { restored, ...(options.ensemble && { deviation }) };
}

/** Composes a part of the scene. */
async function composePart(
  planned: PlannedScene,
  { window, signal }: { readonly window: RasterWindow; readonly signal: AbortSignal | undefined },
): Promise<Float32Array> {
  const { write, restored } = collector(planned.mean.dates, window);
  await composeScene(planned, { area: window, write, signal });
  return restored;
}

/** Clouds and restores the parts of a group of runs; those whose clouds cover no clear pixel are left out. */
export async function checkRuns(
  model: Model,
  { scene, days, masks, mean, keepClear, detects }: CheckedScene,
  { runs, ...options }: CheckRunsOptions & { readonly runs: readonly PlannedRun[] },
): Promise<readonly CheckRun[]> {
  const { reference, frames } = scene;
  const { names } = options;
  const clouds: (Awaited<ReturnType<typeof cloud>> & { readonly run: PlannedRun })[] = [];
  for (const run of runs) {
    const one = await cloud(scene, run, { ...options, model });
    if (countOf(one.mask) > 0) clouds.push({ run, ...one });
  }
  if (clouds.length === 0) return [];
  const covered = clouds.reduce((whole, { clouded }) => withCloudedPart(whole, clouded), scene);
  const clouding = (given: SceneMasks) =>
    detects ? given : clouds.reduce(
      (all, { clouded }) => withCloudedMasks(all, { ...clouded, reference }),
      given,
    );
  const found = clouding(masks);
  const { signal } = runs[0]!.options;
  const planned = mean && await sceneMean(covered, {
    ...{ model, mean: mean.mean, days: mean.days, masks: clouding(mean.masks) },
    ...(signal && { signal }),
  });
  const seen = planned !== undefined && model.card.modules.mean !== undefined
    ? planned
    : { scene: covered, masks: found };
  const results: CheckRun[] = [];
  for (const { run: { part, seed, options: how }, mask } of clouds) {
    const { window } = part;
    const images = await restorePart(model, seen.scene, {
      ...how,
      window,
      ...(keepClear && { masks: seen.masks }),
    });
    const [truth] = await datesOf({ ...scene, frames: [frames[reference]!] }, { window, names });
    const dates = await datesOf(covered, { window, names });
    const classes = await maskWindow(covered, found, window);
    const others = await baselines(dates, {
      reference,
      masks: classes,
      ...(days && { dates: days }),
    });
    const composite = planned &&
      { ...truth!, data: await composePart(planned, { window, signal }) };
    results.push({
      ...{ part, seed, mask, truth: truth!.data },
      ...images,
      baselines: { ...others, ...(composite && { composite }) },
    });
  }
  return results;
}
