/**
 * The ways to make a composite, by name.
 *
 * @module
 */

import {
  composite,
  PIXEL_METHODS,
  pixelMethod,
  type PixelMethodName,
  WEIGHTED,
} from "../../means/mod.ts";
import type { CompositeMethod } from "./method.ts";

/** Names of the ways to make a composite. */
export type CompositeMethodName = "composite" | PixelMethodName;

/** Names of {@linkcode compositeMethod}. */
export const COMPOSITE_METHODS: readonly CompositeMethodName[] = ["composite", ...PIXEL_METHODS];

/** Default with a reference date, and for a period. */
export const DEFAULT_METHODS = {
  reference: "composite",
  period: "geomedian",
} as const satisfies Record<
  string,
  CompositeMethodName
>;

/**
 * Way to make a composite.
 *
 * @param options.grow Pixels around hidden ones that count as hidden.
 * @throws {RangeError} If there is none of this name.
 */
export function compositeMethod(
  name: CompositeMethodName,
  options: { readonly grow: number },
): CompositeMethod {
  if (!COMPOSITE_METHODS.includes(name)) {
    throw new RangeError(
      `Cannot make a composite: the method must be one of ${COMPOSITE_METHODS.join(", ")}, got ` +
        name,
    );
  }
  if (name === "composite") {
    return {
      mean: composite(options),
      surveys: true,
      hasError: true,
      needsReference: true,
      needsDays: false,
    };
  }
  return {
    mean: pixelMethod(name, options),
    surveys: WEIGHTED.includes(name),
    hasError: false,
    needsReference: name === "linear",
    needsDays: name === "linear",
  };
}
