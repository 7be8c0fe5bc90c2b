/**
 * Reading the values of a mask file, and deciding what they mean.
 *
 * @module
 */

import { InputError, type PixelArray, shellWord } from "../core/mod.ts";
import { pathInAddress } from "../files/mod.ts";
import type { RasterFile, RasterHeader, RasterWindow } from "../rasters/mod.ts";
import { KEPT_ROWS, KeptValues, type MaskArray, type MaskValues } from "./kept_values.ts";
import { knownMask, PLAIN_MASK } from "./known_masks.ts";
import { type MaskKind, maskKind } from "./mask_kind.ts";
import { type MaskCounts, MOST_VALUES, notClasses } from "./mask_survey.ts";

/** Meaning of the values of a mask as the user gives it; at most one of them. */
export interface MaskMeaning {
  /** Classes to hide. */
  readonly values?: readonly number[];
  /** Bits to hide, from 0. */
  readonly bits?: readonly number[];
  /** Limit above which values are hidden, as of a probability. */
  readonly above?: number;
}

/** Pixels of the largest window of a survey. */
const SURVEYED = 2 ** 22;
/** Parts along each side of a mask that a look counts, and their side. */
const LOOK = { parts: 3, side: 512 } as const;
/** Bit of UDM2's band 8 for pixels outside of the image. */
const OUTSIDE = 1;

/** Bands of a mask file that make up its values. */
export interface MaskBands {
  /** Kind by the names, if they are known. */
  readonly known?: MaskKind;
  readonly indices: readonly number[];
}

/** Last part of a path or address, without its query string. */
function fileNameOf(source: string): string {
  return pathInAddress(source).split(/[\\/]/).at(-1)!;
}

/** Finds the bands to read. @throws {InputError} If there are several and none has a known name. */
export function maskBands({ bands }: RasterHeader, source: string): MaskBands {
  const fileName = fileNameOf(source);
  const folded = knownMask({ fileName, bands, band: "" });
  if (folded?.folded !== undefined) return { known: folded.kind, indices: folded.folded };
  const isKnown = (band: string) => knownMask({ fileName: "", bands: [band], band }) !== undefined;
  const named = bands.indexOf("SCL");
  const index = bands.length === 1 ? 0 : named >= 0 ? named : bands.findIndex(isKnown);
  if (index < 0) {
    throw new InputError(
      `Cannot use mask ${source}: it must have one band, or one named SCL, got ` +
        `${bands.join(", ")}; extract the band with the classes: gdal_translate -b 1 ${
          shellWord(source)
        } OUT.tif`,
    );
  }
  const found = knownMask({ fileName, bands: [bands[index]!], band: bands[index]! });
  return { indices: [index], ...(found === undefined ? {} : { known: found.kind }) };
}

/** Reads the values of a window of a mask; several bands of yes and no become the bits of one value. */
export async function readMaskValues(
  file: RasterFile,
  { window, indices }: { readonly window: RasterWindow; readonly indices: readonly number[] },
): Promise<MaskValues> {
  const raster: { data: PixelArray; valid?: Uint8Array } = await file.read({
    window,
    bands: [...indices],
  });
  const { data, valid } = raster;
  const depth = indices.length;
  if (depth === 1) return { values: data, valid };
  const values = new Uint32Array(data.length / depth);
  for (let i = 0; i < data.length; i++) {
    const bit = i % depth;
    const value = data[i]!;
    // The seventh is the older UDM, of bits.
    const isSet = bit === 6 ? (value & OUTSIDE) !== 0 : value !== 0;
    if (isSet) values[(i - bit) / depth]! |= 1 << bit;
  }
  return { values, valid };
}

/** Adds the values of some pixels to counts. */
function addCounts(counts: Map<number, number>, values: MaskArray): void {
  const add = (value: number, more: number) => counts.set(value, (counts.get(value) ?? 0) + more);
  if (values instanceof Uint8Array || values instanceof Uint16Array) {
    const found = new Uint32Array(2 ** (8 * values.BYTES_PER_ELEMENT));
    for (let i = 0; i < values.length; i++) found[values[i]!]!++;
    for (const [value, more] of found.entries()) if (more > 0) add(value, more);
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    add(counts.has(value) || counts.size < MOST_VALUES ? value : Math.round(value * 8) / 8, 1);
  }
}

