/**
 * Opens the auxiliary bands of a scene (SAR, NIR) from separate files.
 *
 * @module
 */

import { InputError, normalizeBand } from "../core/mod.ts";
import { alignment } from "../rasters/mod.ts";
import { statedMissing } from "./missing_values.ts";
import type { SceneFile } from "../products/mod.ts";
import type { Model } from "../model/mod.ts";
import type { SceneFrame } from "./scene.ts";

/** Opens the auxiliary bands of each date; undefined if the model takes none. */
export async function openAuxiliary(
  reference: SceneFile,
  { model: { card }, paths, order, open }: {
    readonly model: Model;
    readonly paths: readonly string[];
    /** Index among the inputs of each date. */
    readonly order: readonly number[];
    readonly open: (path: string) => Promise<SceneFile>;
  },
): Promise<readonly SceneFrame[] | undefined> {
  const wanted = card.condition.auxiliary.map(({ name }) => normalizeBand(name));
  if (wanted.length === 0) {
    if (paths.length === 0) return undefined;
    throw new InputError(
      `Cannot use ${paths[0]}: model ${card.name} takes no auxiliary bands; leave it out`,
    );
  }
  const files: SceneFile[] = [];
  for (const path of paths) {
    files.push(await open(path));
  }
  const named = (file: SceneFile) => {
    const { bands } = file.header;
    // SAR files rarely name their bands: the right number of unnamed bands is accepted.
    const plain = bands.every((band, i) => band === `${i + 1}`) && bands.length === wanted.length;
    return plain ? wanted : bands;
  };
  const sets = order.map((input) =>
    wanted.map((band) => {
      const having = files.filter((file) => named(file).includes(band));
      if (having.length !== 1 && having.length !== order.length) {
        throw new InputError(
          `Cannot restore ${reference.source}: model ${card.name} needs the auxiliary band ${band} ` +
            `in one file or in one per date (--auxiliary), got ${having.length} with it` +
            `${paths.length > 0 ? ` among ${paths.join(", ")}` : ""}`,
        );
      }
      const file = having[having.length === 1 ? 0 : input]!;
      return { file, index: named(file).indexOf(band) };
    })
  );
  return sets.map((set) => {
    const { file } = set[0]!;
    if (set.some((one) => one.file !== file)) {
      throw new InputError(
        `Cannot restore ${reference.source}: the auxiliary bands ${
          wanted.join(", ")
        } of a date must ` +
          `be in one file; stack them, as with gdal_merge.py -separate`,
      );
    }
    return {
      file,
      place: alignment(reference.header, file.header, {
        grid: reference.source,
        other: file.source,
      }),
      bands: set.map(({ index }) => index),
      fill: wanted.map(() => 0),
      gains: wanted.map(() => 1),
      biases: wanted.map(() => 0),
      missing: statedMissing(file.header),
    };
  });
}
