/**
 * `emrdm restore`: removes clouds from one scene, or from the scenes of a manifest.
 *
 * @module
 */

import type { Engine } from "../engine/mod.ts";
import type { Model } from "../model/mod.ts";
import {
  estimateManifest,
  estimateScene,
  readManifest,
  restoreEvery,
  restoreManifest,
  type RestoreProgress,
  restoreScene,
  type SceneStatus,
  selfCheckScene,
} from "../restoration/mod.ts";
import { collectionText } from "./collection.ts";
import { command, type Context, Failure, type Result, type SceneFeed } from "./command.ts";
import { cubeOutput } from "./cube.ts";
import { compositeOf, manifestOf } from "./composite.ts";
import { compositeOptions } from "./composite_flags.ts";
import { DEFAULT_MODEL } from "./default_model.ts";
import { required, UsageError } from "./flags.ts";
import { interruptible, NOTHING_WRITTEN, RESUMES } from "./interrupt.ts";
import { checkFed, checkManifestCall, sceneSource } from "./manifest_call.ts";
import { freeModel, openModel } from "./model.ts";
import { onNextEngine } from "./next_engine.ts";
import {
  isWithoutModel,
  RESTORE_FLAGS,
  restoreOptions,
  type RestoreValues,
} from "./restore_flags.ts";
import { checkText, estimateText, resultText, statusText, sumText } from "./restore_text.ts";
import { inputsOf } from "./scene_flags.ts";

/** Memory of the process in bytes, for estimates. */
const rss = () => Deno.memoryUsage().rss;

/** Flags, model and engine of a call of `restore`. */
interface Run {
  readonly values: RestoreValues;
  readonly model: Model;
  readonly engine: Engine;
  readonly context: Context;
  readonly signal: AbortSignal;
}

/** Options of one scene, but for where it is written. */
function optionsOf({ values, context, signal }: Run) {
  return {
    ...restoreOptions(values, context),
    inputs: inputsOf(values, context.operands),
    signal,
  };
}

/** Estimates the error of a restoration and writes nothing. */
async function checkOne(run: Run): Promise<Result> {
  const { values, model, engine, context: { progress, log } } = run;
  if (values.png !== undefined) throw new UsageError("--png requires --out");
  const bar = progress("self-check");
  bar.wait("choosing clear parts");
  try {
    const check = await selfCheckScene(model, {
      ...optionsOf(run),
      log,
      onProgress: ({ done, total }) => bar.update(done, total, "tiles"),
    });
    return { text: checkText(check), json: { ...check, device: engine.device } };
  } finally {
    bar.end();
  }
}

async function restoreOne(run: Run): Promise<Result> {
  const { values, model, engine, context: { progress, log } } = run;
  const { png: picture, overwrite } = values;
  if (values.out === undefined && values.selfCheck && !values.dryRun) return await checkOne(run);
  const out = required(values.out, "--out, the GeoTIFF to write,");
  const { shard } = values;
  const cube = await cubeOutput(out, { overwrite, shard, several: false });
  const output = cube.images;
  const write = { output, picture, overwrite: overwrite || cube.isCube };
  const options = { ...optionsOf(run), write };
  if (values.dryRun) {
    const bar = progress("estimate");
    bar.wait("counting tiles, timing batches");
    const estimate = await estimateScene(model, options, { rss, log }).finally(() => bar.end());
    return { text: estimateText(estimate), json: { ...estimate, device: engine.device } };
  }
  const bar = progress("restore");
  bar.wait("opening files and masks");
  const start = performance.now();
  try {
    const result = await restoreScene(model, {
      ...options,
      log,
      onProgress: ({ done, total, stage }) => bar.update(done, total, stage ?? "tiles"),
    });
    await cube.finish([result]);
    const seconds = (performance.now() - start) / 1000;
    return {
      text: [
        resultText(cube.isCube ? { ...result, output: out } : result, {
          model,
          seconds,
          engine: engine.name,
        }),
        ...await collectionText(values, [output]),
      ].join("\n"),
      json: {
        ...(cube.isCube ? { ...result, output: out } : result),
        seconds,
        device: engine.device,
      },
    };
  } finally {
    bar.end();
  }
}

/** Identifies the modules that a call names. */
function fingerprintOf({ sampler, timesteps, fusion }: RestoreValues): string {
  return JSON.stringify([sampler, timesteps, fusion]);
}

