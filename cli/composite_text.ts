/**
 * Results of `emrdm composite` as text.
 *
 * @module
 */

import { mean } from "../core/mod.ts";
import type { CompositeImage, CompositeResult } from "../restoration/mod.ts";

/** One image in a line or two. */
export function imageText(
  { output, reference, tags, used, report: { pixels, border } }: CompositeImage,
  { method, dates, paths }: CompositeResult,
): string {
  const what = reference === undefined
    ? `the period ${tags.EMRDM_PERIOD}`
    : dates[reference] ?? paths[reference]!;
  const all = Object.values(pixels ?? {}).reduce((sum, n) => sum + n, 0);
  const share = (n: number) => `${(100 * n / all).toFixed(1)} %`;
  if (used.length === 0 && pixels?.observed === all - (pixels?.noData ?? 0)) {
    return `${output}: ${what} is clear and kept as it is`;
  }
  return `${output}: ${method} of ${what} from ${used.length} date${used.length === 1 ? "" : "s"}` +
    (pixels === undefined
      ? ""
      : `: ${share(pixels.observed)} observed, ${share(pixels.otherDate)} from other dates, ` +
        `${share(pixels.reconstructed)} shown by no date, ${share(pixels.noData)} no data`) +
    (border === undefined
      ? ""
      : `; step at the mask's edge ${mean(border.absolute).toFixed(4)} in reflectance`);
}
