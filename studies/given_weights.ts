/**
 * Given weights instead of training, such as an imported checkpoint.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { type Model, type ModelCard, modelDigest } from "../model/mod.ts";
import type { PlannedRow } from "./plan.ts";
import { stableJson } from "../core/mod.ts";
import type { TrainedRun } from "./trained.ts";

/** Parts of a card that weights depend on; the other axes can change without training. */
function madeFor({ bands, condition, scaling, modules: { network } }: ModelCard) {
  return { bands: bands.map(({ name }) => name), condition, scaling, network };
}

/**
 * Checks a model file against the rows that will use its weights.
 *
 * @param rows Their cards must have the file's bands, scaling, condition and network.
 * @returns Folder of the cached scores, which belongs to these weights only.
 * @throws {CheckpointError} If the file cannot be read.
 * @throws {TypeError} If a row's model differs.
 */
export async function givenWeights(
  file: string,
  rows: readonly PlannedRow[],
  { out, load }: {
    readonly out: string;
    /** Loads a model file. */
    readonly load: (file: string) => Promise<Model>;
  },
): Promise<Pick<TrainedRun, "folder" | "model" | "parameters">> {
  const model = await load(file);
  const { params, buffers } = model.weights;
  try {
    const own = madeFor(model.card);
    for (const { row, card } of rows) {
      const wanted = madeFor(card);
      const other = (Object.keys(own) as (keyof typeof own)[])
        .find((key) => stableJson(own[key]) !== stableJson(wanted[key]));
      if (other !== undefined) {
        throw new TypeError(
          `Cannot score the weights of ${file} as ${row.name}: its ${other} must be ` +
            `${stableJson(wanted[other])}, got ${stableJson(own[other])}`,
        );
      }
    }
    const digest = (await modelDigest(model)).slice(0, 8);
    const stem = file.split(/[\\/]/).at(-1)!.replace(/\.[^.]+$/, "");
    const parameters = Object.values(params).reduce((sum, { size }) => sum + size, 0);
    return { folder: `${out}/given/${stem}-${digest}`, model: file, parameters };
  } finally {
    tf.dispose({ ...params, ...buffers });
  }
}
