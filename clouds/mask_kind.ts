/**
 * Meaning of the values of a mask: classes, bits, or a quantity with a threshold.
 *
 * @module
 */

import { CLOUD_CLASSES, MASK_UNKNOWN } from "./classes.ts";

/** Meaning of the values of a mask. */
export interface MaskKind {
  /** Name for messages, such as "SCL". */
  readonly name: string;
  /** Classes of values, bits of values, or values above a limit. */
  readonly form: "classes" | "bits" | "above";
  /** Meaning of each class, or of each bit by its number from 0. */
  readonly labels: ReadonlyMap<number, string>;
  /** Classes or bits that are hidden. */
  readonly masked: ReadonlySet<number>;
  /** Classes or bits of cloud shadow. */
  readonly shadow: ReadonlySet<number>;
  /** Classes or bits of thin cloud: cirrus, haze. */
  readonly thin: ReadonlySet<number>;
  /** Bits that repeat what others say, as "cloud or shadow"; alone, they are thick cloud. */
  readonly vague: ReadonlySet<number>;
  /** Classes or bits of pixels without data. */
  readonly unknown: ReadonlySet<number>;
  /** Limit of the form "above"; NaN otherwise. */
  readonly above: number;
  /** True if every other class is hidden: a plain mask, in which 0 is clear. */
  readonly isPlain: boolean;
}

/** Makes a kind of classes or bits. */
export function maskKind(
  { labels = {}, masked = [], shadow = [], thin = [], vague = [], unknown = [], ...kind }:
    & Pick<MaskKind, "name" | "form">
    & {
      readonly labels?: Readonly<Record<number, string>>;
      readonly masked?: readonly number[];
      readonly shadow?: readonly number[];
      readonly thin?: readonly number[];
      readonly vague?: readonly number[];
      readonly unknown?: readonly number[];
      readonly above?: number;
      readonly isPlain?: boolean;
    },
): MaskKind {
  return {
    above: NaN,
    isPlain: false,
    ...kind,
    labels: new Map(Object.entries(labels).map(([id, label]) => [Number(id), label])),
    masked: new Set(masked),
    shadow: new Set(shadow),
    thin: new Set(thin),
    vague: new Set(vague),
    unknown: new Set(unknown),
  };
}

/** Numbers of the bits that are set, of an integer of up to 32 bits. */
export function bitsOf(value: number): readonly number[] {
  const bits: number[] = [];
  for (let bit = 0; bit < 32; bit++) if ((value >>> bit) & 1) bits.push(bit);
  return bits;
}

/** Classes or bits that a value stands for. */
export function idsOf({ form }: Pick<MaskKind, "form">, value: number): readonly number[] {
  return form === "bits" ? bitsOf(value) : [value];
}

/**
 * Class of a value: clear, thin cloud, shadow, or thick cloud for all other hidden values;
 * {@linkcode MASK_UNKNOWN} for NaN and pixels without data. Of several bits, thick cloud counts before
 * thin cloud, and that before shadow.
 */
export function classOfValue(kind: MaskKind, value: number): number {
  if (Number.isNaN(value)) return MASK_UNKNOWN;
  if (kind.form === "above") {
    return value > kind.above ? CLOUD_CLASSES.thick : CLOUD_CLASSES.clear;
  }
  if (kind.isPlain) return value === 0 ? CLOUD_CLASSES.clear : CLOUD_CLASSES.thick;
  const ids = idsOf(kind, value);
  const hidden = ids.filter((id) => kind.masked.has(id));
  if (hidden.length > 0) {
    const exact = hidden.filter((id) => !kind.vague.has(id));
    if (exact.length === 0) return CLOUD_CLASSES.thick;
    const clouds = exact.filter((id) => !kind.shadow.has(id));
    if (clouds.length === 0) return CLOUD_CLASSES.shadow;
    return clouds.every((id) => kind.thin.has(id)) ? CLOUD_CLASSES.thin : CLOUD_CLASSES.thick;
  }
  return ids.some((id) => kind.unknown.has(id)) ? MASK_UNKNOWN : CLOUD_CLASSES.clear;
}

/** True if a value is one that the kind has. */
export function isOfKind({ form, labels, isPlain, ...kind }: MaskKind, value: number): boolean {
  if (form === "above" || isPlain || labels.size === 0) return true;
  return Number.isInteger(value) && idsOf({ ...kind, form }, value).every((id) => labels.has(id));
}
