/**
 * Comparison of a window of every date, with the fit of the whole scene.
 *
 * @module
 */

import { windowAverages } from "../window_sums.ts";
import { emptyEvidence, type Evidence, evidenceOf } from "./evidence.ts";
import { clearByEvidence, clearByHaze, outliers } from "./clear.ts";
import type { TimeFit } from "./fit.ts";
import type { Pixels } from "./pixels.ts";
import type { Signature } from "./signatures.ts";
import { traitsOf } from "./traits.ts";

/** Size of a window. */
interface Window {
  readonly width: number;
  readonly height: number;
}

const STEPS = 10000;

/** Means over windows of values between −1 and 2. */
function smooth(
  values: Float32Array,
  { known, radius, ...window }: Window & { readonly known: Uint8Array; readonly radius: number },
): Float32Array {
  const whole = Int32Array.from(
    values,
    (value, i) => known[i] === 0 ? 0 : Math.round(STEPS * Math.min(Math.max(value, -1), 2)),
  );
  return windowAverages(whole, { ...window, radius, known, unit: 1 / STEPS });
}

/** Smallest value in the 3×3 pixels around each. */
function lowest(values: Float32Array, { width, height }: Window): Float32Array {
  const wide = values.slice();
  for (let i = 0; i < wide.length; i++) {
    const x = i % width;
    if (x > 0) wide[i] = Math.min(wide[i]!, values[i - 1]!);
    if (x + 1 < width) wide[i] = Math.min(wide[i]!, values[i + 1]!);
  }
  const out = wide.slice();
  for (let i = 0; i < out.length; i++) {
    if (i >= width) out[i] = Math.min(out[i]!, wide[i - width]!);
    if (i + width < width * height) out[i] = Math.min(out[i]!, wide[i + width]!);
  }
  return out;
}

/** The three least hazy dates of each pixel. */
function leastHazy({ count, dates }: Pixels) {
  const values = Array.from({ length: 3 }, () => new Float32Array(count).fill(Infinity));
  const indices = Array.from({ length: 3 }, () => new Int16Array(count).fill(-1));
  for (const [date, { haze, known }] of dates.entries()) {
    for (let i = 0; i < count; i++) {
      if (known[i] === 0) continue;
      let k = 3;
      while (k > 0 && haze[i]! < values[k - 1]![i]!) k--;
      if (k === 3) continue;
      for (let j = 2; j > k; j--) {
        values[j]![i] = values[j - 1]![i]!;
        indices[j]![i] = indices[j - 1]![i]!;
      }
      values[k]![i] = haze[i]!;
      indices[k]![i] = date;
    }
  }
  /** Low haze of the dates but one (−1: of all), at most `cap`. */
  const lowWithout = (date: number, i: number, { skip, cap }: { skip: number; cap: number }) => {
    for (let k = 0, left = skip; k < 3; k++) {
      if (indices[k]![i] === date) continue;
      if (left-- > 0 && k < 2 && indices[k + 1]![i]! >= 0) continue;
      return Math.min(values[k]![i]!, cap);
    }
    return cap;
  };
  return lowWithout;
}

/** Traits of a window on every date: [dates][traits][height · width]. */
export function compareDates(
  pixels: Pixels,
  { fit, signatures, ...window }: Window & {
    readonly fit: TimeFit;
    readonly signatures: readonly Signature[];
  },
): readonly (readonly Float32Array[])[] {
  const { count, bands, dates } = pixels;
  const { level, cap } = fit;
  const low = leastHazy(pixels);
  const skip = outliers(dates.length);
  const first = dates.map(({ haze, known }) => {
    const excess = haze.map((value, i) => value - low(-1, i, { skip, cap }));
    return smooth(excess, { ...window, known, radius: 1 })
      .map((value, i) => known[i] === 0 ? 0 : clearByHaze(value));
  });
  const evidence: Evidence[] = dates.map(() => emptyEvidence(count));
  const find = (clear: readonly Float32Array[], where?: readonly Float32Array[]) => {
    for (const [date, one] of fit.dates.entries()) {
      const own = where?.[date];
      evidenceOf(pixels, {
        date,
        fit: one,
        clear,
        signatures,
        out: evidence[date]!,
        ...(own === undefined ? {} : { where: own }),
      });
    }
  };
  // What is hazy at first stays so.
  find(first, first);
  const clear = dates.map(({ known }, date) => {
    const { opacity, shade } = evidence[date]!;
    const o = smooth(opacity, { ...window, known, radius: 1 });
    const s = smooth(shade, { ...window, known, radius: 2 });
    return lowest(
      o.map((value, i) => first[date]![i]! < 0.001 ? 0 : clearByEvidence(value, s[i]!)),
      window,
    );
  });
  find(clear);
  return dates.map((one, date) => {
    const others = new Float32Array(count);
    for (const [k, plane] of clear.entries()) {
      if (k === date) continue;
      for (let i = 0; i < count; i++) others[i]! += plane[i]!;
    }
    const own = { skip: outliers(dates.length - 1), cap };
    return traitsOf({
      ...window,
      pixels: one,
      bands,
      evidence: evidence[date]!,
      excess: one.haze.map((value, i) => value - low(date, i, own)),
      others,
      level,
      spread: cap - level,
      veil: fit.dates[date]!.veil,
    });
  });
}
