/**
 * `emrdm restore`: clouds off one scene, or off many.
 *
 * @module
 */

import { type Engine, tf } from "../engine/mod.ts";
import type { Model } from "../model/mod.ts";
import {
  estimateManifest,
  estimateScene,
  readManifest,
  restoreManifest,
  type RestoreProgress,
  restoreScene,
  type RestoreSceneOptions,
  type SceneStatus,
  selfCheckScene,
} from "../restoration/mod.ts";
import { command, type Context, Failure, type Result } from "./command.ts";
import { DEFAULT_MODEL } from "./default_model.ts";
import { UsageError } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { openModel } from "./model.ts";
import { onNextEngine } from "./next_engine.ts";
import { inputsOf, optionsOf, RESTORE_FLAGS, type RestoreValues } from "./restore_flags.ts";
import { checkText, estimateText, resultText, statusText, sumText } from "./restore_text.ts";

/** What one scene is restored with. */
interface One {
  readonly model: Model;
  readonly engine: { readonly name: string; readonly device: string };
  readonly context: Context;
  readonly signal: AbortSignal;
}

/** What can be said of a restoration without doing it. */
async function checkOne(
  values: RestoreValues,
  { model, engine, context, signal }: One,
): Promise<Result> {
  const { operands, progress, log } = context;
  if (values.png !== undefined) throw new UsageError("--png needs a file to write (--out)");
  const bar = progress("self-check");
  try {
    const check = await selfCheckScene(model, {
      ...optionsOf(values, context),
      inputs: inputsOf(values, operands),
      signal,
      log,
      onProgress: ({ done, total }) => bar.update(done, total, "tiles"),
    });
    return { text: checkText(check), json: { ...check, device: engine.device } };
  } finally {
    bar.end();
  }
}

async function runOne(
  values: RestoreValues,
  { model, engine, context, signal }: One,
): Promise<Result> {
  const { out } = values;
  const { operands, progress, log } = context;
  if (out === undefined) {
    if (values.selfCheck && !values.dryRun) {
      return await checkOne(values, { model, engine, context, signal });
    }
    throw new UsageError("give the file to write with --out");
  }
  const given = optionsOf(values, context);
  const options: RestoreSceneOptions = {
    ...given,
    inputs: inputsOf(values, operands),
    write: { ...given.write, output: out, picture: values.png },
    signal,
  };
  if (values.dryRun) {
    const estimate = await estimateScene(model, options, { rss: () => Deno.memoryUsage().rss });
    return { text: estimateText(estimate), json: { ...estimate, device: engine.device } };
  }
  const bar = progress("restore");
  const start = performance.now();
  try {
    const result = await restoreScene(model, {
      ...options,
      log,
      onProgress: ({ done, total, stage }) => bar.update(done, total, stage ?? "tiles"),
    });
    const seconds = (performance.now() - start) / 1000;
    return {
      text: resultText(result, { model, seconds, engine: engine.name }),
      json: { ...result, seconds, device: engine.device },
    };
  } finally {
    bar.end();
  }
}

async function runMany(
  values: RestoreValues,
  { model, context, signal }: {
    readonly model: Model;
    readonly context: Context;
    readonly signal: AbortSignal;
  },
): Promise<Result> {
  const { operands, progress, log, print } = context;
  const alone = [
    "input",
    "date",
    "out",
    "reference",
    "auxiliary",
    "window",
    "bbox",
    "png",
  ]
    .find((name) => {
      const given = values[name as keyof RestoreValues];
      return Array.isArray(given) ? given.length > 0 : given !== undefined && given !== false;
    });
  if (operands.length > 0 || alone !== undefined) {
    throw new UsageError(
      `--manifest names the scenes itself, got ${operands[0] ?? `--${alone}`} beside it`,
    );
  }
  const scenes = await readManifest(values.manifest!);
  const { sampler, timesteps, fusion } = values;
  const { reference: _reference, auxiliary: _auxiliary, ...given } = optionsOf(values, context);
  const options = {
    ...given,
    fingerprint: JSON.stringify([sampler, timesteps, fusion]),
    signal,
    log,
  };
  const { index, count } = options.shard ?? { index: 1, count: 1 };
  const share = Math.ceil((scenes.length - index + 1) / count);
  let scene = 0;
  const bar = progress("restore");
  const work = {
    ...options,
    onProgress: ({ done, total }: RestoreProgress) =>
      bar.update(scene + done / total, share, `scenes, ${done}/${total} tiles`),
    onScene(status: SceneStatus) {
      scene++;
      print(status, statusText(status));
    },
  };
  const all =
    await (values.dryRun
      ? estimateManifest(model, scenes, { ...work, rss: () => Deno.memoryUsage().rss })
      : restoreManifest(model, scenes, work)).finally(() => bar.end());
  const counts: Record<SceneStatus["status"], number> = {
    ...(values.dryRun ? { estimated: 0 } : { restored: 0 }),
    complete: 0,
    failed: 0,
  } as Record<SceneStatus["status"], number>;
  for (const { status } of all) counts[status]++;
  const summary =
    (values.dryRun ? `${counts.estimated} to restore` : `${counts.restored} restored`) +
    `, ${counts.complete} complete before, ${counts.failed} failed`;
  if (counts.failed > 0) throw new Failure(summary, counts);
  return { text: values.dryRun ? `${summary}\n${sumText(all)}` : summary, json: counts };
}

