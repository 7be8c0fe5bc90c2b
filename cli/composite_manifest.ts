/**
 * `emrdm composite --manifest`: makes the composites of the scenes of a manifest.
 *
 * @module
 */

import {
  compositeManifest,
  type CompositeProgress,
  type CompositeSceneOptions,
  type CompositeStatus,
  readManifest,
} from "../restoration/mod.ts";
import { type Context, Failure, type Result, type SceneFeed } from "./command.ts";
import { collectionText } from "./collection.ts";
import { imageText } from "./composite_text.ts";
import { interruptible, RESUMES } from "./interrupt.ts";

/** Outcome of a scene, in a line, and its images. */
function statusText(status: CompositeStatus): string {
  const { number, output, seconds } = status;
  const scene = `scene ${number}, ${output}`;
  switch (status.status) {
    case "composed":
      return [
        `${scene}: composed in ${seconds.toFixed(1)} s`,
        ...status.result.images.map((image) => `  ${imageText(image, status.result)}`),
      ].join("\n");
    case "complete":
      return `${scene}: already complete`;
    case "failed":
      return `${scene}: failed after ${seconds.toFixed(1)} s: ${status.error}`;
  }
}

/** Options of all scenes of a manifest. */
type ManifestOptions = Omit<CompositeSceneOptions, "inputs" | "write" | "window" | "bbox"> & {
  readonly overwrite: boolean;
};

/** Makes the composites of scenes that come one by one. */
export async function compositesOfFeed(
  feed: SceneFeed,
  { overwrite, ...options }: ManifestOptions,
  { log }: Pick<Context, "log">,
): Promise<Result> {
  return await interruptible({ log, reason: RESUMES }, (signal) =>
    feed(async (scene) => {
      const work = { ...options, write: { overwrite }, signal, log };
      return (await compositeManifest([scene], work))[0]!;
    }, signal));
}

/** Makes the composites of a manifest. */
export async function compositesOf(
  path: string,
  options: ManifestOptions & { readonly collection: string | undefined },
  { progress, log, print }: Pick<Context, "progress" | "log" | "print">,
): Promise<Result> {
  const { overwrite, collection, ...others } = options;
  const scenes = await readManifest(path);
  const { index, count } = options.shard ?? { index: 1, count: 1 };
  const share = Math.ceil((scenes.length - index + 1) / count);
  let finished = 0;
  const bar = progress("composite");
  bar.update(0, share, "scenes");
  const all = await interruptible({ log, reason: RESUMES }, (signal) =>
    compositeManifest(scenes, {
      ...others,
      write: { overwrite },
      signal,
      log,
      onProgress: ({ done, total }: CompositeProgress) =>
        bar.update(finished + done / total, share, `scenes, ${done}/${total} blocks`),
      onScene(status) {
        finished++;
        bar.update(finished, share, "scenes");
        print(status, statusText(status));
      },
    })).finally(() => bar.end());
  const countOf = (wanted: CompositeStatus["status"]) =>
    all.filter(({ status }) => status === wanted).length;
  const counts = {
    composed: countOf("composed"),
    complete: countOf("complete"),
    failed: countOf("failed"),
  };
  const summary = `scenes: ${counts.composed} composed, ${counts.complete} already complete, ` +
    `${counts.failed} failed`;
  const outputs = scenes.map(({ output }) => output);
  for (const line of await collectionText({ collection, overwrite }, outputs)) log(line);
  if (counts.failed > 0) throw new Failure(summary, counts);
  return { text: summary, json: counts };
}
