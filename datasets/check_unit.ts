/**
 * Unit of the values of a file, compared with that of its clear image.
 *
 * @module
 */

import { statedOffset } from "../products/mod.ts";
import type { Problem } from "./file_form.ts";
import type { RasterHeader } from "../rasters/mod.ts";
import type { BandValues } from "./value_ranges.ts";

/** Values of a float file that are reflectance; digital numbers are larger. */
const MOST = 10;

/** Facts about the unit of a file. */
export interface Unit {
  /** The unit that pixel type and values show. */
  readonly seen?: "reflectance" | "digital numbers" | "8 bits";
  /** Scale and offset of each band as the file states them, as text; undefined if it states none. */
  readonly scaling?: string;
  /** Offset in digital numbers that name or tags of a Sentinel-2 product state. */
  readonly offset?: number;
}

function scalingOf({ scales, offsets }: RasterHeader): string | undefined {
  const isUsual = (scales ?? []).every((value) => value === 1) &&
    (offsets ?? []).every((value) => value === 0);
  if (isUsual) return undefined;
  const shown = (values: readonly number[] | undefined, usual: number) =>
    [...new Set(values ?? [usual])].join(", ");
  return `scale ${shown(scales, 1)}, offset ${shown(offsets, 0)}`;
}

function seenUnit({ dtype }: RasterHeader, values: readonly BandValues[]): Unit["seen"] {
  if (dtype === "uint8") return "8 bits";
  const max = Math.max(...values.map((band) => band.max));
  if (!Number.isFinite(max)) return undefined;
  return dtype.startsWith("float") && max < MOST ? "reflectance" : "digital numbers";
}

/** Finds out the unit of a file from its name, header and values. */
export function unitOf(
  path: string,
  { header, values }: { readonly header: RasterHeader; readonly values: readonly BandValues[] },
): Unit {
  const [seen, scaling] = [seenUnit(header, values), scalingOf(header)];
  const offset = statedOffset(path, header.tags);
  return {
    ...(seen === undefined ? {} : { seen }),
    ...(scaling === undefined ? {} : { scaling }),
    ...(offset === undefined ? {} : { offset }),
  };
}

/** Returns a problem if the unit differs from that of the clear image. */
export function unitProblem(own: Unit, like: Unit): Problem | undefined {
  const differ = (what: string, a: string | number, b: string | number): Problem => ({
    kind: "unit",
    message: `it must have ${what} of its clear image, ${b}, got ${a}`,
  });
  if (own.scaling !== like.scaling) {
    return differ("the scale", own.scaling ?? "none stated", like.scaling ?? "none stated");
  }
  if (own.seen !== undefined && like.seen !== undefined && own.seen !== like.seen) {
    return differ("the unit", own.seen, like.seen);
  }
  // Files whose names say nothing may have the offset.
  if (own.offset !== undefined && like.offset !== undefined && own.offset !== like.offset) {
    return differ("the offset", `${own.offset} DN`, `${like.offset} DN`);
  }
  return undefined;
}