/** Restores every date of the inputs. */
async function restoreAll({ values, model, engine, context, signal }: Run): Promise<Result> {
  const { progress, log } = context;
  if (values.dryRun) throw new UsageError("--dry-run estimates one date; give its --reference");
  const out = required(values.out, "--out, the GeoTIFF to write,");
  const { png: picture, overwrite, shard } = values;
  const cube = await cubeOutput(out, { overwrite, shard, several: true });
  const output = cube.images;
  const { reference: _, ...options } = optionsOf({ values, model, engine, context, signal });
  const bar = progress("restore");
  bar.wait("opening files and masks");
  const start = performance.now();
  try {
    const { images, complete } = await restoreEvery(model, {
      ...options,
      write: { output, picture, overwrite },
      fingerprint: fingerprintOf(values),
      log,
      onProgress: ({ done, total, stage }) => bar.update(done, total, stage ?? "tiles"),
    });
    await cube.finish([...images, ...complete]);
    const seconds = (performance.now() - start) / 1000;
    const each = { model, seconds: seconds / images.length, engine: engine.name };
    return {
      text: [
        ...complete.map(({ output }) => `${output}: already complete`),
        ...images.map((result) => resultText(result, each)),
        `${images.length} images in ${seconds.toFixed(1)} s`,
        ...(cube.isCube ? [`${out}: cube of ${images.length + complete.length} dates`] : []),
        ...await collectionText(values, [output]),
      ].join("\n"),
      json: { images, complete, seconds, device: engine.device },
    };
  } finally {
    bar.end();
  }
}

/** Number of scenes of a manifest by outcome. */
function countsOf(all: readonly SceneStatus[], dryRun: boolean) {
  const count = (wanted: SceneStatus["status"]) =>
    all.filter(({ status }) => status === wanted).length;
  return {
    ...(dryRun ? { estimated: count("estimated") } : { restored: count("restored") }),
    complete: count("complete"),
    failed: count("failed"),
  };
}

/** Restores scenes that come one by one. */
async function restoreFed(
  feed: SceneFeed,
  { values, model, context, signal }: Run,
): Promise<Result> {
  checkManifestCall(values, context.operands);
  checkFed(values);
  const { overwrite, dryRun } = values;
  if (dryRun) throw new UsageError("--dry-run estimates a manifest; leave it out");
  const { reference: _reference, auxiliary: _auxiliary, ...options } = restoreOptions(
    values,
    context,
  );
  return await feed(async (scene) => {
    const work = {
      ...options,
      write: { overwrite },
      fingerprint: fingerprintOf(values),
      signal,
      log: context.log,
    };
    return (await restoreManifest(model, [scene], work))[0]!;
  }, signal);
}

async function restoreMany(path: string, { values, model, context, signal }: Run): Promise<Result> {
  const { operands, progress, log, print } = context;
  checkManifestCall(values, operands);
  const scenes = await readManifest(path);
  const { overwrite, dryRun } = values;
  const { reference: _reference, auxiliary: _auxiliary, ...options } = restoreOptions(
    values,
    context,
  );
  const { index, count } = options.shard ?? { index: 1, count: 1 };
  const share = Math.ceil((scenes.length - index + 1) / count);
  let finished = 0;
  const bar = progress(dryRun ? "estimate" : "restore");
  bar.update(0, share, "scenes");
  const work = {
    ...options,
    write: { overwrite },
    fingerprint: fingerprintOf(values),
    signal,
    log,
    onProgress: ({ done, total }: RestoreProgress) =>
      bar.update(finished + done / total, share, `scenes, ${done}/${total} tiles`),
    onScene(status: SceneStatus) {
      finished++;
      bar.update(finished, share, "scenes");
      print(status, statusText(status));
    },
  };
  const all =
    await (dryRun
      ? estimateManifest(model, scenes, { ...work, rss })
      : restoreManifest(model, scenes, work)).finally(() => bar.end());
  const counts = countsOf(all, dryRun);
  const done = "estimated" in counts
    ? `${counts.estimated} to restore`
    : `${counts.restored} restored`;
  const summary = `scenes: ${done}, ${counts.complete} already complete, ${counts.failed} failed`;
  const listed = dryRun ? [] : await collectionText(values, scenes.map(({ output }) => output));
  for (const line of listed) log(line);
  if (counts.failed > 0) throw new Failure(summary, counts);
  return { text: dryRun ? `${summary}\n${sumText(all)}` : summary, json: counts };
}

