/**
 * Profiles by name.
 *
 * @module
 */

import { cuhkCr } from "./cuhk_cr.ts";
import type { MetricProfile } from "./profile.ts";
import { sen12MsCr } from "./sen12_ms_cr.ts";
import { sen2MtcNew } from "./sen2_mtc_new.ts";
import { standard } from "./standard.ts";

/** Names of the profiles. */
export type ProfileName = "standard" | "sen2MtcNew" | "sen12MsCr" | "cuhkCr";

/**
 * Profiles: `standard`, and those of EMRDM's published tables.
 *
 * @example
 * ```ts
 * import { METRIC_PROFILES } from "./profiles.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const target = Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => (32 + i % 96) / 1024);
 * const size = { height: 16, width: 16, channels: 3 };
 * const brighter = target.map((value) => value + 1 / 16);
 * const plain = await METRIC_PROFILES.standard.score({ ...size, target, prediction: brighter });
 * assertEquals(plain.mae.toFixed(3), "0.063");
 * assertEquals([plain.lpips, plain.noLpips], [null, "no weights"]);
 * // Each image is stretched separately, which removes the error.
 * const published = await METRIC_PROFILES.sen2MtcNew
 *   .score({ ...size, target, prediction: brighter });
 * assertEquals(published.mae, 0);
 * ```
 */
export const METRIC_PROFILES: Readonly<Record<ProfileName, MetricProfile>> = {
  standard,
  sen2MtcNew,
  sen12MsCr,
  cuhkCr,
};
