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
import type { Alone } from "./alone.ts";
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
  const whole = new Int32Array(values.length);
  for (let i = 0; i < whole.length; i++) {
    if (known[i] === 1) whole[i] = Math.round(STEPS * Math.min(Math.max(values[i]!, -1), 2));
  }
  return windowAverages(whole, { ...window, radius, known, unit: 1 / STEPS });
}

/** Smallest value in the 3×3 pixels around each. */
function lowest(values: Float32Array, { width, height }: Window): Float32Array {
  const wide = values.slice();
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (x > 0 && values[i - 1]! < wide[i]!) wide[i] = values[i - 1]!;
      if (x + 1 < width && values[i + 1]! < wide[i]!) wide[i] = values[i + 1]!;
    }
  }
  const out = wide.slice();
  for (let i = width; i < out.length; i++) {
    if (wide[i - width]! < out[i]!) out[i] = wide[i - width]!;
    if (wide[i]! < out[i - width]!) out[i - width] = wide[i]!;
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
  const lowWithout = (
    i: number,
    { date, skip, cap }: {
      readonly date: number;
      readonly skip: number;
      readonly cap: number;
    },
  ) => {
    for (let k = 0, left = skip; k < 3; k++) {
      if (indices[k]![i] === date) continue;
      if (left-- > 0 && k < 2 && indices[k + 1]![i]! >= 0) continue;
      return Math.min(values[k]![i]!, cap);
    }
    return cap;
  };
  return lowWithout;
}

/**
 * Compares the dates of a window.
 *
 * @returns A function that computes the traits of a date, [traits][blocks]: those of all dates would
 *   take much memory at once.
 */
export function compareDates(
  pixels: Pixels,
  { fit, signatures, wanted, alone }: {
    readonly fit: TimeFit;
    readonly signatures: readonly Signature[];
    /** Dates whose traits are computed; the others only serve them. */
    readonly wanted: readonly number[];
    /** Of two dates: what the rules for a single date find on each. */
    readonly alone?: readonly Alone[];
  },
): (date: number) => readonly Float32Array[] {
  const { width, height, count, bands, dates } = pixels;
  const { level, cap } = fit;
  const low = leastHazy(pixels);
  const all = { date: -1, skip: outliers(dates.length), cap };
  const first = dates.map(({ haze, known }) => {
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      if (known[i] === 1) out[i] = clearByHaze(haze[i]! - low(i, all));
    }
    return out;
  });
  const evidence: Evidence[] = dates.map(() => emptyEvidence(count));
  const find = (
    chosen: Iterable<number>,
    clear: readonly Float32Array[],
    where?: readonly Float32Array[],
  ) => {
    for (const date of chosen) {
      const own = where?.[date];
      evidenceOf(pixels, {
        date,
        fit: fit.dates[date]!,
        clear,
        signatures,
        out: evidence[date]!,
        ...(own === undefined ? {} : { where: own }),
      });
    }
  };
  // Pixels that are hazy in the first pass stay hazy.
  find(dates.keys(), first, first);
  const clear = dates.map(({ known }, date) => {
    const { opacity, shade } = evidence[date]!;
    const around = smooth(shade, { width, height, known, radius: 1 });
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      out[i] = first[date]![i]! < 0.001 ? 0 : clearByEvidence(opacity[i]!, around[i]!);
    }
    return lowest(out, { width, height });
  });
  find(wanted, clear);
  const total = new Float32Array(count);
  for (const plane of clear) for (let i = 0; i < count; i++) total[i]! += plane[i]!;
  return (date) => {
    const one = dates[date]!;
    const own = { date, skip: outliers(dates.length - 1), cap };
    const others = new Float32Array(count);
    const excess = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      others[i] = total[i]! - clear[date]![i]!;
      excess[i] = one.haze[i]! - low(i, own);
    }
    return traitsOf({
      width,
      height,
      pixels: one,
      bands,
      evidence: evidence[date]!,
      excess,
      others,
      level,
      spread: cap - level,
      veil: fit.dates[date]!.veil,
      ...(alone && { alone: [alone[date]!, alone[1 - date]!] as const }),
    });
  };
}
