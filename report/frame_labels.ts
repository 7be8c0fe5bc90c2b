/**
 * What dates are called: by their day, or by their file where that is not enough.
 *
 * @module
 */

import type { ReportFrame } from "./report_data.ts";

/** A name for each frame, all different as far as their files' names are. */
export function frameLabels(
  frames: readonly Pick<ReportFrame, "date" | "name">[],
): readonly string[] {
  return frames.map(({ date, name }) => {
    if (date === null) return name;
    const same = frames.filter((other) => other.date === date).length > 1;
    return same ? name : date;
  });
}
