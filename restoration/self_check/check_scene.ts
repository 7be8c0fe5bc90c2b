/**
 * Self-check of an open scene: clouds parts of it, restores them and compares.
 *
 * @module
 */

import type { Model } from "../../model/mod.ts";
import { type CloudLikeness, cloudsLike } from "./check_clouds.ts";
import { CHECK_DEFAULTS, checkCheckOptions, checkUnits } from "./check_options.ts";
import { type CheckedScene, checkRuns, groupRuns, type PlannedRun } from "./check_runs.ts";
import { UncheckableError } from "./uncheckable_error.ts";
import { CheckTotals } from "./check_totals.ts";
import { type CheckWindow, countOf, findWindows } from "./check_windows.ts";
import type { RestoreRowsOptions } from "../rows/options.ts";
import type { SelfCheck, SelfCheckOptions } from "./self_check_result.ts";

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

/** Properties of the clouds for the examined parts. @throws {UncheckableError} If none of them is clear enough. */
function checkClear(
  name: string,
  { chosen, looked }: Awaited<ReturnType<typeof findWindows>>,
): ReturnType<typeof tally> & { readonly like: CloudLikeness } {
  const counts = tally(looked);
  if (chosen.length > 0) return { ...counts, like: cloudsLike(looked) };
  const share = counts.pixels === 0 ? 0 : 100 * counts.clear / counts.pixels;
  throw new UncheckableError(
    `Cannot check ${name}: some part of the reference must be clear, so that it can be clouded and ` +
      `compared, got ${share.toFixed(1)} % clear pixels away from clouds; leave the self-check ` +
      "out, or give a better mask",
  );
}

/**
 * Covers clear parts of the reference with synthetic clouds, restores them, and compares.
 *
 * @throws {UncheckableError} If too little of the reference is clear.
 * @throws {InputError} If the model's unit isn't reflectance.
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
  const planned = Array.from({ length: runs }, (_, run): PlannedRun => ({
    part: windows.chosen[run % windows.chosen.length]!,
    seed: cloudSeed + run,
    options: {
      ...options,
      ...(onProgress && {
        onProgress: ({ done, total }) =>
          onProgress({ done: run * total + done, total: runs * total }),
      }),
    },
  }));
  for (const group of groupRuns(planned, { ...checked, tileSize: card.tileSize })) {
    const results = await checkRuns(model, checked, { runs: group, like, cover, names });
    for (const result of results) totals.add(result);
  }
  if (totals.pixels === 0) {
    throw new UncheckableError(
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
