/**
 * Scale and offset that an item states, checked against its product: catalogs are known to be wrong
 * about the offset of Sentinel-2.
 *
 * @module
 */

import { shownAddress } from "../../core/mod.ts";
import type { RasterHeader } from "../../rasters/mod.ts";
import type { ProductFacts } from "../offsets.ts";
import type { StacBand } from "./band_fields.ts";

/** Scale and offset of a band: reflectance = stored · scale + offset. */
interface Scaling {
  readonly scale: number;
  readonly offset: number;
}

/** Scale and offset of each band, and their source or their contradiction. */
export interface ItemScaling {
  /** Scales and offsets, if the item alone states them. */
  readonly stated?: Required<Pick<RasterHeader, "scales" | "offsets">>;
  /** Source, in one line. */
  readonly evidence?: string;
  /** Contradiction between item and product, in one line. */
  readonly contradiction?: string;
}

/** Digital number of reflectance 1, if nothing states it. */
const QUANTIFICATION = 10000;
/** Largest difference of equal offsets, in digital numbers. */
const SAME_DN = 0.5;
/** Largest relative difference of equal scales. */
const SAME_SCALE = 1e-4;

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Facts about a band that the file or the product states, with their source. */
function knownOf(
  { header, product, index }: {
    readonly header: RasterHeader;
    readonly product: ProductFacts;
    readonly index: number;
  },
): { readonly scale?: number; readonly dn?: number; readonly source: string } {
  const { scales, offsets } = header;
  const [scale, offset] = [scales?.[index], offsets?.[index] ?? 0];
  if (scale !== undefined && !(scale === 1 && offset === 0)) {
    return { scale, dn: offset / scale, source: "the file states" };
  }
  // Offsets of products are those of digital numbers.
  if (header.dtype.startsWith("float")) return { source: "" };
  const { named, quantification, harmonized } = product;
  if (named?.scale !== undefined) {
    return {
      scale: named.scale,
      dn: (named.offset ?? 0) / named.scale,
      source: `${named.product} has`,
    };
  }
  const dn = harmonized === true ? 0 : product.offsets?.get(header.bands[index]!);
  return {
    ...(quantification !== undefined && { scale: 1 / quantification }),
    ...(dn !== undefined && { dn }),
    source: `the product has (${product.evidence.join("; ")})`,
  };
}

/** Scale and offset of a band as the item states them; undefined if it states none, or 1 and 0. */
function statedOf({ scale, offset }: StacBand): Partial<Scaling> {
  if ((scale ?? 1) === 1 && (offset ?? 0) === 0) return {};
  return { ...(scale !== undefined && { scale }), ...(offset !== undefined && { offset }) };
}

/**
 * Compares what an item states of its bands with its files and its product.
 *
 * @param bands The item's bands, in the order of the header's.
 */
export function itemScaling(
  bands: readonly StacBand[],
  { header, product, name }: {
    readonly header: RasterHeader;
    readonly product: ProductFacts;
    /** Name of the item. */
    readonly name: string;
  },
): ItemScaling {
  const usual = 1 / (product.quantification ?? QUANTIFICATION);
  const isFloat = header.dtype.startsWith("float");
  const isUsual = (scale: number) => !isFloat && Math.abs(scale / usual - 1) <= SAME_SCALE;
  const all: Scaling[] = [];
  let isNew = false;
  let isComplete = true;
  for (const [index, band] of bands.entries()) {
    const stated = statedOf(band);
    const known = knownOf({ header, product, index });
    const refuse = (field: "scale" | "offset", must: number): ItemScaling => ({
      contradiction: `Cannot use the radiometry of STAC document ${shownAddress(name)}: ` +
        `${band.field}${field} must be ${shown(must)}, as ${known.source}, got ` +
        `${shown(stated[field]!)}; say which is right with --s2-offset: 0 if the offset is ` +
        "already applied, else -1000",
    });
    const scale = stated.scale ?? known.scale ?? (isFloat ? 1 : usual);
    if (
      stated.scale !== undefined && known.scale !== undefined &&
      Math.abs(stated.scale / known.scale - 1) > SAME_SCALE
    ) return refuse("scale", known.scale);
    if (stated.offset !== undefined && known.dn !== undefined) {
      if (Math.abs(stated.offset / scale - known.dn) > SAME_DN) {
        return refuse("offset", known.dn * scale);
      }
    }
    if (stated.scale === undefined && stated.offset === undefined) isComplete = false;
    // Without an offset of its own, an item leaves it to the product.
    if (stated.scale !== undefined && known.scale === undefined && !isUsual(stated.scale)) {
      isNew = true;
    }
    if (stated.offset !== undefined && known.dn === undefined) isNew = true;
    all.push({ scale, offset: stated.offset ?? (known.dn ?? 0) * scale });
  }
  if (!isNew || !isComplete) return {};
  const first = all[0]!;
  const isSame = all.every(({ scale, offset }) => scale === first.scale && offset === first.offset);
  const text = isSame
    ? `scale ${shown(first.scale)}, offset ${shown(first.offset / first.scale)} DN`
    : "scale and offset by band";
  return {
    stated: { scales: all.map(({ scale }) => scale), offsets: all.map(({ offset }) => offset) },
    evidence: `${text} in the STAC item`,
  };
}
