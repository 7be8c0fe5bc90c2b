/**
 * Labels of the dates: the day, or the file name where several dates share a day.
 *
 * @module
 */

import type { ReportFrame } from "./report_data.ts";

/** A label for each frame, unique if the file names are. */
export function frameLabels(
  frames: readonly Pick<ReportFrame, "date" | "name">[],
): readonly string[] {
  return frames.map(({ date, name }) => {
    if (date === null) return name;
    const same = frames.filter((other) => other.date === date).length > 1;
    return same ? name : date;
  });
}
