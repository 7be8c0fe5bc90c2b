/**
 * Bands of a date in the order of the model, and bands of the result.
 *
 * @module
 */

import { InputError, normalizeBand } from "../core/mod.ts";
import type { SceneFile } from "../products/mod.ts";
import type { Model } from "../model/mod.ts";

/** Replacement for B10, which L2A products lack: an error, 0, or the value of clear air. */
export type MissingB10 = "error" | "zero" | "clear";

/** Index in a file of each of the model's bands; undefined for a B10 that is filled in. */
export function bandIndices(
  file: SceneFile,
  { model: { card }, missingB10, named }: {
    readonly model: Model;
    readonly missingB10: MissingB10;
    /** True if the user named the bands. */
    readonly named: boolean;
  },
): readonly (number | undefined)[] {
  const { bands } = file.header;
  const wanted = card.bands.map(({ name }) => normalizeBand(name));
  const lacking = wanted.filter((band) => !bands.includes(band));
  if (lacking.length === 1 && lacking[0] === "B10") {
    if (missingB10 === "error") {
      throw new InputError(
        `Cannot restore ${file.source}: model ${card.name} needs B10, which L2A products lack; use ` +
          `the L1C product, or choose a replacement: zero or clear (--missing-b10)`,
      );
    }
  } else if (lacking.length > 0) {
    const isNameless = bands.every((name, i) => name === `${i + 1}`);
    const hint = isNameless && !named
      ? "if the bands only lack names, give them in the order of the file (--band-names); else use " +
        "another model"
      : lacking.join() === "B08" && bands.includes("B8A")
      ? "its near infrared is the narrow B8A; to use that as B08, " +
        (file.kind === "raster" ? "say so" : "stack the bands into one file and say so") +
        `: --band-names ${bands.map((band) => band === "B8A" ? "B08" : band).join(",")}`
      : bands.some((band) => wanted.includes(band))
      ? `add ${
        lacking.join(", ")
      } (gdalbuildvrt -separate, or a folder with a file per band), or ` +
        "use a model for these bands"
      : "if they are the same bands under other names, rename them (--band-names); else use " +
        "another model";
    throw new InputError(
      `Cannot restore ${file.source}: model ${card.name} needs the bands ${
        wanted.join(", ")
      }, got ` +
        `${bands.join(", ")}; ${hint}`,
    );
  }
  return wanted.map((band) => bands.includes(band) ? bands.indexOf(band) : undefined);
}

/**
 * Indices of the model's bands in the result.
 *
 * @throws {InputError} If a wanted band is not in the file or not of the model.
 */
export function outputBands(
  file: SceneFile,
  model: Model,
  wanted?: readonly string[],
): readonly number[] {
  const known = model.card.bands.map(({ name }) => normalizeBand(name));
  const own = file.header.bands.filter((band) => known.includes(band));
  const names = wanted?.map(normalizeBand) ?? own;
  const unknown = names.filter((name) => !own.includes(name));
  if (unknown.length > 0) {
    throw new InputError(
      `Cannot write the bands ${unknown.join(", ")}: they must be in ${file.source} and known to ` +
        `model ${model.card.name}, which are ${own.join(", ")}`,
    );
  }
  return names.map((name) => known.indexOf(name));
}
