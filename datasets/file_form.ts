/**
 * Comparison of a file's header with what its dataset prescribes.
 *
 * @module
 */

import { normalizeBand, SENTINEL2_NAMES } from "../core/mod.ts";
import type { RasterHeader } from "../rasters/mod.ts";
import type { FileForm, Finding } from "./sample_files.ts";

/** A finding without the path of its file. */
export type Problem = Pick<Finding, "kind" | "message">;

/** Returns the band names that a file states, if some of them are of Sentinel-2. */
function statedNames(bands: readonly string[]): readonly string[] | undefined {
  const names = bands.map(normalizeBand);
  return names.some((name) => SENTINEL2_NAMES.includes(name)) ? names : undefined;
}

function bandsProblem(header: RasterHeader, { bands, named }: FileForm): Problem | undefined {
  const found = header.bands;
  if (found.length !== bands.length) {
    const message = `it must have ${bands.length} bands, ${bands.join(", ")}, got ${found.length}`;
    return { kind: "bands", message };
  }
  const wanted = bands.map(normalizeBand);
  const stated = named ? found.map(normalizeBand) : statedNames(found);
  if (stated === undefined || stated.join() === wanted.join()) return undefined;
  return {
    kind: "bands",
    message: `its bands must be ${wanted.join(", ")}, got ${stated.join(", ")}`,
  };
}

/** Returns the problems that the header shows. */
export function headerProblems(header: RasterHeader, form: FileForm): readonly Problem[] {
  const bands = bandsProblem(header, form);
  const { dtypes } = form;
  const isKnown = dtypes === undefined || dtypes.includes(header.dtype);
  return [
    ...(bands === undefined ? [] : [bands]),
    ...(isKnown ? [] : [{
      kind: "dtype" as const,
      message: `its pixels must be ${dtypes.join(" or ")}, got ${header.dtype}`,
    }]),
  ];
}

/** Returns the value of pixels without data; undefined if every value is data. */
export function nodataOf(
  { nodata, dtype }: Pick<RasterHeader, "nodata" | "dtype">,
  form: FileForm,
): number | undefined {
  if (form.classes) return undefined;
  const isWhole = dtype !== "float32" && dtype !== "float64";
  return nodata ?? form.nodata ?? (isWhole ? 0 : undefined);
}
