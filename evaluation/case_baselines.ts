/**
 * Baselines of a case.
 *
 * @module
 */

import type { Raster } from "../core/mod.ts";
import { baselines } from "../restoration/mod.ts";
import type { MethodInput } from "./evaluated_method.ts";

/** Baselines by name; none without cloudy dates. */
export async function baselinesOf(
  { cloudy, reference, found, dates }: MethodInput,
): Promise<Readonly<Record<string, Raster>>> {
  if (cloudy.length === 0) return {};
  return await baselines(cloudy, {
    reference,
    ...(found && { masks: found }),
    ...(dates && { dates }),
  });
}