/** Loads the model and runs the whole call on one engine. */
async function runOn(
  engine: Engine,
  { values, context }: Pick<Run, "values" | "context">,
): Promise<Result> {
  const model = await openModel(values.model ?? DEFAULT_MODEL, context);
  const source = sceneSource(values, context);
  return await interruptible(
    {
      log: context.log,
      reason: source === undefined && values.reference !== "all" ? NOTHING_WRITTEN : RESUMES,
      free: () => freeModel(model),
    },
    (signal) => {
      const run = { values, model, engine, context, signal };
      if (typeof source === "string") return restoreMany(source, run);
      if (source !== undefined) return restoreFed(source, run);
      return values.reference === "all" ? restoreAll(run) : restoreOne(run);
    },
  );
}

/** `emrdm restore`. */
export const restore = command({
  operands: "<date ...>",
  details:
    `Writes a GeoTIFF of the reference date without clouds. It has the CRS, grid, nodata value, pixel
type, band names and digital numbers (DN) of that date. The dates come from the names of the inputs
(2018-03-07 or 20180307) or from --date.

With --keep-clear or --mask, clear pixels are copied bit for bit, and the raster
<out>.provenance.tif says for each pixel:
  0  no data
  1  observed: the original value
  2  restored, and clear on another date
  3  reconstructed: clear on no date

Where the mask has cloud, on any date, the model gets opaque cloud of one colour instead, if its
card defines that colour: models trained on synthetic clouds tend to take semi-transparent clouds
for bright ground. --show-clouds turns this off.

Give it a whole season: of more dates than the model takes, restore uses those that show what the
reference hides, fit it and are near in time, and says which. --reference all restores every date;
after an interruption, run the same command again to resume.
--mean composite --model none makes the clear image of the dates alone, as emrdm composite does.

--samples N restores N times with different noise. The result is the mean of these members, and
<out>.uncertainty.tif has their standard deviation for each band, in DN; it is 0 at pixels that are
kept. Ensemble spread underestimates the error, unless the model card has a calibration for this
sampling (emrdm evaluate --calibrate).

--self-check estimates the error on the scene itself: it hides clear parts of the reference under
synthetic clouds, restores them with the same dates and options, and compares. The scores are
printed next to those of simple baselines, and written into the tags EMRDM_EXPECTED_…. Without
--out, it only checks. With --choose, the composite of the dates is written where the check, over the
whole scene, finds it better than the model; which and why is printed, and is the tag EMRDM_CHOSEN.

A model whose mean is a composite of all dates (emrdm inspect says so) takes any number of dates. Every
date needs a mask then; default is --mask auto. Next to <out>, <out>.support.tif and <out>.days.tif
say what each pixel rests on, as for emrdm composite.

Nodata, NaN and infinite values are missing data. They are filled for the model, and stay missing
in the result. Infinite values are reported.

A manifest is a CSV file with the columns output and inputs (dates separated by ;) and, as needed,
dates, reference, mask, auxiliary and picture. Complete results are skipped: after an interruption,
run the same command again to resume.`,
  flags: RESTORE_FLAGS,
  examples: [
    "restore 2018-03-07.tif 2018-07-05.tif 2018-09-18.tif --reference 2018-07-05 --out clear.tif",
    "restore S2A_MSIL1C_….SAFE --keep-clear --out clear.tif --png before_after.png",
    "restore --input a.tif --input b.tif --mask clouds.tif --shard 2/4 --out clear.2of4.tif",
    "restore a.tif b.tif c.tif --keep-clear --samples 8 --self-check --out clear.tif",
    "restore a.tif b.tif c.tif --keep-clear --self-check --choose --out clear.tif",
    "restore --manifest scenes.csv --shard 3/16 --json",
  ],
  async run(values, context) {
    const source = sceneSource(values, context);
    if (source === undefined && inputsOf(values, context.operands).length === 0) {
      throw new UsageError("expected at least one date, or --manifest, got nothing");
    }
    if (isWithoutModel(values)) {
      if (source !== undefined) return await manifestOf(source, values, context);
      const output = required(values.out, "--out, the GeoTIFF to write,");
      const { png: picture, overwrite } = values;
      return await compositeOf(
        {
          ...compositeOptions(values),
          inputs: inputsOf(values, context.operands),
          write: { output, picture, overwrite },
        },
        context,
        values.collection,
      );
    }
    // Wrong values fail before an engine starts.
    restoreOptions(values, context);
    return await onNextEngine(context, (engine) => runOn(engine, { values, context }));
  },
});