/** Everything on one engine, whose tensors are freed at the end. */
async function runOn(
  engine: Engine,
  { values, context }: { readonly values: RestoreValues; readonly context: Context },
): Promise<Result> {
  const model = await openModel(values.model ?? DEFAULT_MODEL, context);
  let stopped = false;
  try {
    return await interruptible(
      {
        log: context.log,
        heard: "stopping; Ctrl-C again ends at once",
        reason: values.manifest === undefined
          ? "stopped; nothing was written"
          : "stopped; the same call goes on",
      },
      (signal) => {
        signal.addEventListener("abort", () => stopped = true);
        return values.manifest === undefined
          ? runOne(values, { model, engine, context, signal })
          : runMany(values, { model, context, signal });
      },
    );
  } finally {
    // Stopped, it ends anyway, and another thread may still be at a batch.
    if (!stopped) tf.dispose({ ...model.weights.params, ...model.weights.buffers });
  }
}

/** `emrdm restore`. */
export const restore = command({
  summary: "remove the clouds of one or more dated scenes",
  operands: "<date ...>",
  details:
    "The result depicts the reference date and keeps its CRS, transform, nodata, pixel type, band\n" +
    "names and digital numbers. Dates are read from the names (2018-03-07 or 20180307). With\n" +
    "--keep-clear or --mask, clear pixels come back bit for bit and a raster beside the result says\n" +
    "where each pixel comes from: 0 no data, 1 observed, 2 clear on another date, 3 reconstructed.\n" +
    "Where the mask has cloud, on any date, the model is shown opaque cloud, if its card says how that\n" +
    "looks: what shows through real cloud misleads it more than it tells. --show-clouds leaves that out.\n" +
    "\n" +
    "--samples n restores n times with other noise: the result is the mean, and a raster beside it,\n" +
    "<out>.uncertainty.tif, has the standard deviation of each band in the image's unit. Observed\n" +
    "pixels that are kept have deviation 0. Where the model's card has a calibration of this sampling,\n" +
    "deviations are as large as errors were on the data that it names; else they are what samples\n" +
    "spread, which is less.\n" +
    "\n" +
    "--self-check hides clear parts of the reference under synthetic clouds like its own, restores them\n" +
    "with the same dates and options, and compares: the error to expect, beside what costs no model. It\n" +
    "is printed and written into the file's tags (EMRDM_EXPECTED_…). Without --out it only checks.\n" +
    "\n" +
    "Nodata, NaN and infinite numbers (which are told) are missing: they are filled for the model, and\n" +
    "have no data in the result where the reference has none.\n" +
    "\n" +
    "A manifest is CSV with the columns output, inputs (with ; between dates) and, as needed, dates,\n" +
    "reference, mask, auxiliary, picture. What is complete is left alone: the same call goes on\n" +
    "after any stop.",
  flags: RESTORE_FLAGS,
  examples: [
    "restore 2018-03-07.tif 2018-07-05.tif 2018-09-18.tif --reference 2018-07-05 --out clear.tif",
    "restore S2A_MSIL1C_….SAFE --keep-clear --out clear.tif --png before_after.png",
    "restore --input a.tif --input b.tif --mask clouds.tif --shard 2/4 --out clear.2of4.tif",
    "restore a.tif b.tif c.tif --keep-clear --samples 8 --self-check --out clear.tif",
    "restore --manifest scenes.csv --shard 3/16 --json",
  ],
  async run(values, context) {
    if (values.manifest === undefined && inputsOf(values, context.operands).length === 0) {
      throw new UsageError("give at least one scene, or a --manifest");
    }
    optionsOf(values, context);
    return await onNextEngine(context, (engine) => runOn(engine, { values, context }));
  },
});
