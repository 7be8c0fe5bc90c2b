/**
 * Baselines of a case.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { mean, median } from "../fusion/mod.ts";
import { baselines, copyInput, fuseFrames, maskAwareMean } from "../restoration/mod.ts";
import { isVisible } from "./case_pixels.ts";
import type { MethodInput } from "./evaluated_method.ts";

/** Baselines by name; a single date has only its copy. */
export async function baselinesOf(given: MethodInput): Promise<Readonly<Record<string, Raster>>> {
  const { cloudy, reference, found, dates } = given;
  if (cloudy.length === 0) return {};
  if (cloudy.length === 1) return { "copy the input": copyInput(cloudy, { reference }) };
  if (cloudy.every(isVisible)) {
    return await baselines(cloudy, {
      reference,
      ...(found && { masks: found }),
      ...(dates && { dates }),
    });
  }
  // Without visible bands the cloud detector cannot run.
  return {
    "copy the input": copyInput(cloudy, { reference }),
    mean: await fuseFrames(cloudy, { fusion: mean() }),
    median: await fuseFrames(cloudy, { fusion: median() }),
    ...(found && { "mask-aware mean": maskAwareMean(cloudy, { masks: found, reference }) }),
  };
}
