/**
 * The self-check of an open scene: parts are hidden, restored and compared, one after the other.
 *
 * @module
 */

import { InputError } from "../../core/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import type { Model } from "../../model/mod.ts";
import { type CloudLikeness, cloudsLike } from "./check_clouds.ts";
import { datesOf, withoutModel } from "./check_dates.ts";
import { CHECK_DEFAULTS, checkCheckOptions, checkUnits } from "./check_options.ts";
import { CheckTotals } from "./check_totals.ts";
import { type CheckWindow, countOf, findWindows } from "./check_windows.ts";
import type { SceneSky } from "../rows/flight.ts";
import {
  cloudStream,
  type HiddenPart,
  hidePart,
  withHidden,
  withHiddenSky,
} from "./hidden_scene.ts";
import { restoreRows, type RestoreRowsOptions } from "../rows/restore_rows.ts";
import { reflectanceAt, type Scene } from "../scene.ts";
import type { SelfCheck, SelfCheckOptions } from "./self_check_result.ts";
import { grown } from "../rows/tiles.ts";

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

/** Options of {@linkcode checkScene}: those of the restoration, and of the check. */
export interface CheckSceneOptions extends Omit<RestoreRowsOptions, "write" | "sky" | "area"> {
  /** What messages call the scene. */
  readonly name: string;
  readonly check?: SelfCheckOptions;
}

/** Pixels with data, clear ones, clouded ones and those of them that another date shows. */
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

/** A part of the scene under clouds, and which of its pixels are scored: those that were clear. */
async function hide(
  scene: Scene,
  { part: { window, clear }, model: { card }, like, cover, seed }: {
    readonly part: CheckWindow;
    readonly model: Pick<Model, "card">;
    readonly like: CloudLikeness;
    readonly cover: number;
    readonly seed: number;
  },
): Promise<{ readonly hidden: HiddenPart; readonly mask: Uint8Array }> {
  const side = Math.min(window.width, window.height);
  const hidden = await hidePart(scene, {
    // All that tiles see which touch the part.
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
  const { column, row, width } = hidden.window;
  const mask = clear.map((flag, i) => {
    const x = window.column + i % window.width - column;
    const y = window.row + Math.floor(i / window.width) - row;
    return flag === 1 && hidden.mask[y * width + x] === 1 ? 1 : 0;
  });
  return { hidden, mask };
}

/** A part of the scene restored, [height, width, bands of the result] as reflectance. */
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
  const spread = options.seeds && new Float32Array(restored.length);
  await restoreRows(model, scene, {
    ...options,
    area: window,
    write({ row, data, deviation }) {
      const at = (row - window.row) * window.width * depth;
      for (let i = 0; i < data.length; i++) {
        const band = output[i % depth]!;
        restored[at + i] = reflectance(data[i]!, band);
        if (deviation !== undefined) {
          spread![at + i] = deviation[i]! * Math.abs(frame.gains[band]!) / scene.reflectanceScale!;
        }
      }
    },
  });
  return { restored, ...(spread && { deviation: spread }) };
}

/**
 * Hides clear parts of a scene's reference, restores them, and compares.
 *
 * @throws {InputError} If too little of the reference is clear, or the model's images are no
 *   reflectances.
 * @throws {RangeError} If an option is out of range.
 */
export async function checkScene(
  model: Model,
  { scene, area, clouds, keepClear, looks }: CheckedScene,
  { name, check = {}, onProgress, ...options }: CheckSceneOptions,
): Promise<SelfCheck> {
  const settings = { ...CHECK_DEFAULTS, ...check };
  checkCheckOptions(settings);
  checkUnits(model);
  const { card } = model;
  const { chosen, looked } = await findWindows(scene, {
    area,
    tileSize: card.tileSize,
    clouds,
    light: Math.max(0, card.bands.findIndex(({ name }) => name === "B02")),
    most: settings.runs,
    signal: options.signal,
  });
  const { pixels, clear, own, ownSeen } = tally(looked);
  if (chosen.length === 0) {
    const share = pixels === 0 ? 0 : 100 * clear / pixels;
    throw new InputError(
      `Cannot check ${name}: some part of the reference must be clear, so that it can be hidden and ` +
        `compared, got ${share.toFixed(1)} % clear pixels away from clouds; leave the self-check ` +
        "out, or give a better mask",
    );
  }
  const like = cloudsLike(looked);
  const cover = settings.cover ?? like.cover;
  const names = scene.output.map((band) => card.bands[band]!.name);
  const visible = ["B02", "B03", "B04"].every((band) => names.includes(band));
  const totals = new CheckTotals(names);
  for (let run = 0; run < settings.runs; run++) {
    const part = chosen[run % chosen.length]!;
    const { window } = part;
    const seed = settings.cloudSeed + run;
    const { hidden, mask } = await hide(scene, { part, model, like, cover, seed });
    if (countOf(mask) === 0) continue;
    const clouded = withHidden(scene, hidden);
    const { restored, deviation } = await restorePart(model, clouded, {
      ...options,
      window,
      ...(keepClear &&
        { sky: looks ? clouds : withHiddenSky(clouds, { ...hidden, reference: scene.reference }) }),
      ...(onProgress && {
        onProgress: ({ done, total }) =>
          onProgress({ done: run * total + done, total: settings.runs * total }),
      }),
    });
    const where = { window, names };
    const alone = { ...scene, frames: [scene.frames[scene.reference]!] };
    const [truth] = await datesOf(alone, where);
    const dates = await datesOf(clouded, where);
    totals.add({
      part,
      seed,
      mask,
      truth: truth!.data,
      restored,
      others: await withoutModel(dates, { reference: scene.reference, visible }),
      ...(deviation && { deviation }),
    });
  }
  if (totals.pixels === 0) {
    throw new InputError(
      `Cannot check ${name}: the clouds of ${settings.runs} runs must hide some clear pixel, got ` +
        "none; give more runs, or another seed of the clouds",
    );
  }
  return {
    ...totals.result(own === 0 ? undefined : ownSeen / own),
    cover,
    clear: clear / pixels,
    clouded: like.clouded,
  };
}
