/**
 * Counts of the values of a mask: the share that each class hides, and what is doubtful about them.
 *
 * @module
 */

import { CLOUD_CLASSES, MASK_UNKNOWN } from "./classes.ts";
import { classOfValue, idsOf, isOfKind, type MaskKind } from "./mask_kind.ts";

/** Number of pixels of each value. */
export type MaskCounts = ReadonlyMap<number, number>;

/** Different values beyond which they are no longer counted one by one. */
export const MOST_VALUES = 4096;
/** Different values of a plain mask; more are bits, probabilities or an image. */
const MOST_CLASSES = 16;
/** Number of values in a message. */
const SHOWN = 8;

/** A share in percent, which is 0 or 100 only if it is exactly that. */
export function percent(part: number, whole: number): string {
  const share = 100 * part / whole;
  if (part === 0 || part === whole) return `${share} %`;
  if (share < 0.1) return "less than 0.1 %";
  return share > 99.9 ? "more than 99.9 %" : `${Number(share.toPrecision(share < 10 ? 2 : 3))} %`;
}

function total(counts: MaskCounts): number {
  return counts.values().reduce((sum, count) => sum + count, 0);
}

/** Pixels of the classes clear, shadow, hidden and unknown. */
function byClass(kind: MaskKind, counts: MaskCounts, nodata: number | undefined) {
  let [hidden, unknown] = [0, 0];
  for (const [value, count] of counts) {
    const found = Object.is(value, nodata) ? MASK_UNKNOWN : classOfValue(kind, value);
    if (found === MASK_UNKNOWN) unknown += count;
    else if (found !== CLOUD_CLASSES.clear) hidden += count;
  }
  return { hidden, unknown, all: total(counts) };
}

/** Shares of each hidden class or bit that occurs, largest first. */
function hiddenShares(kind: MaskKind, counts: MaskCounts, nodata: number | undefined): string[] {
  const shares = new Map<number, number>();
  for (const [value, count] of counts) {
    if (Number.isNaN(value) || Object.is(value, nodata)) continue;
    const ids = kind.isPlain && value !== 0
      ? [value]
      : idsOf(kind, value).filter((id) => kind.masked.has(id));
    for (const id of ids) shares.set(id, (shares.get(id) ?? 0) + count);
  }
  const all = total(counts);
  return [...shares].sort(([, a], [, b]) => b - a).slice(0, SHOWN).map(([id, count]) => {
    const what = kind.form === "bits" ? `bit ${id}` : `${id}`;
    const label = kind.labels.get(id);
    return `${label === undefined ? what : `${label} (${what})`} ${percent(count, all)}`;
  });
}

/** Describes what a mask hides in a line: kind, share of each hidden class, and in all. */
export function maskSummary(
  kind: MaskKind,
  { counts, nodata }: { readonly counts: MaskCounts; readonly nodata: number | undefined },
): string {
  const { hidden, unknown, all } = byClass(kind, counts, nodata);
  const shares = kind.form === "above"
    ? [`values above ${kind.above}`]
    : hiddenShares(kind, counts, nodata);
  return `${kind.name}${kind.form === "bits" ? ", bits" : ""}: hides ${percent(hidden, all)}` +
    (shares.length === 0 ? "" : ` (${shares.join(", ")})`) +
    (unknown === 0 ? "" : `, ${percent(unknown, all)} unknown`);
}

/** Lists values with their share, the most frequent first. */
export function valueList(counts: MaskCounts): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const all = total(counts);
  return sorted.slice(0, SHOWN).map(([value, count]) => `${value} (${percent(count, all)})`)
    .join(", ") + (sorted.length > SHOWN ? ", …" : "");
}

/** Doubts about a mask, one line each. */
export function maskWarnings(
  kind: MaskKind,
  { counts, nodata }: { readonly counts: MaskCounts; readonly nodata: number | undefined },
): readonly string[] {
  const { hidden, unknown, all } = byClass(kind, counts, nodata);
  const strange = new Map(
    [...counts].filter(([value]) =>
      !Object.is(value, nodata) && !Number.isNaN(value) && !isOfKind(kind, value)
    ),
  );
  const found = `it holds ${valueList(counts)}`;
  return [
    ...(strange.size === 0
      ? []
      : [`${kind.name} has no values such as ${valueList(strange)}; is it another mask?`]),
    ...(hidden === 0 && unknown < all ? [`it hides nothing: ${found}`] : []),
    ...(hidden + unknown === all ? [`it hides every pixel: ${found}`] : []),
  ];
}

/** Why values of an unknown mask are no classes; undefined if they can be. */
export function notClasses(counts: MaskCounts): string | undefined {
  const values = [...counts.keys()].filter((value) => !Number.isNaN(value));
  const isFraction = values.some((value) => !Number.isInteger(value));
  if (isFraction) {
    return `its values are fractions, such as ${valueList(counts)}; if they are probabilities, ` +
      "give the limit: --mask-above 0.5";
  }
  const isOdd = values.some((value) => value < 0 || value > 255);
  if (values.length <= MOST_CLASSES && !isOdd) return undefined;
  return `its values are no classes: ${valueList(counts)}; if they are bits, give those of cloud ` +
    "and shadow (--mask-bits 3,4); if classes, those to hide (--mask-values 1,2); if " +
    "probabilities, the limit (--mask-above 50)";
}