/** Parts of a window that a look counts, on a lattice; the whole of a small one. */
function partsOf({ column, row, width, height }: RasterWindow): readonly RasterWindow[] {
  const spans = (from: number, length: number) =>
    length <= LOOK.parts * LOOK.side ? [[from, length] as const] : Array.from(
      { length: LOOK.parts },
      (_, i) =>
        [from + Math.round((length - LOOK.side) * i / (LOOK.parts - 1)), LOOK.side] as const,
    );
  return spans(row, height).flatMap(([row, height]) =>
    spans(column, width).map(([column, width]) => ({ column, row, width, height }))
  );
}

/** Counts the values in some parts of a window of a mask. */
export async function lookAtValues(
  file: RasterFile,
  { window, indices }: { readonly window: RasterWindow; readonly indices: readonly number[] },
): Promise<MaskCounts> {
  const counts = new Map<number, number>();
  for (const part of partsOf(window)) {
    addCounts(counts, (await readMaskValues(file, { window: part, indices })).values);
  }
  return counts;
}

/** Counts the values in a window of a mask, and keeps them. */
export async function countValues(
  file: RasterFile,
  { window, indices }: { readonly window: RasterWindow; readonly indices: readonly number[] },
): Promise<{ readonly counts: MaskCounts; readonly kept: KeptValues }> {
  const counts = new Map<number, number>();
  const kept = new KeptValues(window);
  const most = Math.floor(SURVEYED / Math.max(1, window.width));
  const rows = Math.max(KEPT_ROWS, Math.floor(most / KEPT_ROWS) * KEPT_ROWS);
  for (let row = window.row; row < window.row + window.height; row += rows) {
    const height = Math.min(rows, window.row + window.height - row);
    const found = await readMaskValues(file, { window: { ...window, row, height }, indices });
    addCounts(counts, found.values);
    await kept.put(row, found);
  }
  return { counts, kept };
}

/** True if the only values are 0 and 1, or 0 and 255, as of a mask that someone made of another. */
function isYesOrNo(counts: MaskCounts): boolean {
  const others = [...counts.keys()].filter((value) => value !== 0);
  return counts.has(0) && others.length === 1 && (others[0] === 1 || others[0] === 255);
}

/** The kind that the user's words make of a known kind. */
function givenKind(known: MaskKind | undefined, { values, bits, above }: MaskMeaning) {
  if (bits !== undefined) {
    const kind = known?.form === "bits" ? known : maskKind({ name: "mask of bits", form: "bits" });
    return { ...kind, masked: new Set(bits) };
  }
  if (above !== undefined) return maskKind({ name: "mask with a limit", form: "above", above });
  if (values === undefined) return undefined;
  const kind = known?.form === "classes"
    ? known
    : maskKind({ name: "mask of classes", form: "classes" });
  return { ...kind, masked: new Set(values) };
}

/**
 * Decides what the values of a mask mean: by the user's words, by the names of file and band unless
 * the values contradict, else as a plain mask.
 *
 * @returns The kind, with a warning if the name is not believed.
 * @throws {InputError} If nothing is known of a mask whose values are no classes.
 */
export function decideKind(
  source: string,
  { known, counts, meaning }: {
    readonly known: MaskKind | undefined;
    readonly counts: MaskCounts;
    readonly meaning: MaskMeaning;
  },
): { readonly kind: MaskKind; readonly warning?: string } {
  const given = givenKind(known, meaning);
  if (given !== undefined) return { kind: given };
  if (known !== undefined) {
    const isDoubtful = known.form === "bits" || known.name === "SCL";
    if (!isDoubtful || !isYesOrNo(counts)) return { kind: known };
    return {
      kind: PLAIN_MASK,
      warning:
        `it is named as ${known.name}, but holds only ${[...counts.keys()].join(" and ")}; ` +
        "0 is taken for clear and the other value for cloud",
    };
  }
  const reason = notClasses(counts);
  if (reason !== undefined) throw new InputError(`Cannot use mask ${source}: ${reason}`);
  return { kind: PLAIN_MASK };
}
