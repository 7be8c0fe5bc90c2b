/**
 * `emrdm composite`: makes a clear image of the dates themselves, without a model.
 *
 * @module
 */

import { compositeScene, type CompositeSceneOptions } from "../restoration/mod.ts";
import { collectionText } from "./collection.ts";
import { cubeOutput } from "./cube.ts";
import { command, type Context, type Result, type SceneFeed } from "./command.ts";
import { COMPOSITE_FLAGS, compositeOptions } from "./composite_flags.ts";
import { compositesOf, compositesOfFeed } from "./composite_manifest.ts";
import { imageText } from "./composite_text.ts";
import { required, UsageError } from "./flags.ts";
import { interruptible, NOTHING_WRITTEN } from "./interrupt.ts";
import { checkFed, checkManifestCall, sceneSource } from "./manifest_call.ts";
import { inputsOf } from "./scene_flags.ts";

function isAll({ reference }: CompositeSceneOptions): boolean {
  return reference === "all";
}

/** Makes the composites of a call. */
export async function compositeOf(
  given: CompositeSceneOptions,
  { progress, log }: Pick<Context, "progress" | "log">,
  collection?: string,
): Promise<Result> {
  const { output: out, overwrite = false } = given.write;
  const { index, count } = given.shard ?? {};
  const cube = await cubeOutput(out, {
    overwrite,
    shard: given.shard && `${index}/${count}`,
    several: isAll(given),
  });
  const output = cube.images;
  const options: CompositeSceneOptions = {
    ...given,
    write: { ...given.write, output, overwrite: overwrite || (cube.isCube && !isAll(given)) },
  };
  const start = performance.now();
  const bar = progress("composite");
  try {
    const result = await interruptible(
      { log, reason: NOTHING_WRITTEN },
      (signal) =>
        compositeScene({
          ...options,
          log,
          signal,
          onProgress: ({ done, total, stage }) => bar.update(done, total, `blocks, ${stage}`),
        }),
    );
    await cube.finish([...result.images, ...result.complete]);
    const seconds = (performance.now() - start) / 1000;
    const lines = result.images.map((image) => imageText(image, result));
    return {
      text: [
        ...result.complete.map(({ output }) => `${output}: already complete`),
        ...lines,
        `${lines.length} image${lines.length === 1 ? "" : "s"} in ` +
        `${seconds.toFixed(1)} s`,
        ...(cube.isCube ? [`${out}: cube of ${lines.length + result.complete.length} dates`] : []),
        ...await collectionText({ collection, overwrite }, [output]),
      ].join("\n"),
      json: { ...result, seconds },
    };
  } finally {
    bar.end();
  }
}

/** Makes the composites of a manifest or a feed, of which `restore --model none` may be one. */
export async function manifestOf(
  source: string | SceneFeed,
  values: Parameters<typeof compositeOptions>[0] & Parameters<typeof checkManifestCall>[0] & {
    readonly overwrite: boolean;
    readonly collection: string | undefined;
  },
  context: Pick<Context, "operands" | "progress" | "log" | "print">,
): Promise<Result> {
  checkManifestCall(values, context.operands, ["all", "none"]);
  const { overwrite, collection } = values;
  const options = { ...compositeOptions(values), overwrite };
  if (typeof source === "string") {
    return await compositesOf(source, { ...options, collection }, context);
  }
  checkFed(values);
  return await compositesOfFeed(source, options, context);
}

/** `emrdm composite`. */
export const composite = command({
  operands: "<date ...>",
  details:
    `Writes a clear image made of the dates themselves, without a model, for any sensor. Clear pixels of
the depicted date are copied bit for bit; the others come from the dates that show the ground there.
Next to <out>, rasters say what each pixel rests on:
  <out>.provenance.tif  0 no data, 1 observed, 2 other dates, 3 no date
  <out>.support.tif     evidence of the dates in percent
  <out>.days.tif        days from the depicted date to the nearest one used
  <out>.uncertainty.tif expected error in the image's unit (method composite)

--reference all writes an image of every date in one pass; after an interruption, run the same
command again to resume. With --from or --to and no --reference, the
whole period becomes one image, such as a monthly mosaic.

Methods:
  composite  the best dates, mapped to the depicted one over clear ground
  clearest   the date with the most clear ground in the scene
  mean       mean of the clear dates
  median     median of the clear dates, band by band
  linear     linear in time between the nearest clear dates
  medoid     the observation closest to all others
  geomedian  geometric median of the spectra

A manifest is a CSV file with the columns output and inputs (dates separated by ;) and, as needed,
dates, reference, mask and picture. Complete results are skipped: after an interruption, run the same
command again to resume.

Every date needs a mask. Default: the product's own (SCL, Fmask, QA_PIXEL), else the built-in
detector, which needs blue, green and red, and compares the dates if they have
near infrared. Where no date is clear, pixels are filled from their
surroundings: provenance 3, support 0.`,
  flags: COMPOSITE_FLAGS,
  examples: [
    "composite 2018-*.tif --reference 2018-07-05 --out clear.tif",
    "composite 2018-*.tif --reference all --out clear/{date}.tif",
    "composite *.SAFE --from 2018-05-01 --to 2018-05-31 --method medoid --out may.tif",
    "composite a.tif b.tif c.tif --mask masks/{date}.tif --window 0,0,512,512 --out clear.tif",
    "composite --manifest scenes.csv --shard 3/16 --json",
  ],
  async run(values, context) {
    const { operands, progress, log } = context;
    const source = sceneSource(values, context);
    if (source !== undefined) return await manifestOf(source, values, context);
    const inputs = inputsOf(values, operands);
    if (inputs.length === 0) {
      throw new UsageError("expected at least one date, or --manifest, got nothing");
    }
    const output = required(values.out, "--out, the GeoTIFF to write,");
    const { png: picture, overwrite } = values;
    return await compositeOf(
      {
        ...compositeOptions(values),
        inputs,
        write: { output, picture, overwrite },
      },
      { progress, log },
      values.collection,
    );
  },
});
