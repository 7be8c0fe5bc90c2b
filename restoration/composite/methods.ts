/**
 * The ways to make a composite, by name.
 *
 * @module
 */

import {
  average,
  clearest,
  composite,
  geometricMedian,
  linear,
  type Mean,
  median,
  medoid,
} from "../../means/mod.ts";

/** A way to make one image of several dates. */
export interface CompositeMethod {
  /** Survey, plan and windows. */
  readonly mean: Mean;
  /** True if it knows the expected error of its pixels. Default false. */
  readonly hasError?: boolean;
  /** True if it depicts one date, and so needs a reference. Default false. */
  readonly needsReference?: boolean;
  /** True if it needs the day of every date. Default false. */
  readonly needsDays?: boolean;
}

const METHODS: Readonly<
  Record<
    CompositeMethodName,
    Omit<CompositeMethod, "mean"> & { readonly create: (options: { grow: number }) => Mean }
  >
> = {
  composite: { create: composite, hasError: true, needsReference: true },
  clearest: { create: clearest },
  mean: { create: average },
  median: { create: median },
  linear: { create: linear, needsReference: true, needsDays: true },
  medoid: { create: medoid },
  geomedian: { create: geometricMedian },
};

/** Names of the ways to make a composite. */
export type CompositeMethodName =
  | "composite"
  | "clearest"
  | "mean"
  | "median"
  | "linear"
  | "medoid"
  | "geomedian";

/** Names of {@linkcode compositeMethod}. */
export const COMPOSITE_METHODS = Object.keys(METHODS) as readonly CompositeMethodName[];

/** Default with a reference date, and for a period. */
export const DEFAULT_METHODS = {
  reference: "composite",
  period: "geomedian",
} as const satisfies Record<string, CompositeMethodName>;

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
  if (!Object.hasOwn(METHODS, name)) {
    throw new RangeError(
      `Cannot make a composite: the method must be one of ${COMPOSITE_METHODS.join(", ")}, got ` +
        name,
    );
  }
  const { create, ...needs } = METHODS[name];
  return { mean: create(options), ...needs };
}
